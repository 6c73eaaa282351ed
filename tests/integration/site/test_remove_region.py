"""A region that left the inventory: seen, left alone, and removed by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import ROOT, Site
from .estate import estate

HOME, AWAY = "us-east-1", "eu-central-1"
SLOTS = {"us-east-1": 0, "us-west-2": 1, "eu-west-1": 2, AWAY: 3}
PLAYBOOK = "playbooks/remove_region.yml"
REMOVE = ("-e", f"region={AWAY}")
CONFIRMED = (*REMOVE, "-e", f"confirm_region={AWAY}")


class Copy(Site):
    """A site with a copy of the inventory of dev."""

    def __init__(self, aws: Any, directory: Path) -> None:
        super().__init__(aws, "dev")
        self.directory = directory

    def command(self, playbook: str, *arguments: str, root: Path = ROOT) -> list[str]:
        words = super().command(playbook, *arguments, root=root)
        return [str(self.directory) if word == str(root / "inventories/dev") else word for word in words]

    def plan(self, playbook: str, *arguments: str, code: int = 0) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Return the entries of a plan by region, resource and name."""
        out = self.directory / "plan.json"
        played = self.play(playbook, "-e", f"plan_out={out}", *arguments, expect=code)
        assert played.mutating == []
        document = json.loads(out.read_text())
        out.unlink()
        return {(e["region"], e["resource"], e["name"]): e for e in document["resources"]}


