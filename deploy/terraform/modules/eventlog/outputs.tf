output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id

  # A writer is to find everything in place.
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the objects."
  value       = local.kms_key_arn
}

output "prefix" {
  description = "Prefix of the keys, for the writer and its rights."
  value       = var.prefix
}
