variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "type" {
  description = "Either serverless (IAM only) or provisioned (IAM, SCRAM or client certificates)."
  type        = string
  default     = "serverless"

  validation {
    condition     = contains(["serverless", "provisioned"], var.type)
    error_message = "The type is serverless or provisioned."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the brokers, each in an availability zone of its own."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A cluster needs subnets in at least two availability zones."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by a name of your own."
  type        = map(string)
}

variable "authentication" {
  description = "How clients of a provisioned cluster prove who they are: any of iam, scram and tls. A serverless one knows iam alone."
  type        = set(string)
  default     = ["iam"]

  validation {
    condition     = length(var.authentication) > 0 && length(setsubtract(var.authentication, ["iam", "scram", "tls"])) == 0
    error_message = "Ways to authenticate are iam, scram and tls, at least one of them: nobody connects without."
  }
}

variable "scram_secret_arns" {
  description = "Secrets (named AmazonMSK_..., under a key of your own) with user and password, for scram."
  type        = set(string)
  default     = []
}

variable "certificate_authority_arns" {
  description = "Private certificate authorities of client certificates, for tls."
  type        = set(string)
  default     = []
}

variable "kafka_version" {
  description = "Version of Kafka on a provisioned cluster."
  type        = string
  default     = "3.8.x"
}

variable "instance_type" {
  description = "Type of the brokers of a provisioned cluster."
  type        = string
  default     = "kafka.m7g.large"
}

variable "brokers_per_subnet" {
  description = "Brokers of a provisioned cluster, in each subnet."
  type        = number
  default     = 1
}

variable "volume_size" {
  description = "GiB of storage for each broker of a provisioned cluster."
  type        = number
  default     = 100
}

variable "kms_key_arn" {
  description = "Key that encrypts the storage of a provisioned cluster. Null is the key that AWS manages."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "How long the logs of the brokers of a provisioned cluster are kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of everything here."
  type        = map(string)
  default     = {}
}
