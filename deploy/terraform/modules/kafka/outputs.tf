output "cluster_arn" {
  description = "ARN of the cluster, for the iam module."
  value       = local.cluster_arn
}

output "security_group_id" {
  description = "Security group of the brokers."
  value       = aws_security_group.this.id
}

output "client_properties" {
  description = "librdkafka properties with which a client connects, for each way to authenticate. Tokens, passwords and keys are the service's."
  value = {
    for way in local.authentication : way => {
      iam = {
        "bootstrap.servers" = data.aws_msk_bootstrap_brokers.this.bootstrap_brokers_sasl_iam
        "security.protocol" = "SASL_SSL"
        "sasl.mechanisms"   = "OAUTHBEARER"
      }
      scram = {
        "bootstrap.servers" = data.aws_msk_bootstrap_brokers.this.bootstrap_brokers_sasl_scram
        "security.protocol" = "SASL_SSL"
        "sasl.mechanisms"   = "SCRAM-SHA-512"
      }
      tls = {
        "bootstrap.servers" = data.aws_msk_bootstrap_brokers.this.bootstrap_brokers_tls
        "security.protocol" = "SSL"
      }
    }[way]
  }
}
