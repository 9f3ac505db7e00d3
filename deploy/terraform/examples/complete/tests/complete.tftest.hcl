mock_provider "aws" {
  override_during = plan

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

  mock_resource "aws_msk_serverless_cluster" {
    defaults = {
      arn = "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/0a1b-1"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::123456789012:role/a-role"
    }
  }
}

variables {
  bucket = "orders-log"
}

run "with_a_cluster_of_its_own" {
  command = plan

  variables {
    network = {
      vpc_id                    = "vpc-1"
      subnet_ids                = ["subnet-a", "subnet-b"]
      client_security_group_ids = { services = "sg-services" }
    }
  }

  assert {
    condition     = keys(output.schema_arns) == ["orders.raw"]
    error_message = "The contract of this repository is not the schema of its topic: ${jsonencode(output.schema_arns)}."
  }

  assert {
    condition     = keys(output.role_arns) == ["consumer-billing", "log-writer-raw", "producer-orders"]
    error_message = "Roles: ${join(", ", keys(output.role_arns))}."
  }

  assert {
    condition     = output.client_properties.iam["security.protocol"] == "SASL_SSL"
    error_message = "Clients connect with ${jsonencode(output.client_properties)}."
  }
}

run "with_a_cluster_that_is_there" {
  command = plan

  variables {
    cluster_arn = "arn:aws:kafka:eu-central-1:123456789012:cluster/main/0a1b-1"
  }

  assert {
    condition     = output.client_properties == null
    error_message = "A cluster is made."
  }
}

run "without_a_cluster" {
  command = plan

  expect_failures = [var.cluster_arn]
}
