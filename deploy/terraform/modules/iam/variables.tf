variable "name" {
  description = "Prefix of the roles' names, as in orders-prod."
  type        = string
}

variable "trust_policy" {
  description = "JSON of the policy that says who may assume the roles: a task, an instance, a Kubernetes service account."
  type        = string

  validation {
    condition     = can(jsondecode(var.trust_policy).Statement)
    error_message = "The trust policy is a JSON document with a Statement."
  }
}

variable "cluster_arn" {
  description = "ARN of the MSK cluster."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:kafka:[^:]+:[^:]+:cluster/[^/]+/[^/]+$", var.cluster_arn))
    error_message = "The ARN of a cluster ends in :cluster/NAME/ID."
  }
}

variable "registry_arn" {
  description = "ARN of the Glue Schema Registry. Null where the registry is another one, which IAM does not guard."
  type        = string
  default     = null
}

variable "registration" {
  description = "Who registers new versions: with producers, they get the rights for it. It is an output of the registry module."
  type        = string
  default     = "terraform"

  validation {
    condition     = contains(["terraform", "producers"], var.registration)
    error_message = "The owner of registration is terraform or producers."
  }
}

variable "producers" {
  description = "Services that write, by name: their topics, the names of the schemas on these, and their transactional ids."
  type = map(object({
    topics            = list(string)
    schemas           = optional(list(string), [])
    transactional_ids = optional(list(string), [])
  }))
  default = {}

  validation {
    condition     = alltrue([for p in values(var.producers) : length(p.topics) > 0])
    error_message = "A producer has at least one topic."
  }
}

variable "consumers" {
  description = "Services that read, by name: their topics, their consumer group and the topics of their dead letters."
  type = map(object({
    topics       = list(string)
    group        = string
    dead_letters = optional(list(string), [])
  }))
  default = {}

  validation {
    condition     = alltrue([for c in values(var.consumers) : length(c.topics) > 0])
    error_message = "A consumer has at least one topic."
  }
}

variable "log_writers" {
  description = "Writers of the raw event log, by name: their topics, their consumer group, and the bucket, prefix and key of the eventlog module."
  type = map(object({
    topics      = list(string)
    group       = string
    bucket_arn  = string
    prefix      = optional(string, "")
    kms_key_arn = string
  }))
  default = {}

  validation {
    condition     = alltrue([for w in values(var.log_writers) : length(w.topics) > 0])
    error_message = "A writer of the event log has at least one topic."
  }
}

variable "tags" {
  description = "Tags of the roles."
  type        = map(string)
  default     = {}
}
