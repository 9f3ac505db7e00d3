# A Glue Schema Registry with the schemas of a folder. Nothing here is ever destroyed by Terraform: what was written with a schema
# cannot be read without it.

locals {
  files = fileset(var.schemas_dir, "*.avsc")

  schemas = {
    for file in local.files : lookup(var.names, file, trimsuffix(file, ".avsc")) => {
      definition    = file("${var.schemas_dir}/${file}")
      compatibility = lookup(var.compatibility, file, var.default_compatibility)
    }
  }

  unknown = setsubtract(concat(keys(var.names), keys(var.compatibility)), local.files)
}

resource "aws_glue_registry" "this" {
  registry_name = var.name
  description   = var.description
  tags          = var.tags

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = length(local.unknown) == 0
      error_message = "No such file in schemas_dir: ${join(", ", local.unknown)}."
    }
  }
}

resource "aws_glue_schema" "owned" {
  for_each = var.registration == "terraform" ? local.schemas : {}

  registry_arn      = aws_glue_registry.this.arn
  schema_name       = each.key
  data_format       = "AVRO"
  compatibility     = each.value.compatibility
  schema_definition = each.value.definition
  tags              = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

# The same, but that later versions come from producers.
resource "aws_glue_schema" "initial" {
  for_each = var.registration == "producers" ? local.schemas : {}

  registry_arn      = aws_glue_registry.this.arn
  schema_name       = each.key
  data_format       = "AVRO"
  compatibility     = each.value.compatibility
  schema_definition = each.value.definition
  tags              = var.tags

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [schema_definition]
  }
}
