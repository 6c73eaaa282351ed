"""Unusual values that pass the check are values that AWS accepts."""

from __future__ import annotations

import yaml
from wrong_inputs import ACCOUNT

from .conftest import ROOT


def test_unusual_right_values_are_what_aws_accepts(site, tmp_path):
    """What passes the check can be applied, is unchanged afterwards, and passes the check again within a run."""
    dev, options = site("dev"), ("-e", f"@{ROOT}/tests/data/right_values.yml")
    assert dev.play("site.yml", *options).changed
    twice = [
        {"import_playbook": str(ROOT / "playbooks/plan.yml"), "vars": {"expected_account_id": ACCOUNT}},
        {"import_playbook": str(ROOT / "playbooks/stages/01_settings.yml")},
    ]
    (tmp_path / "twice.yml").write_text(yaml.safe_dump(twice))
    again = dev.play(str(tmp_path / "twice.yml"), *options)
    assert (again.changed, again.mutating) == (0, [])
