# A Kafka cluster that speaks TLS alone and lets nobody in unasked: serverless with IAM, or provisioned with IAM, SCRAM or client
# certificates.

locals {
  serverless     = var.type == "serverless"
  authentication = local.serverless ? toset(["iam"]) : var.authentication

  ports = {
    iam   = 9098
    scram = 9096
    tls   = 9094
  }

  ingress = merge([
    for name, group in var.client_security_group_ids : {
      for way in local.authentication : "${name}-${way}" => { group = group, port = local.ports[way] }
    }
  ]...)
}

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-kafka-"
  description = "Brokers of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.ingress

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value.group
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.key
  tags                         = var.tags
}

resource "aws_msk_serverless_cluster" "this" {
  count = local.serverless ? 1 : 0

  cluster_name = var.name
  tags         = var.tags

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.this.id]
  }

  client_authentication {
    sasl {
      iam {
        enabled = true
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

data "aws_msk_bootstrap_brokers" "this" {
  cluster_arn = local.cluster_arn
}

locals {
  cluster_arn = local.serverless ? aws_msk_serverless_cluster.this[0].arn : aws_msk_cluster.this[0].arn
}
