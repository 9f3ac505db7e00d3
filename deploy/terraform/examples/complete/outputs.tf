output "registry" {
  description = "Name of the Glue Schema Registry."
  value       = module.registry.name
}

output "schema_arns" {
  description = "ARN of each schema, by name."
  value       = module.registry.schema_arns
}

output "bucket" {
  description = "Bucket of the raw event log."
  value       = module.eventlog.bucket
}

output "prefix" {
  description = "Prefix of its keys."
  value       = module.eventlog.prefix
}

output "kms_key_arn" {
  description = "Key that encrypts its objects."
  value       = module.eventlog.kms_key_arn
}

output "role_arns" {
  description = "ARN of each service's role."
  value       = module.iam.role_arns
}

output "client_properties" {
  description = "librdkafka properties by way to authenticate; null without a cluster of its own."
  value       = one(module.kafka[*].client_properties)
}
