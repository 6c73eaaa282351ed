"""The states in which a database needs help."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _database_states as states

SNAPSHOT = "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:"


def test_only_manual_cluster_snapshots_can_be_shared():
    arns = [f"{SNAPSHOT}late", f"{SNAPSHOT}rds:main-2026-11-30", "arn:aws:rds:us-east-1:1:cluster:main", f"{SNAPSHOT}a"]
    assert states.manual_snapshots([{"resource_arn": arn} for arn in arns]) == ["a", "late"]
    assert states.manual_snapshots([]) == []


def test_the_command_that_ends_the_sharing_names_every_account():
    command = states.unsharing("eu-west-1", "late", ["111122223333", "all"])
    assert command.startswith("aws rds modify-db-cluster-snapshot-attribute --region eu-west-1 ")
    assert command.endswith(
        " --db-cluster-snapshot-identifier late --attribute-name restore --values-to-remove 111122223333 all"
    )


@pytest.mark.parametrize("failures", [states.CLUSTER, states.INSTANCE])
def test_a_failure_has_a_meaning_and_a_resting_database_is_none(failures):
    assert all(failure.meaning for failure in failures.values())
    assert not states.RESTING & failures.keys() and "available" not in failures


@pytest.mark.parametrize(
    "state", ["inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable"]
)
def test_a_missing_key_is_never_repaired_by_a_replacement(state):
    for failures in (states.CLUSTER, states.INSTANCE):
        assert "Make the key usable again" in failures[state].cure
