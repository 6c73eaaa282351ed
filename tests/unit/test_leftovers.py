"""What is left of an environment: verdicts, commands, the report as text, and the commands of restores."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _leftovers as leftovers
from ansible_collections.mtk.backend.plugins.module_utils.domain import _leftovers_text as text
from ansible_collections.mtk.backend.plugins.module_utils.domain import _restores as restores
from ansible_collections.mtk.backend.plugins.module_utils.domain._leftovers import Found
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import RULES, resource_name

REGIONS = ("us-east-1", "eu-west-1")
KEY = Found("kms_key", "us-east-1", "dev_key", "1a", "dev", "Enabled")
SNAPSHOT = Found(
    "rds_cluster_snapshot",
    "us-east-1",
    "last",
    "last",
    "dev",
    "manual",
    made="2026-11-30",
    key="arn:aws:kms:us-east-1:1:key/1a",
    of="dev-us-east-1-aurora-cluster",
)


def judged(*found, others=()):
    return leftovers.judged(found, "dev", others)


def report(items, **more):
    found = {"schema_version": 1, "environment": "dev", "regions": list(REGIONS), "resources": items}
    return {**found, "not_looked_at": [], **more}


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.parts])
def test_the_pattern_matches_every_name_of_the_roles(kind):
    parts = ("us-east-1", "us-east-1a")
    match = leftovers.name_pattern("dev", REGIONS).match
    assert match(resource_name(kind, "dev", *parts))
    assert not match(resource_name(kind, "dev-eu", *parts)), "the name of another environment"
    assert not match(resource_name(kind, "qa", *parts))


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("dev-us-east-1-aurora-cluster-final-20261130", True),
        ("dev-us-east-1-aurora-cluster-parameter-group-16", True),
        ("/aws/rds/cluster/dev-us-east-1-aurora-cluster/postgresql", True),
        ("table/dev_user_locations/index/lat_long_index", True),
        ("dev_orders", False),
        ("dev_user_locations_copy", False),
        ("dev_user_locations2", False),
        ("my_dev_user_locations", False),
    ],
)
def test_names(name, matches):
    assert bool(leftovers.name_pattern("dev", REGIONS).match(name)) is matches


def test_a_key_is_intended_while_it_waits_or_a_backup_needs_it():
    (alone,) = judged(KEY)
    assert not alone["intended"] and "schedule-key-deletion --region us-east-1 --key-id 1a" in alone["remove"]
    kept = judged(KEY._replace(of="the snapshot last"), SNAPSHOT)[0]
    assert kept["intended"] and kept["reason"].startswith("data needs it: the snapshot last. Run")
    assert "-e purge_data=dev" in kept["reason"] and not kept["remove"]
    pending = judged(KEY._replace(state="PendingDeletion", until="2026-12-07"), SNAPSHOT)[0]
    assert pending["intended"] and pending["remove"] == "" and "After that day last cannot be read" in pending["reason"]


@pytest.mark.parametrize("state", ["deleting", "deleted", "Deleting", "Deleted", "delete-in-progress", "DELETING"])
def test_what_is_going_is_not_left(state):
    assert judged(KEY._replace(resource="ec2_nat_gateway", state=state)) == []


@pytest.mark.parametrize(
    ("found", "others", "intended", "reason"),
    [
        (Found("ec2_vpc", "us-east-1", "v", "vpc-1", "dev"), (), False, "has the tag mtk:environment=dev"),
        (Found("ec2_vpc", "us-east-1", "v", "vpc-1"), (), False, "may belong to somebody else"),
        (Found("ec2_ipam", "us-east-1", "ipam", "ipam-1", "shared"), ("qa",), True, "shared with qa"),
        (Found("ec2_ipam", "us-east-1", "ipam", "ipam-1", "shared"), (), False, "no other environment uses it"),
        (Found("dynamodb_table", "us-east-1", TABLE), (), True, "two runs"),
        (Found("dynamodb_table", "us-east-1", "dev_user_locations", owner="dev"), (), False, "has the tag"),
        (Found("secretsmanager_secret", "us-east-1", "s", "s", "dev"), (), False, "has the tag"),
        (Found("secretsmanager_secret", "us-east-1", "s", "s", "dev", "scheduled"), (), True, "scheduled"),
    ],
)
def test_verdicts(found, others, intended, reason):
    (item,) = judged(found, others=others)
    assert (item["intended"], reason in item["reason"]) == (intended, True), item


def test_every_command_can_be_filled_in():
    for kind, command in leftovers.DELETE.items():
        (item,) = judged(KEY._replace(resource=kind, state=""))
        assert command.startswith("aws ") and "{" not in item["remove"] + item["restore"]
    assert "--skip-final-snapshot" not in "".join(leftovers.DELETE.values()), "no command loses the data of a cluster"


def test_the_ending_counts_what_is_left_by_kind_and_day():
    pending = [KEY._replace(id=str(i), state="PendingDeletion", until=f"2026-12-0{i}") for i in (7, 8)]
    items = judged(*pending, SNAPSHOT, Found("dynamodb_table", "us-east-1", TABLE))
    assert text.ending(report(items)) == (
        "Left: the table of the run locks, 2 KMS keys pending deletion until 2026-12-07 to 2026-12-08, 1 cluster "
        "snapshot; nothing else of dev was found in 2 regions."
    )
    assert text.ending(report([])) == "Nothing of dev was found in 2 regions."


def test_the_ending_names_what_should_not_be_left():
    items = judged(*(Found("ec2_vpc", "us-east-1", f"v{i}", f"vpc-{i}", "dev") for i in range(5)))
    assert text.ending(report(items, not_looked_at=["us-east-1 dynamodb:ListBackups"])) == (
        "5 of dev are left and should not be: ec2_vpc v0 in us-east-1, ec2_vpc v1 in us-east-1, ec2_vpc v2 in "
        "us-east-1 and 2 more. Not looked at: us-east-1 dynamodb:ListBackups."
    )


def test_the_page_has_reason_day_and_commands():
    items = judged(SNAPSHOT, Found("ec2_vpc", "us-east-1", "v", "vpc-1", "dev"))
    assert text.lines(report(items)) == [
        "Left, and should not be:",
        "  ! us-east-1  ec2_vpc  v",
        "      has the tag mtk:environment=dev",
        "      run the same command again; if it stays, delete it: "
        "aws ec2 delete-vpc --region us-east-1 --vpc-id vpc-1",
        "Left, as intended:",
        "  = us-east-1  rds_cluster_snapshot  last",
        "      a backup of dev-us-east-1-aurora-cluster, made on 2026-11-30; a manual or final snapshot; "
        "until you delete it",
        "      to bring it back: run site.yml; if the primary cluster or the table does not exist, it shows the "
        "command of its newest backup",
        "      to delete it: "
        "aws rds delete-db-cluster-snapshot --region us-east-1 --db-cluster-snapshot-identifier last",
        "Left: 1 cluster snapshot; 1 of dev is left and should not be: ec2_vpc v in us-east-1.",
    ]


def test_a_region_outside_of_the_inventory_has_one_sentence():
    vpcs = [Found("ec2_vpc", "eu-west-1", f"v{i}", f"vpc-{i}", "dev") for i in range(4)]
    (sentence,) = text.outside(vpcs, "dev")
    assert sentence.startswith("eu-west-1 is not in the inventory, and 4 resources of dev are there: ec2_vpc v0, ")
    assert " and more. Nothing would delete them. " in sentence


def test_what_has_no_end_is_counted_apart():
    found = judged(SNAPSHOT, SNAPSHOT._replace(name="other", until="2027-01-04"))
    assert "1 cluster snapshot until 2027-01-04" in text.ending(report(found))
    assert "1 cluster snapshot, " in text.ending(report(found)) or "1 cluster snapshot; " in text.ending(report(found))


def test_what_the_deletion_has_kept_is_intended_and_not_to_be_deleted():
    pool = Found("ec2_ipam_pool", "us-east-1", "shared_ipam_top_pool", "ipam-pool-1", "shared")
    (alone,) = leftovers.judged([pool], "dev", ())
    assert not alone["intended"]
    entry = {"resource": pool.resource, "name": pool.name, "reason": "custom 10.4.0.0/24 uses it"}
    (kept,) = leftovers.judged([pool], "dev", (), [entry])
    assert (kept["intended"], kept["reason"], kept["remove"]) == (True, "custom 10.4.0.0/24 uses it", "")


BACKUP = restores.Backup("snapshot", "last", "2026-11-30", "", ("restore-db-cluster-from-snapshot", "--engine", "e"))


def test_a_restore_names_only_the_options_that_are_given():
    bare = restores.restore_cluster("us-east-1", "main", BACKUP, {"tags": None})
    assert bare == (
        "aws rds restore-db-cluster-from-snapshot --engine e --region us-east-1 --db-cluster-identifier main"
    )
    options = {
        "db_subnet_group_name": "subnets",
        "vpc_security_group_ids": ["sg-1", "sg-2"],
        "kms_key_id": "arn:k",
        "serverless_v2_scaling_configuration": {"min_capacity": 0.0, "max_capacity": 2.0},
        "tags": {"mtk:environment": "dev"},
    }
    assert restores.restore_cluster("us-east-1", "main", BACKUP, options).removeprefix(bare) == (
        " --db-subnet-group-name subnets --vpc-security-group-ids sg-1 sg-2 --kms-key-id arn:k "
        "--serverless-v2-scaling-configuration MinCapacity=0,MaxCapacity=2 --tags Key=mtk:environment,Value=dev"
    )


def test_a_global_cluster_is_made_again_from_the_restored_cluster():
    before, after = restores.make_global("us-east-1", "arn:aws:rds:us-east-1:1:cluster:main", "g", exists=True)
    assert [line.split()[2] for line in (*before, *after)] == [
        "modify-global-cluster",
        "delete-global-cluster",
        "wait",
        "create-global-cluster",
    ]
    assert restores.make_global("us-east-1", "arn:aws:rds:us-east-1:1:cluster:main", "g", exists=False)[0] == []
