variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "prefix" {
  description = "Prefix of the keys of the event log, without slashes at its ends. Lifecycle rules apply below it; empty means the whole bucket."
  type        = string
  default     = ""

  validation {
    condition     = !startswith(var.prefix, "/") && !endswith(var.prefix, "/")
    error_message = "The prefix neither begins nor ends with a slash."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects. Null makes one, which rotates every year."
  type        = string
  default     = null
}

variable "infrequent_access_after_days" {
  description = "Age at which objects move to STANDARD_IA; at least 30, as S3 has it."
  type        = number
  default     = 30

  validation {
    condition     = var.infrequent_access_after_days >= 30
    error_message = "S3 moves no object to STANDARD_IA before its 30th day."
  }
}

variable "glacier_after_days" {
  description = "Age at which objects move to GLACIER, from where reading takes hours: replay what is younger."
  type        = number
  default     = 180
}

variable "expire_after_days" {
  description = "Age at which objects are deleted. Null keeps them for ever."
  type        = number
  default     = null
}

variable "noncurrent_after_days" {
  description = "How long what was overwritten or deleted can still be brought back."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of everything here."
  type        = map(string)
  default     = {}
}
