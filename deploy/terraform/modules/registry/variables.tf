variable "name" {
  description = "Name of the registry."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_$#.-]{1,255}$", var.name))
    error_message = "A registry's name has 1 to 255 letters, digits and the characters - _ $ # and the dot."
  }
}

variable "description" {
  description = "What the registry is for."
  type        = string
  default     = "Avro schemas of Kafka topics"
}

variable "schemas_dir" {
  description = "Folder whose *.avsc files are the schemas. Its subfolders are not looked at."
  type        = string

  validation {
    condition     = length(fileset(var.schemas_dir, "*.avsc")) > 0
    error_message = "The folder schemas_dir has no *.avsc file."
  }
}

variable "names" {
  description = <<-EOT
    Name in the registry by file name, as in {"order_event.avsc" = "orders.raw"}. A file without an entry is named after itself,
    without .avsc. The name is what producers look a schema up by.
  EOT
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in values(var.names) : can(regex("^[A-Za-z0-9_$#.-]{1,255}$", name))])
    error_message = "A schema's name has 1 to 255 letters, digits and the characters - _ $ # and the dot."
  }
}

variable "default_compatibility" {
  description = "Compatibility level of schemas without an entry in compatibility."
  type        = string
  default     = "BACKWARD"

  validation {
    condition     = contains(["NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL"], var.default_compatibility)
    error_message = "Levels are NONE, DISABLED, BACKWARD, BACKWARD_ALL, FORWARD, FORWARD_ALL, FULL and FULL_ALL."
  }
}

variable "compatibility" {
  description = "Compatibility level by file name."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for level in values(var.compatibility) :
    contains(["NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL"], level)])
    error_message = "Levels are NONE, DISABLED, BACKWARD, BACKWARD_ALL, FORWARD, FORWARD_ALL, FULL and FULL_ALL."
  }
}

variable "registration" {
  description = <<-EOT
    Who registers new versions: "terraform" (a changed file is a new version on apply; producers only look up) or "producers"
    (Terraform creates each schema with its first version and its level, and leaves later versions alone). There is one owner,
    or each apply would undo what the other side did.
  EOT
  type        = string
  default     = "terraform"

  validation {
    condition     = contains(["terraform", "producers"], var.registration)
    error_message = "The owner of registration is terraform or producers."
  }
}

variable "tags" {
  description = "Tags of everything here."
  type        = map(string)
  default     = {}
}
