"""Every plan that succeeds can be applied: random valid inventories, plan, apply, and a plan without changes."""

from __future__ import annotations

import os

import pytest

from .conftest import BIN, ROOT, Site, finish
from .inventories import inventory

pytestmark = pytest.mark.timeout(1800)
CASES = int(os.environ.get("INVENTORY_CASES", "2"))
FIRST = int(os.environ.get("INVENTORY_SEED", "0"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + CASES))
def test_a_plan_that_succeeds_can_be_applied(aws, tmp_path, seed):
    inventory(seed, tmp_path / "inventory")
    environ = Site(aws, "dev").environ()

    def play(playbook: str) -> str:
        sources = ["-i", str(tmp_path / "inventory"), "-i", str(ROOT / "inventories/local")]
        code, stdout, stderr = finish([str(BIN / "ansible-playbook"), playbook, *sources], cwd=ROOT, env=environ)
        written = (tmp_path / "inventory/group_vars/all.yml").read_text()
        assert code == 0, f"seed {seed}: {written}\n{(stdout + stderr)[-6000:]}"
        return stdout

    planned = play("playbooks/plan.yml")
    assert aws.mutating() == [] and " to create" in planned
    play("site.yml")
    assert ": no changes, " in play("playbooks/plan.yml")
