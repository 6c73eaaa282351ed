"""A destroy ends with the proof of what is left, in all regions of the account."""

from __future__ import annotations

import json

import jsonschema
import pytest

from .conftest import ROOT

pytestmark = pytest.mark.timeout(1800)
SCHEMA = json.loads((ROOT / "docs/using/destroy-report.schema.json").read_text())
DESTROY = ("playbooks/destroy.yml", "-e", "confirm_environment=dev")
TAGS = [{"Key": "mtk:environment", "Value": "dev"}]
OURS = [*TAGS, {"Key": "mtk:stack", "Value": "mtk-backend"}, {"Key": "mtk:component", "Value": "ipam_vpc"}]


def test_what_is_left_is_reported_and_fails_the_run_only_if_it_should_not_be(aws, built, tmp_path):
    dev, data, text = built("dev"), tmp_path / "left.json", tmp_path / "left.txt"
    ec2 = aws.client("ec2")
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": TAGS}])
    files = ("-e", f"destroy_json={data}", "-e", f"destroy_text={text}")

    played = dev.play(*DESTROY, *files, expect=2)
    said = " ".join(played.text.split())
    assert f"1 of dev is left and should not be: ec2_address {address['AllocationId']} in us-east-1" in said
    assert f"aws ec2 release-address --region us-east-1 --allocation-id {address['AllocationId']}" in text.read_text()
    assert "Incomplete" not in played.text and "38 deleted, 1 kept" in said

    ec2.release_address(AllocationId=address["AllocationId"])
    again = dev.play(*DESTROY, *files)
    assert again.mutating == []
    report = json.loads(data.read_text())
    jsonschema.validate(report, SCHEMA)
    assert [(item["resource"], item["intended"]) for item in report["resources"]] == [
        ("dynamodb_backup", True),
        ("dynamodb_table", True),  # the run locks
        *[("kms_key", True)] * 3,
    ]
    assert not report["not_looked_at"] and len(report["regions"]) == 17
    ending = again.text.rstrip().splitlines()
    last = " ".join(ending[-2:])
    assert "2 KMS keys pending deletion until 20" in last and "1 KMS key kept for data until 20" in last
    assert last.endswith("of dev was found in 17 regions.")


def test_a_region_outside_of_the_inventory_stands_in_the_way(aws, built):
    dev, ec2 = built("dev"), aws.client("ec2", "eu-central-1")
    ec2.create_vpc(CidrBlock="10.200.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": OURS}])
    before = len(aws.mutating())
    refused = dev.play(*DESTROY, expect=2)
    assert len(aws.mutating()) == before
    said = " ".join(refused.text.split())
    assert "! aws_region_preflight" in said and "eu-central-1 is not in the inventory" in said
    assert "playbooks/remove_region.yml -e region=eu-central-1" in said and "Nothing was deleted" in said


def test_a_plan_has_no_report_and_makes_no_request_that_writes(aws, built, tmp_path):
    dev, data = built("dev"), tmp_path / "left.json"
    planned = dev.play("playbooks/destroy.yml", "--check", "-e", f"destroy_json={data}")
    assert planned.mutating == [] and not data.exists()
    assert "was found in" not in planned.text
