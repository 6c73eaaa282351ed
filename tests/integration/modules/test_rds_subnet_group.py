"""rds_subnet_group."""

from __future__ import annotations

import pytest

from .conftest import ModuleFailed, examples

NAME = "rds_subnet_group"


@pytest.fixture
def subnets(aws):
    """Create three subnets in three zones of a VPC."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("abc")
    ]


def shown(aws, name):
    (group,) = aws.client("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    return group["DBSubnetGroupDescription"], {s["SubnetIdentifier"] for s in group["Subnets"]}


def test_four_beats(aws, subnets, four_beats, gone):
    present, absent = examples(NAME)
    four_beats(NAME, **{**present, "subnet_ids": subnets[:2]})
    assert shown(aws, present["name"]) == ("Database subnets of dev", set(subnets[:2]))
    gone(NAME, **absent)


def test_change_and_drift(aws, subnets, run):
    group = {"name": "Dev-Group", "description": "x", "subnet_ids": subnets[:2], "tags": {"a": "1"}}
    run(NAME, **group)
    assert not run(NAME, **{**group, "subnet_ids": subnets[1::-1]})["changed"], "their order makes no difference"
    wanted = {**group, "description": "y", "subnet_ids": subnets, "tags": {"b": "2"}}
    planned = run(NAME, check=True, **wanted)["diff"]
    assert run(NAME, **wanted)["diff"] == planned
    assert shown(aws, "dev-group") == ("y", set(subnets))
    aws.client("rds").modify_db_subnet_group(DBSubnetGroupName="dev-group", SubnetIds=subnets[:2])
    assert run(NAME, check=True, **wanted)["diff"]["before"]["subnet_ids"] == sorted(subnets[:2])
    run(NAME, **wanted)
    assert shown(aws, "dev-group") == ("y", set(subnets))
    assert not run(NAME, name="dev-group")["changed"]


def test_missing_subnets_are_planned_but_not_applied(run):
    unknown = {"name": "g", "description": "x", "subnet_ids": ["(known after apply)"]}
    assert run(NAME, check=True, **unknown)["changed"]
    with pytest.raises(ModuleFailed, match="subnet_ids of db_subnet_group g is unknown"):
        run(NAME, **unknown)
    with pytest.raises(ModuleFailed, match="give description and subnet_ids"):
        run(NAME, name="g")