def inventory(directory: Path, *others: str) -> Path:
    """Write a copy of the inventory of dev with a global database, and with other regions beside the primary one."""
    shutil.copytree(ROOT / "inventories/dev", directory)
    regions = {"primary": [HOME], "secondary": others, "network": [HOME, *others], "database": [HOME, *others]}
    groups = {name: {"hosts": dict.fromkeys(hosts)} for name, hosts in regions.items()}
    (directory / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": groups}}))
    settings = {"aurora_global": True, "aurora_serverless_v2_min_capacity": 0.5}
    if others:
        settings["ipam_vpc_region_slots"] = SLOTS
    (directory / "group_vars/all/zz.yml").write_text(yaml.safe_dump(settings))
    return directory


@pytest.fixture(scope="module")
def _two_regions(_local_aws: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of the state of an account in which dev was applied in two regions."""
    directory = tmp_path_factory.mktemp("two")
    _local_aws.control.ask("POST", "reset")
    Copy(_local_aws, inventory(directory / "dev", AWAY)).play()
    _local_aws.control.save("two-regions")
    return "two-regions"


@pytest.fixture
def narrow(aws: Any, tmp_path: Path, _two_regions: str) -> Copy:
    """Return a site whose inventory has lost the second region."""
    aws.control.load(_two_regions)
    aws.control.ask("DELETE", "calls")
    return Copy(aws, inventory(tmp_path / "dev"))


def refused(entries: dict[tuple[str, str, str], dict[str, Any]]) -> dict[tuple[str, str, str], str]:
    return {key: entry["reason"] for key, entry in entries.items() if entry["action"] == "refuse"}


def tagged(aws: Any, region: str) -> list[str]:
    filters = [{"Key": "mtk:environment", "Values": ["dev"]}]
    pages = aws.client("resourcegroupstaggingapi", region).get_paginator("get_resources").paginate(TagFilters=filters)
    return [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]


@pytest.mark.timeout(1500)
def test_a_region_that_left_is_seen_and_left_alone(aws, narrow):
    before = estate(aws, (HOME, AWAY))
    planned = narrow.plan("playbooks/plan.yml", code=2)
    (reason,) = refused(planned).values()
    assert list(refused(planned)) == [(AWAY, "region", AWAY)]
    for part in (f"the pool dev_{AWAY}_ipam_pool", f"the member dev-{AWAY}-aurora-cluster", "a replica of the table"):
        assert part in reason
    assert f"{PLAYBOOK} -i inventories/dev -e region={AWAY}" in reason

    applied = narrow.play("site.yml", expect=2)
    assert applied.mutating == [] and "Resources that need a decision: 1" in applied.text
    assert estate(aws, (HOME, AWAY)) == before, "the copy of the secret, too"
    assert {call["region"] for call in aws.control.calls()} <= {HOME, AWAY}
    drift = narrow.play("playbooks/drift.yml", expect=2)
    assert f"decision  {AWAY}  region  {AWAY}" in drift.text
    destroyed = narrow.play("playbooks/destroy.yml", "-e", "confirm_environment=dev", expect=2)
    assert destroyed.mutating == [] and f"-e region={AWAY}" in destroyed.text

    wide = Copy(aws, inventory(narrow.directory.parent / "wide", AWAY))
    assert wide.play("site.yml").mutating == [], "the region is back in the inventory"


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "region is not set"),
        (["-e", "region=eu-cntral-1"], "region eu-cntral-1 is not an AWS region. Did you mean eu-central-1?"),
        (["-e", f"region={HOME}"], f"region {HOME} is the primary region"),
        ([*REMOVE, "-e", "confirm_region=eu-west-1"], f"the confirmation is 'eu-west-1', and the region is '{AWAY}'"),
        ([*REMOVE], f"-e region={AWAY} -e confirm_region={AWAY}"),
    ],
)
def test_nothing_is_deleted(narrow, arguments, words):
    played = narrow.play(PLAYBOOK, *arguments, expect=2)
    assert played.mutating == []
    assert " ".join(words.split()) in " ".join(played.text.split())


@pytest.mark.timeout(900)
def test_a_protected_environment_loses_no_region(narrow):
    path = narrow.directory / "group_vars/all/environment.yml"
    path.write_text(path.read_text().replace("destroy_allowed: true", "destroy_allowed: false"))
    played = narrow.play(PLAYBOOK, *CONFIRMED, expect=2)
    assert played.mutating == [] and "destroy_allowed is false" in played.text


@pytest.mark.timeout(900)
def test_a_region_of_the_inventory_is_not_removed(aws, narrow):
    wide = Copy(aws, inventory(narrow.directory.parent / "wide", AWAY))
    played = wide.play(PLAYBOOK, *CONFIRMED, expect=2)
    assert played.mutating == [] and f"region {AWAY} is a region of the inventory" in played.text


@pytest.mark.timeout(1800)
def test_a_region_is_removed(aws, narrow):
    planned = narrow.plan(PLAYBOOK, *REMOVE, "--check")
    assert refused(planned) == {}
    assert planned[HOME, "secretsmanager_secret", "dev_aurora_master_secret"]["action"] == "update"
    deleted = {(region, kind) for (region, kind, _), entry in planned.items() if entry["action"] == "delete"}
    assert {
        (AWAY, "dynamodb_table_replica"),
        (AWAY, "rds_cluster"),
        (AWAY, "ec2_vpc"),
        (HOME, "ec2_ipam_pool"),
    } < deleted
    assert len(planned) > 30

    before = {row for row in estate(aws, (HOME, AWAY)) if row[0] != AWAY}
    narrow.play(PLAYBOOK, *CONFIRMED)
    after = {row for row in estate(aws, (HOME, AWAY)) if AWAY not in row[0]}
    gone = {kind for _region, kind, _id in before - after}
    assert gone == {"ipam_pool"} and len(before - after) == 2 and after <= before
    # Keys wait for their deletion, and AWS shows a deleted NAT gateway for about an hour.
    assert {arn.split(":")[5].split("/")[0] for arn in tagged(aws, AWAY)} <= {"key", "natgateway"}
    rows = [row for row in estate(aws, (AWAY,)) if row[0] == AWAY and not row[2].startswith(("default.", "alias/aws/"))]
    kept = sorted(row[1] for row in rows if row[1] in ("alias", "key"))
    assert kept == ["alias", "key"], "the table's key, which the backup of the replica needs"
    fresh = {row[1] for row in rows} - set(kept)
    assert fresh <= {"vpc", "subnet", "route_table", "security_group", "internet_gateway"}, "AWS's default VPC"

    again = narrow.play("site.yml")
    assert again.mutating == [] and "no changes" in again.text
    nothing = narrow.play(PLAYBOOK, *CONFIRMED)
    assert nothing.mutating == [] and f"There is nothing of dev in {AWAY}." in nothing.text


@pytest.mark.removal
@pytest.mark.timeout(1500)
def test_a_zone_that_left_keeps_its_routes_and_endpoints(aws, built):
    site = built("dev")
    site.play("site.yml", "-e", "ipam_vpc_zone_count=3")
    ec2 = aws.client("ec2", HOME)
    routes, endpoints = ec2.describe_route_tables()["RouteTables"], ec2.describe_vpc_endpoints()["VpcEndpoints"]
    left = site.play("site.yml", expect=2)
    assert left.mutating == [] and "Left behind" in left.text
    assert ec2.describe_route_tables()["RouteTables"] == routes
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == endpoints
