mock_provider "aws" {
  mock_resource "aws_glue_registry" {
    defaults = {
      arn = "arn:aws:glue:eu-central-1:123456789012:registry/orders"
    }
  }

  mock_resource "aws_glue_schema" {
    defaults = {
      arn = "arn:aws:glue:eu-central-1:123456789012:schema/orders/orders.raw"
    }
  }
}

variables {
  name        = "orders"
  schemas_dir = "../../../../schemas/testdata/evolution"
}

run "every_schema_file_is_a_schema" {
  command = plan

  assert {
    condition     = toset(keys(aws_glue_schema.owned)) == toset([for file in fileset(var.schemas_dir, "*.avsc") : trimsuffix(file, ".avsc")])
    error_message = "Schemas: ${join(", ", keys(aws_glue_schema.owned))}."
  }

  assert {
    condition     = aws_glue_schema.owned["v1"].schema_definition == file("${var.schemas_dir}/v1.avsc")
    error_message = "The definition is not the file's text."
  }

  assert {
    condition     = alltrue([for s in aws_glue_schema.owned : s.data_format == "AVRO" && s.compatibility == "BACKWARD"])
    error_message = "Schemas are AVRO and BACKWARD unless something else is said."
  }
}

run "names_and_levels_by_file" {
  command = plan

  variables {
    names                 = { "v1.avsc" = "orders.raw" }
    compatibility         = { "v1.avsc" = "FULL_ALL" }
    default_compatibility = "FORWARD"
  }

  assert {
    condition     = aws_glue_schema.owned["orders.raw"].compatibility == "FULL_ALL" && aws_glue_schema.owned["v2"].compatibility == "FORWARD"
    error_message = "Levels: ${jsonencode({ for name, s in aws_glue_schema.owned : name => s.compatibility })}."
  }

  assert {
    condition     = !contains(keys(aws_glue_schema.owned), "v1")
    error_message = "v1.avsc has a name of its own and is there under its file's name."
  }
}

run "terraform_owns_registration" {
  command = plan

  assert {
    condition     = length(aws_glue_schema.owned) > 0 && length(aws_glue_schema.initial) == 0 && output.registration == "terraform"
    error_message = "Without registration said, Terraform registers."
  }
}

run "producers_own_registration" {
  command = plan

  variables {
    registration = "producers"
  }

  assert {
    condition     = length(aws_glue_schema.owned) == 0 && length(aws_glue_schema.initial) > 0 && output.registration == "producers"
    error_message = "The definitions of the schemas are still Terraform's."
  }
}

run "an_entry_for_no_file" {
  command = plan

  variables {
    compatibility = { "v9.avsc" = "FULL" }
  }

  expect_failures = [aws_glue_registry.this]
}

run "a_level_that_glue_does_not_know" {
  command = plan

  variables {
    default_compatibility = "BACKWARD_TRANSITIVE"
  }

  expect_failures = [var.default_compatibility]
}

run "a_level_of_a_file_that_glue_does_not_know" {
  command = plan

  variables {
    compatibility = { "v1.avsc" = "backward" }
  }

  expect_failures = [var.compatibility]
}

run "an_owner_that_is_none" {
  command = plan

  variables {
    registration = "both"
  }

  expect_failures = [var.registration]
}

run "a_folder_without_schemas" {
  command = plan

  variables {
    schemas_dir = "tests"
  }

  expect_failures = [var.schemas_dir]
}

run "names_that_glue_refuses" {
  command = plan

  variables {
    name  = "all orders"
    names = { "v1.avsc" = "orders/raw" }
  }

  expect_failures = [var.name, var.names]
}
