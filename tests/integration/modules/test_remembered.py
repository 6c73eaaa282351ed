"""The cache of a run: answers are reused, but no write relies on a stale answer."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

VPC = {"name": "dev_vpc", "cidr_block": "10.0.0.0/16", "tags": {"mtk:environment": "dev", "a": "1"}}


@pytest.fixture
def remembering(tmp_path, worker):
    """Share a cache between modules, as Ansible's workers do."""
    worker["context"] = Context(cache=str(tmp_path))


@pytest.fixture
def vpc(aws, run):
    """Create the VPC before the cache exists, and return its id."""
    return run("ec2_vpc", **VPC)["vpc"]["vpc_id"]


@pytest.fixture
def known(vpc, remembering, run):
    """Read the VPC into the cache, and return its id."""
    assert not run("ec2_vpc", **VPC)["changed"]
    return vpc


def calls(aws, since=0):
    return [f"{call['service']}:{call['operation']}" for call in aws.control.calls(since)]


def test_cached_answers_are_not_requested_again(aws, run, known):
    before = len(calls(aws))
    assert not run("ec2_vpc", **VPC)["changed"]
    assert not run("ec2_vpc", **VPC, check=True)["changed"]
    assert calls(aws, before) == []


def test_an_answer_without_certificate_validation_serves_no_task_that_validates(aws, run, remembering):
    for validate in (False, False, True, True):
        run("aws_caller_info", validate_certs=validate)
    assert calls(aws) == ["sts:GetCallerIdentity"] * 2


def test_a_difference_in_cached_answers_is_checked_before_a_write(aws, run, known):
    """The VPC already has the wanted tags since the cache was filled: no write is sent."""
    aws.client("ec2").create_tags(Resources=[known], Tags=[{"Key": "a", "Value": "2"}])
    before, wanted = len(aws.mutating()), {**VPC, "tags": {"mtk:environment": "dev", "a": "2"}}
    assert not run("ec2_vpc", **wanted)["changed"]
    assert not run("ec2_vpc", **wanted, check=True)["changed"]
    assert len(aws.mutating()) == before


def test_a_resource_deleted_since_it_was_cached_is_created(aws, run, known):
    aws.client("ec2").delete_vpc(VpcId=known)
    made = run("ec2_vpc", **{**VPC, "tags": {"mtk:environment": "dev", "a": "2"}})
    assert made["plan"]["action"] == "create" and made["vpc"]["vpc_id"] != known


def test_a_write_discards_the_cached_answers_of_its_service(aws, run, known):
    run("logs_log_group", log_group_name="/x", tags={})
    before = len(calls(aws))
    run("ec2_vpc", **VPC)
    assert calls(aws, before) == [], "a write to another service keeps the cache"
    run(
        "ec2_subnet", name="dev_subnet", vpc_id=known, cidr_block="10.0.0.0/24", availability_zone="us-east-1a", tags={}
    )
    aws.client("ec2").create_tags(Resources=[known], Tags=[{"Key": "a", "Value": "3"}])
    assert run("ec2_vpc", **VPC)["changed"], "the current state is read again"
    assert not run("ec2_vpc", **VPC)["changed"]


def test_after_a_write_a_task_reads_once_before_it_creates(aws, run, known):
    where = {"vpc_name": "dev_vpc", "availability_zone": "us-east-1a", "tags": {}}
    run("ec2_subnet", name="first", cidr_block="10.0.0.0/24", **where)
    before = len(calls(aws))
    run("ec2_subnet", name="second", cidr_block="10.0.1.0/24", **where)
    looks = ["ec2:DescribeVpcs", "ec2:DescribeSubnets"]
    assert calls(aws, before) == [*looks, "ec2:CreateSubnet", looks[1]], "the name of the VPC is looked up once"


def test_a_resource_missing_in_cached_answers_is_looked_up_before_creation(aws, run, remembering):
    """The VPC was created by somebody else after the listing was cached."""
    assert run("ec2_vpc", **VPC, check=True)["changed"]
    tags = [{"Key": k, "Value": v} for k, v in {**VPC["tags"], "Name": "dev_vpc"}.items()]
    ec2 = aws.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])["Vpc"]
    assert run("ec2_vpc", **VPC)["vpc"]["vpc_id"] == made["VpcId"]
    assert len(ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["dev_vpc"]}])["Vpcs"]) == 1


def test_a_lagging_read_creates_no_duplicate(aws, run, remembering):
    aws.control.lag(3)
    assert run("ec2_vpc", **VPC)["changed"]
    for _ in range(3):
        assert not run("ec2_vpc", **VPC)["changed"]
    aws.control.lag(0)
    named = [{"Name": "tag:Name", "Values": ["dev_vpc"]}]
    assert len(aws.client("ec2").describe_vpcs(Filters=named)["Vpcs"]) == 1


def test_without_permission_for_the_tagging_api_tags_are_read_from_the_service(aws, run, remembering, worker, tmp_path):
    group = {"log_group_name": "/x", "tags": {"mtk:environment": "dev"}}
    run("logs_log_group", **group)
    worker["context"] = Context(cache=str(tmp_path / "another-run"))
    aws.control.fault("resourcegroupstaggingapi:GetResources", "error", code="AccessDeniedException", times=9)
    before = len(calls(aws))
    assert not run("logs_log_group", **group)["changed"]
    assert "logs:ListTagsForResource" in calls(aws, before)


def test_secrets_are_not_cached(aws, run, remembering, tmp_path):
    run("secretsmanager_secret", secret_name="s", generate_secret_string={"username": "u"}, tags={})
    run("secretsmanager_secret", secret_name="s", generate_secret_string={"username": "u"}, tags={})
    secret = aws.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"]
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert secret not in kept
