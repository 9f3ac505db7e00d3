mock_provider "aws" {
  override_during = plan

  mock_resource "aws_msk_serverless_cluster" {
    defaults = {
      arn = "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/0a1b-1"
    }
  }

  mock_resource "aws_msk_cluster" {
    defaults = {
      arn = "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/0a1b-2"
    }
  }

  mock_resource "aws_msk_configuration" {
    defaults = {
      arn             = "arn:aws:kafka:eu-central-1:123456789012:configuration/orders/0a1b-3"
      latest_revision = 1
    }
  }

  mock_resource "aws_security_group" {
    defaults = {
      id = "sg-brokers"
    }
  }

  mock_data "aws_msk_bootstrap_brokers" {
    defaults = {
      bootstrap_brokers_sasl_iam   = "b-1:9098"
      bootstrap_brokers_sasl_scram = "b-1:9096"
      bootstrap_brokers_tls        = "b-1:9094"
    }
  }
}

variables {
  name                      = "orders"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-a", "subnet-b", "subnet-c"]
  client_security_group_ids = { services = "sg-services" }
}

run "serverless" {
  command = plan

  assert {
    condition     = aws_msk_serverless_cluster.this[0].client_authentication[0].sasl[0].iam[0].enabled
    error_message = "A serverless cluster authenticates by IAM."
  }

  assert {
    condition     = length(aws_msk_cluster.this) == 0 && length(aws_msk_configuration.this) == 0 && length(aws_cloudwatch_log_group.brokers) == 0
    error_message = "Parts of a provisioned cluster are made."
  }

  assert {
    condition = output.client_properties == {
      iam = { "bootstrap.servers" = "b-1:9098", "security.protocol" = "SASL_SSL", "sasl.mechanisms" = "OAUTHBEARER" }
    }
    error_message = "Clients connect with ${jsonencode(output.client_properties)}."
  }

  assert {
    condition     = output.cluster_arn == "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/0a1b-1"
    error_message = "Cluster: ${output.cluster_arn}."
  }
}

run "serverless_knows_iam_alone" {
  command = plan

  variables {
    authentication = ["scram"]
  }

  assert {
    condition     = keys(output.client_properties) == ["iam"]
    error_message = "Clients connect by ${join(", ", keys(output.client_properties))}."
  }
}

run "provisioned_with_every_way_to_authenticate" {
  command = plan

  variables {
    type                       = "provisioned"
    authentication             = ["iam", "scram", "tls"]
    scram_secret_arns          = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_orders"]
    certificate_authority_arns = ["arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/1"]
  }

  assert {
    condition     = aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].client_broker == "TLS" && aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].in_cluster
    error_message = "Something travels in the clear."
  }

  assert {
    condition = (
      !aws_msk_cluster.this[0].client_authentication[0].unauthenticated &&
      aws_msk_cluster.this[0].client_authentication[0].sasl[0].iam &&
      aws_msk_cluster.this[0].client_authentication[0].sasl[0].scram &&
      toset(aws_msk_cluster.this[0].client_authentication[0].tls[0].certificate_authority_arns) == toset(var.certificate_authority_arns)
    )
    error_message = "Authentication: ${jsonencode(aws_msk_cluster.this[0].client_authentication)}."
  }

  assert {
    condition     = toset(aws_msk_scram_secret_association.this[0].secret_arn_list) == toset(var.scram_secret_arns)
    error_message = "The secrets do not belong to the cluster."
  }

  assert {
    condition     = aws_msk_cluster.this[0].number_of_broker_nodes == 3
    error_message = "Brokers: ${aws_msk_cluster.this[0].number_of_broker_nodes}."
  }

  assert {
    condition = alltrue([for line in ["auto.create.topics.enable=false", "default.replication.factor=3", "min.insync.replicas=2", "unclean.leader.election.enable=false"] :
    contains(split("\n", aws_msk_configuration.this[0].server_properties), line)])
    error_message = "Properties: ${aws_msk_configuration.this[0].server_properties}"
  }

  assert {
    condition     = { for way, properties in output.client_properties : way => properties["bootstrap.servers"] } == { iam = "b-1:9098", scram = "b-1:9096", tls = "b-1:9094" }
    error_message = "Clients connect with ${jsonencode(output.client_properties)}."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.clients : name => rule.from_port } == { services-iam = 9098, services-scram = 9096, services-tls = 9094 }
    error_message = "Open ports: ${jsonencode({ for name, rule in aws_vpc_security_group_ingress_rule.clients : name => rule.from_port })}."
  }
}

run "provisioned_with_iam_opens_its_port_alone" {
  command = plan

  variables {
    type = "provisioned"
  }

  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.clients : "${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port}"] == ["sg-services 9098-9098"]
    error_message = "More than the port of IAM is open, or to others."
  }

  assert {
    condition     = length(aws_msk_cluster.this[0].client_authentication[0].tls) == 0 && !aws_msk_cluster.this[0].client_authentication[0].sasl[0].scram
    error_message = "Other ways to authenticate are on."
  }

  assert {
    condition     = length(aws_msk_scram_secret_association.this) == 0 && length(aws_msk_serverless_cluster.this) == 0
    error_message = "Something is made that nobody asked for."
  }
}

run "certificates_without_authority" {
  command = plan

  variables {
    type           = "provisioned"
    authentication = ["tls"]
  }

  expect_failures = [aws_msk_cluster.this]
}

run "secrets_without_scram" {
  command = plan

  variables {
    type              = "provisioned"
    scram_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_orders"]
  }

  expect_failures = [aws_msk_cluster.this]
}

run "two_brokers_are_too_few_for_three_replicas" {
  command = plan

  variables {
    type       = "provisioned"
    subnet_ids = ["subnet-a", "subnet-b"]
  }

  expect_failures = [aws_msk_cluster.this]
}

run "nobody_connects_unasked" {
  command = plan

  variables {
    authentication = []
  }

  expect_failures = [var.authentication]
}

run "one_zone_is_too_few" {
  command = plan

  variables {
    subnet_ids = ["subnet-a"]
  }

  expect_failures = [var.subnet_ids]
}

run "a_type_that_is_none" {
  command = plan

  variables {
    type = "express"
  }

  expect_failures = [var.type]
}
