"""The account: Regions that are not enabled or do not exist, and quotas."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ec2_net import by, refused
from promise import keeps

CALLS = [
    ("ec2", "describe_vpcs", {}, "AuthFailure", 401),
    ("rds", "describe_db_clusters", {}, "InvalidClientTokenId", 403),
    ("sts", "get_caller_identity", {}, "InvalidClientTokenId", 403),
    ("cloudwatch", "describe_alarms", {}, "InvalidClientTokenId", 403),
    ("kms", "list_keys", {}, "UnrecognizedClientException", 400),
    ("logs", "describe_log_groups", {}, "UnrecognizedClientException", 400),
    ("dynamodb", "list_tables", {}, "UnrecognizedClientException", 400),
    ("secretsmanager", "list_secrets", {}, "UnrecognizedClientException", 400),
    ("resourcegroupstaggingapi", "get_resources", {}, "UnrecognizedClientException", 400),
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "dynamodb"},
     "UnrecognizedClientException", 400),
]  # fmt: skip


@keeps("ec2.region-not-enabled")
@pytest.mark.parametrize(("service", "call", "params", "code", "status"), CALLS, ids=[c[0] for c in CALLS])
def test_a_region_that_is_not_enabled_refuses_all_credentials(
    aws: Any, service: str, call: str, params: dict[str, Any], code: str, status: int
) -> None:
    client = aws.client(service, "me-south-1")
    error = refused(code, getattr(client, call), **params)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    aws.control.enable_region("me-south-1")
    getattr(client, call)(**params)
    aws.control.enable_region("me-south-1", False)
    refused(code, getattr(client, call), **params)


@keeps("ec2.region-not-enabled", "ec2.regions")
def test_an_enabled_region_is_listed_until_the_reset(aws: Any) -> None:
    def statuses() -> dict[str, str]:
        regions = aws.client("ec2").describe_regions(AllRegions=True)["Regions"]
        return {r["RegionName"]: r["OptInStatus"] for r in regions}

    assert statuses()["af-south-1"] == "not-opted-in"
    aws.control.enable_region("af-south-1")
    assert statuses()["af-south-1"] == "opted-in" and statuses()["us-east-1"] == "opt-in-not-required"
    assert "af-south-1" in [r["RegionName"] for r in aws.client("ec2").describe_regions()["Regions"]]
    assert aws.client("ec2", "af-south-1").describe_vpcs()["Vpcs"]
    aws.control.reset()
    assert statuses()["af-south-1"] == "not-opted-in"


@keeps("ec2.region-not-enabled")
def test_iam_and_the_regions_of_other_partitions(aws: Any) -> None:
    aws.client("iam", "ap-east-1").list_roles()
    refused("AuthFailure", aws.client("ec2", "cn-north-1").describe_vpcs)
    for name in ("us-east-1", "us-esat-1"):
        with pytest.raises(urllib.error.HTTPError):
            aws.control.enable_region(name)


@keeps("ec2.region-unknown")
@pytest.mark.parametrize(("service", "call", "params"), [c[:3] for c in CALLS], ids=[c[0] for c in CALLS])
def test_an_unknown_region_is_refused(aws: Any, service: str, call: str, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="valid region, not 'us-esat-1'") as error:
        getattr(aws.client(service, "us-esat-1"), call)(**params)
    assert error.value.response["Error"]["Code"] in ("SignatureDoesNotMatch", "InvalidSignatureException")


@keeps("ec2.address-quota")
def test_a_region_has_a_quota_of_addresses(aws: Any) -> None:
    ec2 = aws.client("ec2")

    def shown(**asked: Any) -> dict[str, str]:
        attributes = ec2.describe_account_attributes(**asked)["AccountAttributes"]
        return {a["AttributeName"]: a["AttributeValues"][0]["AttributeValue"] for a in attributes}

    assert shown()["vpc-max-elastic-ips"] == shown()["max-elastic-ips"] == "5"
    ids = [ec2.allocate_address()["AllocationId"] for _ in range(5)]
    refused("AddressLimitExceeded", ec2.allocate_address)
    aws.client("ec2", "us-west-2").allocate_address()  # the quota is one of each Region
    ec2.release_address(AllocationId=ids[0])
    ec2.allocate_address()
    aws.control.quota("vpc-max-elastic-ips", 6)
    assert shown()["vpc-max-elastic-ips"] == "6"
    ec2.allocate_address()
    refused("AddressLimitExceeded", ec2.allocate_address)
    (default,) = ec2.describe_vpcs(Filters=by("is-default", "true"))["Vpcs"]
    assert shown(AttributeNames=["default-vpc"]) == {"default-vpc": default["VpcId"]}
    refused("DryRunOperation", ec2.describe_account_attributes, DryRun=True)
    with pytest.raises(urllib.error.HTTPError):
        aws.control.quota("vpcx", 6)
