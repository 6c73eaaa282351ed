"""Answers of AWS are lost, late or errors of its own: the same run ends well, and nothing is doubled or left over."""

from __future__ import annotations

import json

import pytest

from .conftest import REGIONS
from .estate import count_by_kind, estate

CHANGES = {
    "mtk_tags": {"Team": "backend", "Note": "changed"},
    "aurora_backup_retention_period": 9,
    "dynamodb_global_point_in_time_recovery_days": 9,
}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effect", ["lost", "broken"])
def test_every_request_of_a_life_loses_its_answer_once(aws, built, site, effect):
    """The fault is one of every request that changes something, so new operations have it, too."""
    live, changes = site("dev"), ("site.yml", "-e", json.dumps(CHANGES))
    empty = count_by_kind(estate(aws, REGIONS))
    calm = count_by_kind(estate(built("dev").aws, REGIONS))
    aws.control.reset()
    aws.control.fault("*:*", effect, code="InternalError")
    for play in (("site.yml",), changes):
        assert live.play(*play).changed
        assert count_by_kind(estate(aws, REGIONS)) == calm
        again = live.play(*play)
        assert (again.changed, again.mutating) == (0, [])
    live.destroy()
    assert count_by_kind(estate(aws, REGIONS)) == empty
    assert len(set(aws.mutating())) > 60
