# One role for each service, with what it does and nothing else: no service creates, alters or deletes a topic, a group, an object
# or a schema of another.

locals {
  # arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/ID is the cluster, with topic/NAME/ID/TOPIC and so on below it.
  topic_arn            = replace(var.cluster_arn, ":cluster/", ":topic/")
  group_arn            = replace(var.cluster_arn, ":cluster/", ":group/")
  transactional_id_arn = replace(var.cluster_arn, ":cluster/", ":transactional-id/")

  # arn:aws:glue:REGION:ACCOUNT:registry/NAME, with schema/NAME/SCHEMA below it.
  registry   = var.registry_arn[*]
  schema_arn = [for arn in local.registry : replace(arn, ":registry/", ":schema/")]

  connect = {
    Sid      = "Connect"
    Effect   = "Allow"
    Action   = ["kafka-cluster:Connect"]
    Resource = [var.cluster_arn]
  }

  # A schema version is asked for by its id alone, so that the call names no schema: Glue checks this right against "*".
  read_schemas = [for arn in local.registry : {
    Sid      = "ReadSchemas"
    Effect   = "Allow"
    Action   = ["glue:GetSchemaVersion"]
    Resource = ["*"]
  }]

  register = var.registration == "producers" ? ["glue:GetSchema", "glue:CreateSchema", "glue:RegisterSchemaVersion", "glue:PutSchemaVersionMetadata"] : []

  producers = {
    for name, p in var.producers : "producer-${name}" => concat(
      [
        local.connect,
        {
          Sid      = "WriteTopics"
          Effect   = "Allow"
          Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
          Resource = [for topic in p.topics : "${local.topic_arn}/${topic}"]
        },
        { # producers of the SDK are idempotent
          Sid      = "WriteIdempotently"
          Effect   = "Allow"
          Action   = ["kafka-cluster:WriteDataIdempotently"]
          Resource = [var.cluster_arn]
        },
      ],
      [for ids in [p.transactional_ids] : {
        Sid      = "Transactions"
        Effect   = "Allow"
        Action   = ["kafka-cluster:DescribeTransactionalId", "kafka-cluster:AlterTransactionalId"]
        Resource = [for id in ids : "${local.transactional_id_arn}/${id}"]
      } if length(ids) > 0],
      local.read_schemas,
      [for arn in local.schema_arn : {
        Sid      = "WriteSchemas"
        Effect   = "Allow"
        Action   = concat(["glue:GetSchemaByDefinition"], local.register)
        Resource = concat(local.registry, [for schema in p.schemas : "${arn}/${schema}"])
      } if length(p.schemas) > 0],
    )
  }

  consumers = {
    for role, c in local.readers : role => concat(
      [
        local.connect,
        {
          Sid      = "ReadTopics"
          Effect   = "Allow"
          Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
          Resource = [for topic in c.topics : "${local.topic_arn}/${topic}"]
        },
        {
          Sid      = "JoinGroup"
          Effect   = "Allow"
          Action   = ["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"]
          Resource = ["${local.group_arn}/${c.group}"]
        },
      ],
      flatten([for topics in [c.dead_letters] : [
        {
          Sid      = "WriteDeadLetters"
          Effect   = "Allow"
          Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
          Resource = [for topic in topics : "${local.topic_arn}/${topic}"]
        },
        {
          Sid      = "WriteIdempotently"
          Effect   = "Allow"
          Action   = ["kafka-cluster:WriteDataIdempotently"]
          Resource = [var.cluster_arn]
        },
      ] if length(topics) > 0]),
      local.read_schemas,
    )
  }

  # A writer of the event log is a consumer with a bucket.
  readers = merge(
    { for name, c in var.consumers : "consumer-${name}" => c },
    { for name, w in var.log_writers : "log-writer-${name}" => { topics = w.topics, group = w.group, dead_letters = [] } },
  )

  buckets = {
    for name, w in var.log_writers : "log-writer-${name}" => [
      { # an object is never overwritten: one that exists is read, and what it lacks gets the next name
        Sid      = "WriteObjects"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"]
        Resource = ["${w.bucket_arn}/${w.prefix == "" ? "" : "${w.prefix}/"}*"]
      },
      { # without it, S3 answers 403 for an object that does not exist
        Sid       = "ListObjects"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [w.bucket_arn]
        Condition = { StringLike = { "s3:prefix" = w.prefix == "" ? "*" : "${w.prefix}/*" } }
      },
      {
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = [w.kms_key_arn]
      },
    ]
  }

  policies = merge(
    local.producers,
    { for role, statements in local.consumers : role => concat(statements, lookup(local.buckets, role, [])) },
  )
}

resource "aws_iam_role" "this" {
  for_each = local.policies

  name               = "${var.name}-${each.key}"
  assume_role_policy = var.trust_policy
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = each.key
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
