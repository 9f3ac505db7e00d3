output "arn" {
  description = "ARN of the registry."
  value       = aws_glue_registry.this.arn
}

output "name" {
  description = "Name of the registry."
  value       = aws_glue_registry.this.registry_name
}

output "registration" {
  description = "Who registers new versions; the iam module gives producers what they need for it."
  value       = var.registration
}

output "schema_arns" {
  description = "ARN of each schema, by its name in the registry."
  value       = { for name, schema in merge(aws_glue_schema.owned, aws_glue_schema.initial) : name => schema.arn }
}
