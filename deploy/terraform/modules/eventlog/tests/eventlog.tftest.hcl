mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn = "arn:aws:s3:::orders-log"
      id  = "orders-log"
    }
  }

  mock_resource "aws_kms_key" {
    defaults = {
      arn = "arn:aws:kms:eu-central-1:123456789012:key/made"
    }
  }
}

variables {
  bucket = "orders-log"
  prefix = "events"
}

run "nothing_is_public" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Public access is blocked in four ways."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access control lists count."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [{
      Sid       = "TLSOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::orders-log", "arn:aws:s3:::orders-log/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "Policy: ${aws_s3_bucket_policy.this.policy}"
  }
}

run "encrypted_with_a_key_of_its_own" {
  command = plan

  assert {
    condition     = aws_kms_key.this[0].enable_key_rotation
    error_message = "The key does not rotate."
  }

  assert {
    condition = one([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.bucket_key_enabled &&
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == "arn:aws:kms:eu-central-1:123456789012:key/made"
    ])
    error_message = "Objects are encrypted by the made key, with a bucket key."
  }
}

run "encrypted_with_a_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/given"
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && output.kms_key_arn == var.kms_key_arn
    error_message = "Key: ${output.kms_key_arn}."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    error_message = "Objects are not encrypted by the given key."
  }
}

run "versions_are_kept" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "What is overwritten is gone."
  }
}

run "objects_grow_old" {
  command = plan

  assert {
    condition     = [for t in aws_s3_bucket_lifecycle_configuration.this.rule[0].transition : t.storage_class if t.days == 30] == ["STANDARD_IA"]
    error_message = "After 30 days objects are seldom read."
  }

  assert {
    condition     = [for t in aws_s3_bucket_lifecycle_configuration.this.rule[0].transition : t.storage_class if t.days == 180] == ["GLACIER"]
    error_message = "After 180 days objects are kept in GLACIER."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].filter[0].prefix == "events/"
    error_message = "Only what is below the prefix grows old."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration) == 0
    error_message = "Nothing expires unless it is said."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration).noncurrent_days == 30
    error_message = "Earlier versions are kept for 30 days."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[1].abort_incomplete_multipart_upload).days_after_initiation == 7
    error_message = "Parts of abandoned uploads are removed after 7 days."
  }
}

run "objects_expire" {
  command = plan

  variables {
    expire_after_days = 3650
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration).days == 3650
    error_message = "Objects do not expire."
  }
}

run "expired_before_glacier" {
  command = plan

  variables {
    expire_after_days = 180
  }

  expect_failures = [aws_s3_bucket_lifecycle_configuration.this]
}

run "glacier_too_early" {
  command = plan

  variables {
    glacier_after_days = 59
  }

  expect_failures = [aws_s3_bucket_lifecycle_configuration.this]
}

run "infrequent_access_too_early" {
  command = plan

  variables {
    infrequent_access_after_days = 29
  }

  expect_failures = [var.infrequent_access_after_days]
}

run "a_prefix_with_a_slash" {
  command = plan

  variables {
    prefix = "events/"
  }

  expect_failures = [var.prefix]
}
