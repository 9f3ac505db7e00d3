mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = {
      id  = "a-role"
      arn = "arn:aws:iam::123456789012:role/a-role"
    }
  }
}

variables {
  name         = "orders"
  trust_policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  cluster_arn  = "arn:aws:kafka:eu-central-1:123456789012:cluster/main/0a1b-1"
  registry_arn = "arn:aws:glue:eu-central-1:123456789012:registry/orders"
}

run "a_producer" {
  command = plan

  variables {
    producers = { orders = { topics = ["orders.raw", "orders.audit"], schemas = ["orders.raw"] } }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this["producer-orders"].policy) == {
      Version = "2012-10-17"
      Statement = [
        { Sid = "Connect", Effect = "Allow", Action = ["kafka-cluster:Connect"], Resource = [var.cluster_arn] },
        {
          Sid    = "WriteTopics"
          Effect = "Allow"
          Action = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
          Resource = [
            "arn:aws:kafka:eu-central-1:123456789012:topic/main/0a1b-1/orders.raw",
            "arn:aws:kafka:eu-central-1:123456789012:topic/main/0a1b-1/orders.audit",
          ]
        },
        { Sid = "WriteIdempotently", Effect = "Allow", Action = ["kafka-cluster:WriteDataIdempotently"], Resource = [var.cluster_arn] },
        { Sid = "ReadSchemas", Effect = "Allow", Action = ["glue:GetSchemaVersion"], Resource = ["*"] },
        {
          Sid      = "WriteSchemas"
          Effect   = "Allow"
          Action   = ["glue:GetSchemaByDefinition"]
          Resource = [var.registry_arn, "arn:aws:glue:eu-central-1:123456789012:schema/orders/orders.raw"]
        },
      ]
    }
    error_message = "Policy: ${aws_iam_role_policy.this["producer-orders"].policy}"
  }

  assert {
    condition     = { for role in aws_iam_role.this : role.name => role.assume_role_policy } == { "orders-producer-orders" = var.trust_policy }
    error_message = "Roles: ${jsonencode([for role in aws_iam_role.this : role.name])}."
  }
}

run "a_producer_that_registers" {
  command = plan

  variables {
    registration = "producers"
    producers    = { orders = { topics = ["orders.raw"], schemas = ["orders.raw"] } }
  }

  assert {
    condition = one([for s in jsondecode(aws_iam_role_policy.this["producer-orders"].policy).Statement : s if s.Sid == "WriteSchemas"]) == {
      Sid      = "WriteSchemas"
      Effect   = "Allow"
      Action   = ["glue:GetSchemaByDefinition", "glue:GetSchema", "glue:CreateSchema", "glue:RegisterSchemaVersion", "glue:PutSchemaVersionMetadata"]
      Resource = [var.registry_arn, "arn:aws:glue:eu-central-1:123456789012:schema/orders/orders.raw"]
    }
    error_message = "Policy: ${aws_iam_role_policy.this["producer-orders"].policy}"
  }
}

run "a_producer_with_transactions" {
  command = plan

  variables {
    producers = { orders = { topics = ["orders.raw"], transactional_ids = ["orders-*"] } }
  }

  assert {
    condition = one([for s in jsondecode(aws_iam_role_policy.this["producer-orders"].policy).Statement : s if s.Sid == "Transactions"]) == {
      Sid      = "Transactions"
      Effect   = "Allow"
      Action   = ["kafka-cluster:DescribeTransactionalId", "kafka-cluster:AlterTransactionalId"]
      Resource = ["arn:aws:kafka:eu-central-1:123456789012:transactional-id/main/0a1b-1/orders-*"]
    }
    error_message = "Policy: ${aws_iam_role_policy.this["producer-orders"].policy}"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this["producer-orders"].policy, "WriteSchemas")
    error_message = "Without schemas there is nothing to look up: ${aws_iam_role_policy.this["producer-orders"].policy}"
  }
}

run "a_consumer" {
  command = plan

  variables {
    consumers = { billing = { topics = ["orders.raw"], group = "billing" } }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this["consumer-billing"].policy).Statement == [
      { Sid = "Connect", Effect = "Allow", Action = ["kafka-cluster:Connect"], Resource = [var.cluster_arn] },
      {
        Sid      = "ReadTopics"
        Effect   = "Allow"
        Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
        Resource = ["arn:aws:kafka:eu-central-1:123456789012:topic/main/0a1b-1/orders.raw"]
      },
      {
        Sid      = "JoinGroup"
        Effect   = "Allow"
        Action   = ["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"]
        Resource = ["arn:aws:kafka:eu-central-1:123456789012:group/main/0a1b-1/billing"]
      },
      { Sid = "ReadSchemas", Effect = "Allow", Action = ["glue:GetSchemaVersion"], Resource = ["*"] },
    ]
    error_message = "Policy: ${aws_iam_role_policy.this["consumer-billing"].policy}"
  }
}

