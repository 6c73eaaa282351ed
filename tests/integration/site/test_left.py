"""What leaves an inventory is shown, stays, and is deleted only if the user names it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import REGIONS, ROOT, Played, Site, finish
from .estate import estate

pytestmark = pytest.mark.timeout(1800)
LARGER = {"aurora_instance_count": 2, "ipam_vpc_zone_count": 3}
ZONE = "dev_us-east-1_us-east-1d"
INSTANCE = "rds_instance:dev-us-east-1-us-east-1c-aurora-instance"
KEY = "kms_key:alias/dev_us-east-1_dynamodb_key"
POOL = "ec2_ipam_pool:dev_us-west-2_ipam_pool"
SUBNETS = [f"ec2_subnet:{ZONE}_{tier}_subnet" for tier in ("database", "private", "public")]
LEFT = [f"ec2_route_table:{ZONE}_private_route_table", *SUBNETS, INSTANCE]
MODULES = {
    *("rds_cluster", "rds_instance", "rds_subnet_group", "rds_cluster_param_group", "rds_instance_param_group"),
    *("kms_key", "logs_log_group", "ec2_ipam_pool", "ec2_vpc", "ec2_subnet", "ec2_route_table", "ec2_nat_gateway"),
    *("ec2_internet_gateway", "ec2_vpc_endpoint", "ec2_security_group", "ec2_flow_log"),
}
TAGS = {"mtk:environment": "dev", "mtk:stack": "mtk-backend"}


@pytest.fixture(scope="module")
def states() -> set[str]:
    """Return the names of the states that this module has saved."""
    return set()


@pytest.fixture
def larger(aws: Any, built: Callable[[str], Site], states: set[str]) -> Site:
    """Return dev, which was applied with an instance and a zone more than its inventory asks for."""
    site = built("dev")
    if "larger" not in states:
        site.play("site.yml", *extra(LARGER))
        aws.control.save("larger")
        states.add("larger")
    aws.control.load("larger")
    return site


def extra(variables: dict[str, Any]) -> tuple[str, str]:
    return "-e", json.dumps(variables)


def decided(path: Path) -> list[str]:
    """Return the resources of a plan that are left behind, as a consent names them."""
    entries = json.loads(path.read_text())["resources"]
    left = [entry for entry in entries if entry.get("left_behind")]
    assert {entry["action"] for entry in left} <= {"refuse"}
    assert all(entry["reason"].startswith("Left behind: ") for entry in left)
    return [f"{entry['resource']}:{entry['name']}" for entry in left]


def actions(path: Path, action: str) -> list[str]:
    entries = json.loads(path.read_text())["resources"]
    return [f"{entry['resource']}:{entry['name']}" for entry in entries if entry["action"] == action]


@pytest.mark.removal
def test_an_instance_and_a_zone_less_are_shown_stay_and_are_deleted_by_name(aws, larger, tmp_path):
    plan, before = tmp_path / "plan.json", estate(aws, REGIONS)
    planned = larger.play("playbooks/plan.yml", "-e", f"plan_out={plan}", expect=2)
    assert planned.mutating == [] and sorted(decided(plan)) == sorted(LEFT)
    assert "probably aurora_instance_count, aurora_zone_names" in " ".join(planned.text.split())
    assert f"-e remove={INSTANCE}" in planned.text

    applied = larger.play("site.yml", expect=2)
    assert not [call for call in applied.mutating if "Delete" in call]
    assert estate(aws, REGIONS) == before
    assert f"Resources that need a decision: {len(LEFT)}" in " ".join(applied.text.split())

    consent = extra({"remove": LEFT})
    larger.play("playbooks/plan.yml", "-e", f"plan_out={plan}", *consent)
    assert (sorted(actions(plan, "delete")), decided(plan)) == (sorted(LEFT), [])
    larger.play("site.yml", "-e", f"plan_file={plan}", *consent)
    gone = {(kind, name) for _region, kind, name in before - estate(aws, REGIONS)}
    assert sorted(kind for kind, _name in gone) == ["instance", "route_table", "subnet", "subnet", "subnet"]
    again = larger.play("site.yml")
    assert (again.changed, again.mutating) == (0, [])


def test_drift_names_what_is_left_with_module_and_name(larger, tmp_path):
    report = tmp_path / "drift.json"
    larger.play("playbooks/drift.yml", "-e", f"drift_json={report}", expect=2)
    items = json.loads(report.read_text())["items"]
    left = [item for item in items if item["owner"] == "left"]
    assert sorted(f"{item['resource']}:{item['name']}" for item in left) == sorted(LEFT)
    assert all(item["arn"].startswith("arn:aws:") and item["region"] == "us-east-1" for item in left)
    assert {item["owner"] for item in items} <= {"left", "ours"}


def test_a_part_of_the_run_judges_its_part(larger, tmp_path):
    plan, report = tmp_path / "plan.json", tmp_path / "drift.json"
    larger.play("playbooks/plan.yml", "--tags", "dynamodb_global", "-e", f"plan_out={plan}")
    assert decided(plan) == []
    larger.play("playbooks/drift.yml", "--tags", "aurora", "-e", f"drift_json={report}", expect=2)
    items = json.loads(report.read_text())["items"]
    assert [f"{item['resource']}:{item['name']}" for item in items] == [INSTANCE]


def test_a_failed_run_does_not_judge(aws, larger, tmp_path):
    plan = tmp_path / "plan.json"
    aws.control.fault("dynamodb:DescribeTable", "error", code="AccessDeniedException", times=50)
    larger.play("playbooks/plan.yml", "-e", f"plan_out={plan}", expect=2)
    document = json.loads(plan.read_text())
    assert not document["complete"] and decided(plan) == []


@pytest.mark.removal
def test_a_key_and_a_pool_less(aws, built, tmp_path):
    site, plan = built("dev"), tmp_path / "plan.json"
    pool = {"name": "dev_us-west-2_ipam_pool", "tags": {**TAGS, "mtk:component": "ipam_vpc"}}
    _create_pool(aws, pool["name"], pool["tags"])
    less = {"dynamodb_global_kms_key_enabled": False}
    site.play("site.yml", "-e", f"plan_out={plan}", *extra(less), expect=2)
    assert sorted(decided(plan)) == sorted([KEY, POOL])
    removed = site.play("site.yml", *extra({**less, "remove": f"{KEY},{POOL}"}))
    assert {"kms:ScheduleKeyDeletion", "ec2:DeprovisionIpamPoolCidr", "ec2:DeleteIpamPool"} <= set(removed.mutating)
    again = site.play("site.yml", *extra(less))
    assert (again.changed, again.mutating) == (0, [])
    assert site.play("playbooks/drift.yml", *extra(less)).mutating == [], "a key on its way out is no drift"


def _create_pool(aws: Any, name: str, tags: dict[str, str]) -> None:
    """Create a pool as an inventory with another region has left it behind."""
    ec2 = aws.client("ec2")
    parent = next(p for p in ec2.describe_ipam_pools()["IpamPools"] if "SourceIpamPoolId" not in p)
    listed = [{"Key": key, "Value": value} for key, value in {**tags, "Name": name}.items()]
    pool = ec2.create_ipam_pool(
        IpamScopeId=parent["IpamScopeArn"].rpartition("/")[2],
        SourceIpamPoolId=parent["IpamPoolId"],
        AddressFamily="ipv4",
        TagSpecifications=[{"ResourceType": "ipam-pool", "Tags": listed}],
    )["IpamPool"]["IpamPoolId"]
    ec2.provision_ipam_pool_cidr(IpamPoolId=pool, Cidr="10.240.0.0/16")


def test_a_region_that_left_the_inventory_is_in_the_drift_report(aws, built, tmp_path):
    site, report = built("dev"), tmp_path / "drift.json"
    tags = {**TAGS, "mtk:component": "ipam_vpc", "Name": "dev_eu-central-1_vpc"}
    listed = [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    aws.client("ec2", "eu-central-1").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=listed)
    listing = "resourcegroupstaggingapi:GetResources"
    aws.control.fault(listing, "error", code="AccessDeniedException", region="eu-west-1")
    site.play("playbooks/drift.yml", "-e", f"drift_json={report}", expect=2)
    document = json.loads(report.read_text())
    (item,) = document["items"]
    assert (item["owner"], item["region"], item["name"]) == ("left", "eu-central-1", "dev_eu-central-1_vpc")
    assert "playbooks/remove_region.yml -e region=eu-central-1" in item["reason"]
    assert document["denied"] == ["eu-west-1"]


def test_a_renamed_environment_is_told_of_the_others(aws, built, tmp_path):
    built("dev")
    new = {"mtk_environment": "stage", "ipam_vpc_environment_slots": {"dev": 0, "stage": 1}}
    site, plan = Site(aws, "dev"), tmp_path / "plan.json"
    site.play("playbooks/plan.yml", "-e", f"plan_out={plan}", *extra(new))
    (note,) = json.loads(plan.read_text())["notes"]
    assert note.startswith("Other environments in this account: dev.")


def with_hosts(site: Site, directory: Path, change: Callable[[dict[str, Any]], None]) -> Callable[..., Played]:
    """Return ``play``, which runs a playbook with a changed copy of the hosts."""
    shutil.copytree(ROOT / "inventories", directory / "inventories", dirs_exist_ok=True)
    path = directory / "inventories" / site.environment / "hosts.yml"
    hosts = yaml.safe_load(path.read_text())
    change(hosts["all"]["children"])
    path.write_text(yaml.safe_dump(hosts))

    def play(playbook: str, *arguments: str, expect: int = 0) -> Played:
        before = len(site.aws.mutating())
        command = site.command(playbook, *arguments, root=directory)
        code, stdout, stderr = finish(command, cwd=ROOT, env=site.environ())
        played = Played(code, stdout + stderr, site.aws.mutating()[before:])
        assert played.code == expect, played.text[-8000:]
        return played

    return play


@pytest.mark.removal
def test_a_network_and_a_database_less(aws, built, tmp_path):
    """A secondary region without network and database keeps them until they are named."""

    def without(groups: dict[str, Any]) -> None:
        groups["network"] = groups["database"] = {"hosts": {"us-east-1": None, "us-west-2": None}}

    site, plan = built("prod"), tmp_path / "plan.json"
    play, before = with_hosts(site, tmp_path, without), estate(aws, REGIONS)
    play("site.yml", "-e", f"plan_out={plan}", expect=2)
    left = decided(plan)
    assert {each.split(":")[0] for each in left} == MODULES
    assert before - estate(aws, REGIONS) == set()
    rds, cluster = aws.client("rds", "eu-west-1"), "prod-eu-west-1-aurora-cluster"
    refused = play("site.yml", "-e", f"remove=rds_cluster:{cluster}", "-e", f"plan_out={plan}", expect=2)
    assert not [call for call in refused.mutating if "Delete" in call]
    command = f"aws rds modify-db-cluster --region eu-west-1 --db-cluster-identifier {cluster} --no-deletion-protection"
    assert command in plan.read_text()

    rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False, ApplyImmediately=True)
    play("site.yml", "-e", f"remove={','.join(left)}", "-e", f"plan_out={plan}")
    assert set(left) <= set(actions(plan, "delete"))
    again = play("site.yml")
    assert (again.changed, again.mutating) == (0, [])
    kept = {kind for region, kind, _name in estate(aws, REGIONS) if region == "eu-west-1"}
    assert not kept & {"nat_gateway", "address", "cluster", "instance"}
