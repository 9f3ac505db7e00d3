"""What a service does with what examples/complete made, through AWS's own client, on moto."""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def refused(want, call):
    try:
        call()
    except ClientError as e:
        got = e.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == want, f"status {got}, want {want}"
    else:
        raise AssertionError(f"it was done, want status {want}")


def uses(outputs_file, schema_file):
    """Writes the raw event log's way, once and never again, and finds its schema in the registry."""
    with open(outputs_file) as f:
        out = {name: output["value"] for name, output in json.load(f).items()}
    with open(schema_file) as f:
        definition = f.read()

    s3 = boto3.client("s3")
    key = f"{out['prefix']}/orders.raw/partition=0/orders.raw+0+00000000000000000000.avro"
    # moto is spoken to without TLS, which is what the bucket's policy refuses.
    refused(403, lambda: s3.put_object(Bucket=out["bucket"], Key=key, Body=b"records", IfNoneMatch="*"))
    s3.delete_bucket_policy(Bucket=out["bucket"])
    s3.put_object(Bucket=out["bucket"], Key=key, Body=b"records", IfNoneMatch="*")
    refused(412, lambda: s3.put_object(Bucket=out["bucket"], Key=key, Body=b"others", IfNoneMatch="*"))
    got = s3.get_object(Bucket=out["bucket"], Key=key)["Body"].read()
    assert got == b"records", f"read {got!r}, wrote b'records'"
    rule = s3.get_bucket_encryption(Bucket=out["bucket"])["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BucketKeyEnabled"], rule
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == out["kms_key_arn"], rule
    assert boto3.client("kms").get_key_rotation_status(KeyId=out["kms_key_arn"])["KeyRotationEnabled"]

    glue = boto3.client("glue")
    schema = {"RegistryName": out["registry"], "SchemaName": "orders.raw"}
    found = glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=definition)
    assert found["Status"] == "AVAILABLE", found
    version = glue.get_schema_version(SchemaVersionId=found["SchemaVersionId"])
    assert version["SchemaDefinition"] == definition and version["VersionNumber"] == 1, version
    assert glue.get_schema(SchemaId=schema)["Compatibility"] == "BACKWARD_ALL"

    policy = boto3.client("iam").get_role_policy(RoleName="orders-log-writer-raw", PolicyName="log-writer-raw")
    resources = [r for s in policy["PolicyDocument"]["Statement"] for r in s["Resource"]]
    assert f"arn:aws:s3:::{out['bucket']}/{out['prefix']}/*" in resources, resources


def registers(registry, schema):
    """Registers a second version, as a producer that owns registration does."""
    glue = boto3.client("glue")
    schema_id = {"RegistryName": registry, "SchemaName": schema}
    latest = glue.get_schema_version(SchemaId=schema_id, SchemaVersionNumber={"LatestVersion": True})
    definition = json.loads(latest["SchemaDefinition"])
    definition["doc"] = "Version 2."
    version = glue.register_schema_version(SchemaId=schema_id, SchemaDefinition=json.dumps(definition))
    assert version["VersionNumber"] == 2, version


if __name__ == "__main__":
    {"uses": uses, "registers": registers}[sys.argv[1]](*sys.argv[2:])
