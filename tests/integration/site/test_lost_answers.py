"""Answers of AWS are lost, late or errors of its own: the same run ends well, and nothing is doubled or left over."""

from __future__ import annotations

import json

import pytest

from ..conftest import LAG
from .conftest import REGIONS
from .estate import count_by_kind, estate

CHANGES = {
    "mtk_tags": {"Team": "backend", "Note": "changed"},
    "aurora_backup_retention_period": 9,
    "dynamodb_global_point_in_time_recovery_days": 9,
    "ipam_vpc_flow_log_retention_in_days": 7,
}
APPLY = ("site.yml",)
CHANGE = ("site.yml", "-e", json.dumps(CHANGES))
DESTROY = ("playbooks/destroy.yml", "-e", "confirm_environment=dev")
# Python runs this file at its start. botocore waits a minute for an answer, which is too long for a test.
IMPATIENT = "from botocore.config import Config\nConfig.OPTION_DEFAULTS['read_timeout'] = 2\n"


def counts(aws):
    return count_by_kind(estate(aws, REGIONS))


@pytest.fixture
def calm(aws, built):
    """Return the number of resources of each kind before an apply of dev and after one; the account is empty again."""
    before, after = counts(aws), counts(built("dev").aws)
    aws.control.reset()
    aws.control.lag(LAG)
    return before, after


@pytest.fixture
def impatient(tmp_path):
    """Return the environment variables of a run that waits for an answer for two seconds only."""
    (tmp_path / "sitecustomize.py").write_text(IMPATIENT)
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("effect", ["lost", "broken", "silent"])
def test_every_request_of_a_life_loses_its_answer_once(aws, calm, site, impatient, effect):
    """The fault is one of every request that changes something, so it covers new operations by itself."""
    live, extra = site("dev"), impatient if effect == "silent" else {}
    empty, full = calm
    aws.control.fault("*:*", effect, code="InternalError")
    for play in (APPLY, CHANGE):
        assert live.play(*play, **extra).changed
        assert counts(aws) == full
        again = live.play(*play)
        assert (again.changed, again.mutating) == (0, [])
    live.play(*DESTROY, **extra)
    left = {kind: number - empty.get(kind, 0) for kind, number in counts(aws).items()}
    kept = {("us-east-1", "key"): 1, ("us-east-1", "alias"): 1}  # the table's backup needs its key
    assert {kind: number for kind, number in left.items() if number} == kept
    assert len(set(aws.mutating())) > 60


@pytest.mark.chaos
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("effect", ["lost", "broken", "silent"])
@pytest.mark.parametrize("play", [APPLY, CHANGE, DESTROY], ids=["apply", "change", "destroy"])
def test_each_operation_of_a_run_loses_its_first_answer_alone(aws, calm, built, site, impatient, play, effect):
    """The operations are those that a run without faults sends."""

    def start():
        if play is APPLY:
            aws.control.reset()
            return site("dev")
        return built("dev")

    operations = sorted(set(start().play(*play).mutating))
    expected = counts(aws)
    for operation in operations:
        live = start()
        aws.control.fault(operation, effect, code="InternalError")
        live.play(*play, **(impatient if effect == "silent" else {}))
        assert aws.control.ask("GET", "faults") == [], operation
        assert counts(aws) == expected, operation
        again = live.play(*play)
        assert (again.changed, again.mutating) == (0, []), operation
