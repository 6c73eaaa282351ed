"""aws_leftovers_info."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE

from .aurora import subnet_group
from .conftest import documentation, examples
from .network import network, tagged

NAME = "aws_leftovers_info"
(EXAMPLE,) = examples(NAME)
TAGS = [{"Key": "mtk:environment", "Value": "dev"}]


def kms_key(aws, region="us-east-1", name="dev_us-east-1_aurora_key"):
    tags = [{"TagKey": "mtk:environment", "TagValue": "dev"}, {"TagKey": "Name", "TagValue": name}]
    return aws.client("kms", region).create_key(Tags=tags)["KeyMetadata"]


def found(result):
    """Return what is left: the kinds and whether each is intended."""
    return {(i["region"], i["resource"], i["name"]): i for i in result["report"]["resources"]}


@pytest.mark.parametrize("check", [False, True])
def test_the_example_finds_nothing_in_an_empty_account(aws, run, check):
    result = run(NAME, check=check, **EXAMPLE)
    assert aws.mutating() == [] and not result["changed"]
    assert result["report_lines"] == [result["ending"]] == ["Nothing of dev was found in 17 regions."]
    sample = documentation(NAME)["RETURN"]["report"]["sample"]
    assert {**result["report"], "regions": ["us-east-1"]} == sample


def test_what_is_left_by_intention_has_its_day_and_its_command(aws, run):
    key = kms_key(aws)
    kms, secrets = aws.client("kms"), aws.client("secretsmanager")
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    secrets.create_secret(Name="dev_aurora_master_secret", SecretString="x", Tags=TAGS)
    secrets.delete_secret(SecretId="dev_aurora_master_secret", RecoveryWindowInDays=30)
    result = run(NAME, **EXAMPLE)
    assert result["unexpected"] == 0
    items = found(result)
    pending = items["us-east-1", "kms_key", "dev_us-east-1_aurora_key"]
    scheduled = items["us-east-1", "secretsmanager_secret", "dev_aurora_master_secret"]
    assert pending["until"] and pending["until"] < scheduled["until"]
    assert f"cancel-key-deletion --region us-east-1 --key-id {key['KeyId']}" in pending["restore"]
    assert "restore-secret" in scheduled["restore"] and pending["remove"] == scheduled["remove"] == ""
    assert result["ending"].startswith(
        f"Left: 1 KMS key pending deletion until {pending['until']}, 1 secret scheduled "
    )
    assert result["ending"].endswith("nothing else of dev was found in 17 regions.")


def test_a_snapshot_is_left_with_its_key_and_a_cluster_is_not(aws, run):
    subnet_group(aws)
    rds, key = aws.client("rds"), kms_key(aws)
    rds.create_db_cluster(
        DBClusterIdentifier="dev-us-east-1-aurora-cluster",
        Engine="aurora-postgresql",
        DBSubnetGroupName="dev-subnets",
        MasterUsername="mtkadmin",
        MasterUserPassword="correct-horse-battery",
        StorageEncrypted=True,
        KmsKeyId=key["Arn"],
        CopyTagsToSnapshot=True,
        Tags=TAGS,
    )
    before = found(run(NAME, **EXAMPLE))
    assert not before["us-east-1", "rds_cluster", "dev-us-east-1-aurora-cluster"]["intended"]
    used = before["us-east-1", "kms_key", "dev_us-east-1_aurora_key"]
    assert used["intended"] and "rds_cluster dev-us-east-1-aurora-cluster, which uses it" in used["reason"]
    rds.delete_db_cluster(
        DBClusterIdentifier="dev-us-east-1-aurora-cluster",
        FinalDBSnapshotIdentifier="last",
        DeleteAutomatedBackups=False,
    )
    after = found(run(NAME, **EXAMPLE))
    assert ("us-east-1", "rds_cluster", "dev-us-east-1-aurora-cluster") not in after
    snapshot, kept = (
        after["us-east-1", "rds_cluster_snapshot", "last"],
        after["us-east-1", "kms_key", "dev_us-east-1_aurora_key"],
    )
    assert snapshot["intended"] and "--db-cluster-snapshot-identifier last" in snapshot["remove"]
    assert kept["intended"] and "last" in kept["reason"] and "data needs it: " in kept["reason"]
    automated = after["us-east-1", "rds_cluster_automated_backup", "dev-us-east-1-aurora-cluster"]
    assert automated["intended"] and automated["until"]


def test_the_backup_of_a_table_and_the_locks_are_left(aws, run):
    dynamodb = aws.client("dynamodb")
    schema = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    for name in (TABLE, "dev_user_locations", "dev_orders"):
        dynamodb.create_table(TableName=name, **schema)
    aws.control.advance(60)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName="dev_user_locations", PointInTimeRecoverySpecification=recovery)
    untagged = found(run(NAME, **EXAMPLE))["us-east-1", "dynamodb_table", "dev_user_locations"]
    assert not untagged["intended"] and "may belong to somebody else" in untagged["reason"]
    dynamodb.delete_table(TableName="dev_user_locations")
    result = run(NAME, **EXAMPLE)
    (backup,) = (item for item in result["report"]["resources"] if item["resource"] == "dynamodb_backup")
    assert backup["intended"] and backup["until"] and result["unexpected"] == 0
    assert "1 backup of the table until" in result["ending"] and "the table of the run locks" in result["ending"]
    assert "dev_orders" not in str(result), "the table of another application"


def test_what_aws_deletes_is_not_left_and_what_holds_a_vpc_is_named(aws, run):
    net, ec2 = network(aws), aws.client("ec2")
    eip = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "nat"))["AllocationId"]
    specification = [{"ResourceType": "natgateway", "Tags": TAGS}]
    nat = ec2.create_nat_gateway(SubnetId=net.public[0], AllocationId=eip, TagSpecifications=specification)
    gateway = nat["NatGateway"]["NatGatewayId"]
    ec2.create_tags(Resources=[eip, net.vpc], Tags=TAGS)
    kinds = {item["resource"] for item in run(NAME, **EXAMPLE)["report"]["resources"]}
    assert {"ec2_vpc", "ec2_nat_gateway", "ec2_address", "ec2_network_interface"} <= kinds
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    aws.control.advance(120)
    result = run(NAME, **EXAMPLE)
    kinds = {item["resource"] for item in result["report"]["resources"]}
    assert "ec2_nat_gateway" not in kinds and "ec2_network_interface" not in kinds
    assert result["unexpected"] and f"release-address --region us-east-1 --allocation-id {eip}" in "".join(
        result["report_lines"]
    )


def test_every_region_is_looked_at(aws, run):
    ec2 = aws.client("ec2", "eu-central-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": TAGS}])
    result = run(NAME, **EXAMPLE)
    (item,) = result["report"]["resources"]
    assert (item["region"], item["resource"], item["id"]) == ("eu-central-1", "ec2_vpc", vpc["Vpc"]["VpcId"])
    assert result["ending"].startswith("1 of dev is left and should not be: ec2_vpc vpc-")


def test_what_other_environments_share_is_left(aws, run):
    ec2 = aws.client("ec2")
    shared, qa = ([{"Key": "mtk:environment", "Value": owner}] for owner in ("shared", "qa"))
    ipam = ec2.create_ipam(TagSpecifications=[{"ResourceType": "ipam", "Tags": shared}])["Ipam"]
    assert run(NAME, **EXAMPLE)["unexpected"] == 1, "no environment uses it"
    aws.control.advance(300)
    ec2.create_ipam_pool(
        IpamScopeId=ipam["PrivateDefaultScopeId"],
        AddressFamily="ipv4",
        TagSpecifications=[{"ResourceType": "ipam-pool", "Tags": qa}],
    )
    result = run(NAME, **EXAMPLE)
    assert result["unexpected"] == 0 and "1 resource that is shared with qa" in result["ending"]


def test_what_may_not_be_read_is_reported(aws, run):
    aws.control.fault("dynamodb:ListBackups", "error", code="AccessDeniedException")
    aws.control.fault("rds:DescribeDBClusterSnapshots", "error", code="AccessDenied")
    result = run(NAME, **{**EXAMPLE, "regions": ["us-east-1", "ap-east-1"]})
    assert result["report"]["not_looked_at"] == [
        "ap-east-1 (the region is not enabled)",
        "us-east-1 dynamodb:ListBackups",
        "us-east-1 rds:DescribeDBClusterSnapshots",
    ]
    assert "Not looked at: ap-east-1" in result["ending"] and result["unexpected"] == 0