run "a_consumer_with_dead_letters" {
  command = plan

  variables {
    consumers = { billing = { topics = ["orders.raw"], group = "billing", dead_letters = ["orders.dead"] } }
  }

  assert {
    condition = [for s in jsondecode(aws_iam_role_policy.this["consumer-billing"].policy).Statement : s.Resource if contains(s.Action, "kafka-cluster:WriteData")] == [
      ["arn:aws:kafka:eu-central-1:123456789012:topic/main/0a1b-1/orders.dead"],
    ]
    error_message = "A consumer writes its dead letters and nothing else: ${aws_iam_role_policy.this["consumer-billing"].policy}"
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.this["consumer-billing"].policy, "kafka-cluster:WriteDataIdempotently")
    error_message = "The producer of dead letters is idempotent."
  }
}

run "a_writer_of_the_event_log" {
  command = plan

  variables {
    log_writers = {
      raw = {
        topics      = ["orders.raw"]
        group       = "eventlog"
        bucket_arn  = "arn:aws:s3:::orders-log"
        prefix      = "events"
        kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
      }
    }
    consumers = { raw = { topics = ["orders.raw"], group = "other" } } # of the same name, and another role
  }

  assert {
    condition = [for s in jsondecode(aws_iam_role_policy.this["log-writer-raw"].policy).Statement : jsonencode(s) if contains(["WriteObjects", "ListObjects", "UseKey"], s.Sid)] == [
      jsonencode({ Action = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"], Effect = "Allow", Resource = ["arn:aws:s3:::orders-log/events/*"], Sid = "WriteObjects" }),
      jsonencode({ Action = ["s3:ListBucket"], Condition = { StringLike = { "s3:prefix" = "events/*" } }, Effect = "Allow", Resource = ["arn:aws:s3:::orders-log"], Sid = "ListObjects" }),
      jsonencode({ Action = ["kms:GenerateDataKey", "kms:Decrypt"], Effect = "Allow", Resource = ["arn:aws:kms:eu-central-1:123456789012:key/1"], Sid = "UseKey" }),
    ]
    error_message = "Policy: ${aws_iam_role_policy.this["log-writer-raw"].policy}"
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.this["log-writer-raw"].policy, ":group/main/0a1b-1/eventlog") && strcontains(aws_iam_role_policy.this["consumer-raw"].policy, ":group/main/0a1b-1/other")
    error_message = "The two roles have each other's group."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this["consumer-raw"].policy, "s3:")
    error_message = "The consumer has the writer's rights."
  }
}

run "nothing_is_deleted_created_or_altered" {
  command = plan

  variables {
    producers   = { orders = { topics = ["orders.raw"], schemas = ["orders.raw"], transactional_ids = ["orders"] } }
    consumers   = { billing = { topics = ["orders.raw"], group = "billing", dead_letters = ["orders.dead"] } }
    log_writers = { raw = { topics = ["orders.raw"], group = "log", bucket_arn = "arn:aws:s3:::orders-log", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1" } }
  }

  assert {
    condition = alltrue(flatten([for p in aws_iam_role_policy.this : [for s in jsondecode(p.policy).Statement : [
      for action in s.Action : !can(regex("[*]|Delete|CreateTopic|AlterTopic|AlterCluster", action))
    ]]]))
    error_message = "A role may do more than it has to."
  }

  assert {
    condition = alltrue(flatten([for p in aws_iam_role_policy.this : [for s in jsondecode(p.policy).Statement : [
      for resource in s.Resource : resource != "*" || s.Action == ["glue:GetSchemaVersion"]
    ]]]))
    error_message = "A role may do something to everything."
  }

  assert {
    condition     = keys(output.role_arns) == ["consumer-billing", "log-writer-raw", "producer-orders"]
    error_message = "Roles: ${join(", ", keys(output.role_arns))}."
  }
}

run "another_registry" {
  command = plan

  variables {
    registry_arn = null
    producers    = { orders = { topics = ["orders.raw"], schemas = ["orders.raw"] } }
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this["producer-orders"].policy, "glue:")
    error_message = "Rights on Glue without Glue: ${aws_iam_role_policy.this["producer-orders"].policy}"
  }
}

run "a_cluster_that_is_none" {
  command = plan

  variables {
    cluster_arn = "main"
  }

  expect_failures = [var.cluster_arn]
}

run "services_without_topics" {
  command = plan

  variables {
    producers   = { orders = { topics = [] } }
    consumers   = { billing = { topics = [], group = "billing" } }
    log_writers = { raw = { topics = [], group = "log", bucket_arn = "arn:aws:s3:::orders-log", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1" } }
  }

  expect_failures = [var.producers, var.consumers, var.log_writers]
}

run "trust_that_is_no_policy" {
  command = plan

  variables {
    trust_policy = "ecs-tasks.amazonaws.com"
  }

  expect_failures = [var.trust_policy]
}
