"""What is left behind: which resources, of which module, and what the plan and the drift report say about them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _left
from ansible_collections.mtk.backend.plugins.plugin_utils import drift, left
from ansible_collections.mtk.backend.plugins.plugin_utils.record import Record

EC2 = "arn:aws:ec2:us-east-1:123456789012:"
RDS = "arn:aws:rds:us-east-1:123456789012:"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/dev_user_locations"


def tags(component: str = "ipam_vpc", **others: str) -> dict[str, str]:
    return {"mtk:environment": "dev", "mtk:stack": "mtk-backend", "mtk:component": component, **others}


def found(
    arn: str, tagged: dict[str, str], *managed: str, region: str = "us-east-1", home: str = "us-east-1", **run: Any
) -> list[tuple[str, str, str]]:
    """Return owner, module and name of a listed resource; nothing if it is managed or not covered."""
    covered = _left.Run(region, home, run.get("components", _left.COMPONENTS), managed)
    listed = [{"resource_arn": arn, "tags": tagged}] * 2
    return [(each.owner, each.resource, each.name) for each in _left.unmanaged(listed, covered)]


@pytest.mark.parametrize(
    ("arn", "tagged", "module", "name"),
    [
        (f"{EC2}subnet/subnet-1", tags(Name="dev_subnet"), "ec2_subnet", "dev_subnet"),
        (f"{EC2}natgateway/nat-1", tags(Name="dev_nat"), "ec2_nat_gateway", "dev_nat"),
        (f"{EC2}elastic-ip/eipalloc-1", tags(Name="dev_nat"), "ec2_nat_gateway", "dev_nat"),
        ("arn:aws:ec2::1:ipam-pool/ipam-pool-1", tags(Name="dev_pool"), "ec2_ipam_pool", "dev_pool"),
        (f"{RDS}db:dev-a", tags("aurora"), "rds_instance", "dev-a"),
        (f"{RDS}cluster-pg:dev-16", tags("aurora"), "rds_cluster_param_group", "dev-16"),
        ("arn:aws:kms:us-east-1:1:key/1-2", tags("aurora", Name="dev_key"), "kms_key", "alias/dev_key"),
        ("arn:aws:logs:us-east-1:1:log-group:/aws/rds/x:*", tags("aurora"), "logs_log_group", "/aws/rds/x"),
        (
            "arn:aws:secretsmanager:us-east-1:1:secret:dev_secret-AbCdEf",
            tags("aurora"),
            "secretsmanager_secret",
            "dev_secret",
        ),
        (TABLE, tags("dynamodb_global"), "dynamodb_table", "dev_user_locations"),
    ],
)
def test_a_resource_with_the_tags_of_a_role_is_left_behind(arn, tagged, module, name):
    assert found(arn, tagged) == [("left", module, name)]


@pytest.mark.parametrize(
    ("arn", "tagged", "managed"),
    [
        (f"{EC2}subnet/subnet-1", tags(), "subnet-1"),
        (f"{RDS}db:dev-a", tags("aurora"), "db:dev-a"),
        ("arn:aws:logs:us-east-1:1:log-group:/aws/x", tags(), "log-group:/aws/x"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:s-AbCdEf", tags("aurora"), "secret:s-AbCdEf"),
        (f"{RDS}db:dev-a", tags("aurora"), "us-east-1 rds_instance dev-a"),
        ("arn:aws:rds::1:global-cluster:dev", tags("aurora"), "global rds_global_cluster dev"),
        (TABLE, tags("dynamodb_global"), "us-east-1 dynamodb_table dev_user_locations"),
        (f"{RDS}cluster-snapshot:rds:dev-2026", {"mtk:environment": "dev"}, ""),
        (f"{RDS}cluster-snapshot:dev-final-2026", tags("aurora"), ""),
    ],
)
def test_managed_resources_and_backups_are_not_left_behind(arn, tagged, managed):
    assert found(arn, tagged, managed) == []


def test_a_resource_without_the_tags_of_a_role_is_foreign():
    theirs = {"mtk:environment": "dev", "Name": "theirs"}
    assert found(f"{EC2}vpc/vpc-1", theirs) == [("foreign", "ec2 vpc", "theirs")]
    assert found(f"{EC2}vpc/vpc-1", {**tags(), "mtk:stack": "other"}) == [("foreign", "ec2 vpc", "vpc-1")]
    assert found(f"{EC2}vpc/vpc-1", theirs, components=("aurora",)) == []
    assert found(f"{RDS}cluster-snapshot:mine", theirs) == [("foreign", "rds cluster-snapshot", "theirs")]


def test_the_parameters_with_the_outputs_are_neither_left_nor_foreign():
    parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/mtk/dev/vpc_id"
    assert found(parameter, tags("outputs")) == []
    assert found(parameter, {"mtk:environment": "dev"}) == [("foreign", "ssm parameter", "mtk/dev/vpc_id")]


def test_a_replica_that_no_task_manages_is_left_although_the_table_is_managed():
    managed = ["table/dev_user_locations", "us-east-1 dynamodb_table dev_user_locations"]
    place = {"region": "us-west-2"}
    assert found(TABLE, tags("dynamodb_global"), *managed, **place) == [("left", _left.REPLICA, "dev_user_locations")]
    replica = f"us-west-2 {_left.REPLICA} dev_user_locations"
    assert found(TABLE, tags("dynamodb_global"), *managed, replica, **place) == []


def test_a_run_with_tags_or_limit_judges_its_part_only():
    assert found(f"{EC2}vpc/vpc-1", tags(), components=("aurora",)) == []
    assert found(TABLE, tags("dynamodb_global"), region="us-west-2", home="") == []
    assert found("arn:aws:secretsmanager:us-west-2:1:secret:s-AbCdEf", tags("aurora"), region="us-west-2") == []
    assert found(f"{EC2}vpc/vpc-1", tags(Name="vpc"), region="us-west-2", home="") == [("left", "ec2_vpc", "vpc")]


def test_what_the_entries_of_a_plan_manage():
    entries = [
        {"region": "us-east-1", "resource": "ec2_vpc", "name": "vpc", "ids": ["vpc-1"]},
        {"region": "us-east-1", "resource": "dynamodb_table", "name": "t", "ids": [TABLE]},
        {"region": "global", "resource": "rds_global_cluster", "name": "g"},
    ]
    assert _left.managed(entries) == [
        "global rds_global_cluster g",
        "table/dev_user_locations",
        "us-east-1 dynamodb_table t",
        "vpc-1",
    ]


def resource(**changed: str) -> dict[str, str]:
    subnet = {"resource": "ec2_subnet", "name": "dev_subnet", "region": "us-east-1", "owner": "left"}
    return {**subnet, "arn": f"{EC2}subnet/subnet-1", "settings": "ipam_vpc_zone_count", **changed}


def test_the_entry_names_the_setting_and_the_way_on():
    (entry,) = left.entries([resource(), resource(arn="2")], {}, "plan")
    assert (entry["action"], entry["ids"]) == ("refuse", [f"{EC2}subnet/subnet-1", "2"])
    assert entry["reason"] == (
        "Left behind: no setting of this inventory asks for it any more (probably ipam_vpc_zone_count). It stays as it "
        "is. To delete it: -e remove=ec2_subnet:dev_subnet"
    )
    assert left.entries([resource()], {"ec2_subnet": ["dev_subnet"]}, "plan") == []
    assert left.entries([resource(owner="foreign")], {}, "plan") == []


def test_the_entry_of_a_replica_names_the_list_that_removes_it():
    (entry,) = left.entries([resource(resource=_left.REPLICA, region="eu-west-1")], {}, "apply")
    assert """-e '{"dynamodb_global_remove_replica_regions": ["eu-west-1"]}'""" in entry["reason"]
    assert "remove=" not in entry["reason"]


def test_consents_name_resources_that_are_left_behind():
    listed = [
        _left.Found("a", "us-east-1", "ec2_subnet", "x", "left"),
        _left.Found("b", "us-east-1", "ec2_subnet", "y", "foreign"),
        _left.Found("c", "us-east-1", _left.REPLICA, "z", "left"),
    ]
    consents = ["ec2_subnet:x", "ec2_subnet:y", f"{_left.REPLICA}:z", "ec2_vpc:x"]
    assert _left.removed(listed, consents) == {"ec2_subnet": ["x"]}


def test_database_subnets_without_those_that_go():
    listed = [
        {"resource_arn": f"{EC2}subnet/subnet-{name}", "tags": tags(Name=name, **{"mtk:tier": tier})}
        for name, tier in (("a", "database"), ("b", "database"), ("c", "private"))
    ]
    assert _left.database_subnets(listed, ["b"]) == ["subnet-a"]


def test_notes_of_a_run():
    answer = {"denied_regions": [], "other_environments": ["dev", "qa"]}
    (note,) = left.notes(answer, [], planned=True)
    assert note.startswith("Other environments in this account: dev, qa. If one of them was renamed")
    assert list(left.notes(answer, [], planned=False)) == []
    (note,) = left.notes({"denied_regions": ["us-east-1"], "other_environments": []}, [], planned=False)
    assert note.startswith("us-east-1: the credentials may not list resources")


def test_the_owner_of_the_drift_report_is_left():
    record = Record(environment="dev")
    for entry in left.entries([resource()], {}, "plan"):
        record.add({"plan": entry})
    elsewhere = resource(region="eu-central-1", arn="2", elsewhere=True)
    report = drift.report(record.document(), [resource(), elsewhere], ["ap-east-1"])
    assert [(i["owner"], i["region"], i["name"], i["arn"]) for i in report["items"]] == [
        ("left", "eu-central-1", "dev_subnet", "2"),
        ("left", "us-east-1", "dev_subnet", f"{EC2}subnet/subnet-1"),
    ]
    assert "playbooks/remove_region.yml -e region=eu-central-1" in report["items"][0]["reason"]
    assert drift.lines(report)[-1].endswith(": ap-east-1.")
    assert "ap-east-1" in drift.markdown(report)


def test_the_plan_names_one_argument_for_all_that_is_left_behind():
    answer: dict[str, Any] = {"denied_regions": [], "other_environments": []}
    names = [resource(), resource(name="other"), resource(resource=_left.REPLICA, name="table")]
    found = left.entries(names, {}, "plan")
    (note,) = left.notes(answer, found, planned=True)
    assert note == "To delete all that is left behind in us-east-1: -e remove=ec2_subnet:dev_subnet,ec2_subnet:other"
    assert list(left.notes(answer, found[:1], planned=True)) == []
