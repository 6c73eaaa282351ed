"""aws_region_preflight."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context

from .conftest import ModuleFailed, examples

NAME = "aws_region_preflight"
(EXAMPLE,) = examples(NAME)
OURS = {"mtk:environment": "dev", "mtk:stack": "mtk-backend", "mtk:component": "ipam_vpc"}
TAGS = [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in OURS.items()]}]


@pytest.mark.parametrize("check", [False, True])
def test_the_example_has_no_findings_in_an_empty_account(aws, run, check):
    aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=TAGS)
    result = run(NAME, check=check, **EXAMPLE)
    assert (result["findings"], result["unasked"], result["plan"]) == ([], [], {})
    assert not result["changed"] and aws.mutating() == ["ec2:CreateVpc"]


def test_a_region_outside_of_the_inventory_is_one_entry_of_a_collected_plan(aws, run, worker):
    aws.client("ec2", "eu-central-1").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=TAGS)
    worker["context"] = Context(collects=True)
    entry = run(NAME, check=True, **EXAMPLE)["plan"]
    assert (entry["action"], entry["region"]) == ("refuse", "us-east-1")
    assert "eu-central-1 is not in the inventory, and 1 resource of dev is there: ec2_vpc vpc-" in entry["reason"]
    assert "playbooks/remove_region.yml -e region=eu-central-1" in entry["reason"]
    worker["context"] = Context()
    with pytest.raises(ModuleFailed, match="eu-central-1 is not in the inventory"):
        run(NAME, **EXAMPLE)
    assert run(NAME, **{**EXAMPLE, "regions": ["us-east-1", "eu-central-1"]})["findings"] == []


def test_a_key_that_waits_for_its_deletion_is_no_finding(aws, run):
    kms = aws.client("kms", "eu-central-1")
    tags = [{"TagKey": key, "TagValue": value} for key, value in OURS.items()]
    key = kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    with pytest.raises(ModuleFailed, match="1 resource of dev is there: kms_key"):
        run(NAME, **EXAMPLE)
    kms.schedule_key_deletion(KeyId=key)
    assert run(NAME, **EXAMPLE)["findings"] == []


def test_regions_that_may_not_be_read_are_reported(aws, run):
    aws.control.fault("resourcegroupstaggingapi:GetResources", "error", code="AccessDenied", region="eu-central-1")
    assert run(NAME, **EXAMPLE)["unasked"] == ["eu-central-1 resourcegroupstaggingapi:GetResources"]
