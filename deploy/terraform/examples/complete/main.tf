# All that the order pipeline needs: an order service that writes orders.raw, billing that reads it and sets aside what it cannot
# process, and the raw log of all records in S3.

provider "aws" {
  region = var.region

  default_tags {
    tags = var.tags
  }
}

module "registry" {
  source = "../../modules/registry"

  name          = var.name
  schemas_dir   = coalesce(var.schemas_dir, "${path.module}/../../../../schemas")
  names         = { "order_event.avsc" = "orders.raw" }
  compatibility = { "order_event.avsc" = "BACKWARD_ALL" }
  registration  = var.registration
}

module "eventlog" {
  source = "../../modules/eventlog"

  bucket = var.bucket
  prefix = "events"
}

module "kafka" {
  source = "../../modules/kafka"
  count  = var.network == null ? 0 : 1

  name                      = var.name
  vpc_id                    = var.network.vpc_id
  subnet_ids                = var.network.subnet_ids
  client_security_group_ids = var.network.client_security_group_ids
}

module "iam" {
  source = "../../modules/iam"

  name         = var.name
  cluster_arn  = var.network == null ? var.cluster_arn : module.kafka[0].cluster_arn
  registry_arn = module.registry.arn
  registration = module.registry.registration

  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  producers = {
    orders = { topics = ["orders.raw"], schemas = ["orders.raw"] }
  }

  consumers = {
    billing = { topics = ["orders.raw"], group = "billing", dead_letters = ["orders.raw.billing.dlq"] }
  }

  log_writers = {
    raw = {
      topics      = ["orders.raw"]
      group       = "eventlog"
      bucket_arn  = module.eventlog.bucket_arn
      prefix      = module.eventlog.prefix
      kms_key_arn = module.eventlog.kms_key_arn
    }
  }
}
