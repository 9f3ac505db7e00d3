output "role_arns" {
  description = "ARN of each role: producer-NAME, consumer-NAME and log-writer-NAME."
  value       = { for role in keys(local.policies) : role => aws_iam_role.this[role].arn }

  depends_on = [aws_iam_role_policy.this] # whoever assumes a role finds it with its rights
}
