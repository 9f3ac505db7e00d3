# What a service must not lose is on three brokers and acknowledged by two; topics are made on purpose, never by a typing error.
resource "aws_msk_configuration" "this" {
  count = local.serverless ? 0 : 1

  name           = var.name
  kafka_versions = [var.kafka_version]

  server_properties = <<-EOT
    auto.create.topics.enable=false
    default.replication.factor=3
    min.insync.replicas=2
    unclean.leader.election.enable=false
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "brokers" {
  count = local.serverless ? 0 : 1

  name              = "/msk/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_msk_cluster" "this" {
  count = local.serverless ? 0 : 1

  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = length(var.subnet_ids) * var.brokers_per_subnet
  tags                   = var.tags

  broker_node_group_info {
    instance_type   = var.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.this.id]

    storage_info {
      ebs_storage_info {
        volume_size = var.volume_size
      }
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.this[0].arn
    revision = aws_msk_configuration.this[0].latest_revision
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = var.kms_key_arn

    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  client_authentication {
    unauthenticated = false

    sasl {
      iam   = contains(var.authentication, "iam")
      scram = contains(var.authentication, "scram")
    }

    dynamic "tls" {
      for_each = contains(var.authentication, "tls") ? [var.certificate_authority_arns] : []

      content {
        certificate_authority_arns = tls.value
      }
    }
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.brokers[0].name
      }
    }
  }

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = length(var.subnet_ids) * var.brokers_per_subnet >= 3
      error_message = "Three replicas need three brokers: a third subnet, or more brokers_per_subnet."
    }

    precondition {
      condition     = contains(var.authentication, "tls") == (length(var.certificate_authority_arns) > 0)
      error_message = "Authentication by tls and certificate_authority_arns go together."
    }

    precondition {
      condition     = contains(var.authentication, "scram") || length(var.scram_secret_arns) == 0
      error_message = "scram_secret_arns need authentication by scram."
    }
  }
}

resource "aws_msk_scram_secret_association" "this" {
  count = local.serverless || length(var.scram_secret_arns) == 0 ? 0 : 1

  cluster_arn     = aws_msk_cluster.this[0].arn
  secret_arn_list = var.scram_secret_arns
}
