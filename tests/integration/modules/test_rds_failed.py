"""Databases that have failed: each recovers once the cause is gone, and no data is lost without consent."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _database_states

from .aurora import instance, key, subnet_group
from .conftest import ModuleFailed

OURS = {"mtk:environment": "dev"}
CLUSTER = {
    "db_cluster_identifier": "main",
    "engine_version": "16.4",
    "master_username": "mtkadmin",
    "manage_master_user_password": True,
    "db_subnet_group_name": "dev-subnets",
    "tags": OURS,
}
INSTANCE = {
    "db_instance_identifier": "two",
    "db_cluster_identifier": "main",
    "db_instance_class": "db.r6g.large",
    "tags": OURS,
}
REPLACED = [state for state, failure in _database_states.INSTANCE.items() if not failure.cure]
CLUSTERS_REPLACED = [state for state, failure in _database_states.CLUSTER.items() if not failure.cure]
CURED = [state for state, failure in _database_states.CLUSTER.items() if failure.cure]
TAGS = [{"Key": "mtk:environment", "Value": "dev"}]


@pytest.fixture
def rds(aws):
    return aws.client("rds")


@pytest.fixture(autouse=True)
def _network(aws):
    subnet_group(aws)


@pytest.fixture
def failing(aws):
    """Return ``failing(operation, state)``: the next call of the operation leads to the state."""

    def fail(operation, state):
        aws.control.ask("POST", "faults", service="rds", operation=operation, effect="fail", state=state)

    return fail


def made(aws, run, name):
    """Create an instance with the tags of the environment."""
    instance(aws, "main", name, Tags=TAGS)


def calls(aws, before):
    return [call["operation"] for call in aws.control.calls(since=before, mutating=True)]


@pytest.mark.parametrize("state", REPLACED)
def test_a_failed_reader_is_replaced(aws, run, rds, failing, state):
    run("rds_cluster", **CLUSTER)
    made(aws, run, "one")
    failing("CreateDBInstance", state)
    with pytest.raises(ModuleFailed, match=f"is '{state}': {_database_states.INSTANCE[state].meaning}"):
        run("rds_instance", **INSTANCE)
    before = len(aws.mutating())
    planned = run("rds_instance", check=True, **INSTANCE)["plan"]
    assert planned["action"] == "replace" and _database_states.INSTANCE[state].meaning in planned["reason"]
    assert len(aws.mutating()) == before
    assert run("rds_instance", **INSTANCE)["db_instance"]["db_instance_status"] == "available"
    assert aws.mutating()[before:] == ["rds:DeleteDBInstance", "rds:CreateDBInstance"]
    assert not run("rds_instance", **INSTANCE)["changed"]
    assert rds.describe_db_cluster_snapshots()["DBClusterSnapshots"] == []


def test_a_failed_reader_is_replaced_over_time(aws, run, failing):
    run("rds_cluster", **CLUSTER)
    made(aws, run, "one")
    failing("CreateDBInstance", "incompatible-network")
    made(aws, run, "two")
    aws.control.scale(0.001)
    assert run("rds_instance", **INSTANCE)["plan"]["action"] == "replace"
    assert not run("rds_instance", **INSTANCE)["changed"]


def test_a_failed_writer_is_replaced_with_consent_only(aws, run, failing):
    run("rds_cluster", **CLUSTER, deletion_protection=True)
    failing("CreateDBInstance", "failed")
    made(aws, run, "two")
    told = "is 'failed': .* It is the writer, .* data is in the volume of the cluster .* -e replace=rds_instance:two"
    for check in (True, False):
        before = len(aws.mutating())
        with pytest.raises(ModuleFailed, match=told):
            run("rds_instance", check=check, **INSTANCE)
        assert len(aws.mutating()) == before
    agreed = {**INSTANCE, "replace": ["rds_instance:two"]}
    assert run("rds_instance", check=True, **agreed)["plan"]["action"] == "replace"
    assert run("rds_instance", **agreed)["db_instance"]["db_instance_status"] == "available"
    assert not run("rds_instance", **agreed)["changed"], "a consent that stays does no harm"


@pytest.mark.parametrize("state", CLUSTERS_REPLACED)
def test_a_failed_cluster_is_replaced_with_consent_only(aws, run, rds, failing, state):
    failing("CreateDBCluster", state)
    with pytest.raises(ModuleFailed, match=f"is '{state}'"):
        run("rds_cluster", **CLUSTER)
    before = len(aws.mutating())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"is '{state}': .* lose data.* -e replace=rds_cluster:main"):
            run("rds_cluster", check=check, **CLUSTER)
    assert len(aws.mutating()) == before
    agreed = {**CLUSTER, "replace": ["rds_cluster:main"]}
    assert run("rds_cluster", check=True, **agreed)["plan"]["action"] == "replace"
    assert run("rds_cluster", **agreed)["db_cluster"]["status"] == "available"
    (kept,) = rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert kept["DBClusterSnapshotIdentifier"].startswith("main-final-")
    assert not run("rds_cluster", **agreed)["changed"]


def test_a_failed_cluster_is_replaced_without_a_snapshot_if_the_task_says_so(run, rds, failing):
    failing("CreateDBCluster", "failed")
    agreed = {**CLUSTER, "replace": ["rds_cluster:main"], "skip_final_snapshot": True}
    with pytest.raises(ModuleFailed, match="is 'failed'"):
        run("rds_cluster", **CLUSTER)
    assert run("rds_cluster", **agreed)["changed"]
    assert rds.describe_db_cluster_snapshots()["DBClusterSnapshots"] == []


def test_a_protected_cluster_is_not_replaced_with_consent_alone(aws, run, failing):
    failing("CreateDBCluster", "failed")
    protected = {**CLUSTER, "deletion_protection": True}
    with pytest.raises(ModuleFailed, match="is 'failed'"):
        run("rds_cluster", **protected)
    before = len(aws.mutating())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="is protected from deletion.* deletion_protection: false"):
            run("rds_cluster", check=check, **protected, replace=["rds_cluster:main"])
    assert len(aws.mutating()) == before


def test_a_failed_cluster_with_instances_is_replaced_with_both_consents(aws, run, rds, failing):
    run("rds_cluster", **CLUSTER)
    made(aws, run, "one")
    failing("ModifyDBCluster", "failed")
    rds.modify_db_cluster(DBClusterIdentifier="main", Port=5433)
    agreed = {**CLUSTER, "replace": ["rds_cluster:main"]}
    with pytest.raises(ModuleFailed, match="still contains DB instances: one.* -e remove=rds_cluster:main"):
        run("rds_cluster", check=True, **agreed)
    assert run("rds_cluster", **agreed, remove=["rds_cluster:main"])["db_cluster"]["status"] == "available"
    assert rds.describe_db_instances()["DBInstances"] == []


@pytest.mark.parametrize("state", CURED)
def test_a_cluster_that_a_replacement_does_not_help_tells_what_helps(aws, run, failing, state):
    failing("CreateDBCluster", state)
    with pytest.raises(ModuleFailed):
        run("rds_cluster", **CLUSTER)
    cure = _database_states.CLUSTER[state].cure.partition("{")[0]
    before = len(aws.mutating())
    for given in ({}, {"replace": ["rds_cluster:main"]}):
        with pytest.raises(ModuleFailed) as caught:
            run("rds_cluster", **CLUSTER, **given)
        assert cure in str(caught.value) and "-e replace" not in str(caught.value)
    assert len(aws.mutating()) == before


def test_instances_of_a_failed_cluster_are_refused_at_once(aws, run, failing):
    failing("CreateDBCluster", "failed")
    with pytest.raises(ModuleFailed):
        run("rds_cluster", **CLUSTER)
    before = len(aws.control.calls())
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="rds_cluster main is 'failed' .* no instance in it. Repair or replace"):
            run("rds_instance", check=check, **INSTANCE)
    made_calls = [call["operation"] for call in aws.control.calls(since=before)]
    assert "CreateDBInstance" not in made_calls and len(made_calls) < 10


def test_a_cluster_recovers_with_its_key(aws, run, rds):
    arn = key(aws)
    run("rds_cluster", **CLUSTER, storage_encrypted=True, kms_key_id=arn)
    made(aws, run, "two")
    aws.client("kms").disable_key(KeyId=arn)
    for module, params in (("rds_cluster", CLUSTER), ("rds_instance", INSTANCE)):
        for given in ({}, {"replace": ["rds_cluster:main", "rds_instance:two"]}):
            with pytest.raises(ModuleFailed, match="Make the key usable again .* aws rds start-db-cluster"):
                run(module, check=True, **params, **given)
    aws.client("kms").enable_key(KeyId=arn)
    rds.start_db_cluster(DBClusterIdentifier="main")
    assert not run("rds_cluster", **CLUSTER)["changed"] and not run("rds_instance", **INSTANCE)["changed"]
