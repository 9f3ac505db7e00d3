variable "name" {
  description = "What everything is named after."
  type        = string
  default     = "orders"
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "schemas_dir" {
  description = "Folder of the .avsc files; by default that of this repository."
  type        = string
  default     = null
}

variable "registration" {
  description = "Who registers new versions of schemas: terraform or producers."
  type        = string
  default     = "terraform"
}

variable "bucket" {
  description = "Name of the bucket of the raw event log, unique in all of AWS."
  type        = string
}

variable "network" {
  description = "Where a new Kafka cluster is placed and who may connect to it. Null makes no cluster: then cluster_arn names one."
  type = object({
    vpc_id                    = string
    subnet_ids                = list(string)
    client_security_group_ids = map(string)
  })
  default = null
}

variable "cluster_arn" {
  description = "ARN of a Kafka cluster that is there already."
  type        = string
  default     = null

  validation {
    condition     = (var.cluster_arn == null) != (var.network == null)
    error_message = "Say either network, for a new cluster, or cluster_arn, for one that is there."
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = { service = "orders" }
}
