"""A deletion is planned, confirmed and finished, also after it was killed."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
import time

import pytest

from .conftest import REGIONS, ROOT
from .estate import estate

# The numbers of the writing calls after which a run is killed: each one of dev, and 40 of prod. `make removal` kills it
# in six places, and with DESTROY_CASES=all in all of them.
ALL = os.environ.get("DESTROY_CASES") == "all"
KILLED = {"dev": range(1, 60) if ALL else (2, 9, 30, 45), "prod": range(4, 164, 4) if ALL else (20, 90)}
OFTEN = ("dev", 30)


def test_without_the_right_name_nothing_is_deleted(aws, built):
    dev = built("dev")
    before = estate(aws, REGIONS)
    silent = dev.play("playbooks/destroy.yml", expect=2)  # without a terminal
    assert "Nothing was deleted: no name was typed, and the environment is 'dev'" in silent.text
    assert "-e confirm_environment=dev" in silent.text
    wrong = dev.play("playbooks/destroy.yml", "-e", "confirm_environment=qa", expect=2)
    assert "the confirmation is 'qa'" in wrong.text
    for run in (silent, wrong):
        assert "Plan of the deletion of dev: " in run.text
        assert "PLAY RECAP" in run.text and "Incomplete" not in run.text
    assert (silent.mutating, wrong.mutating) == ([], [])
    assert estate(aws, REGIONS) == before


def test_without_a_name_nothing_is_deleted_that_appears_after_an_empty_plan(aws, site):
    run = site("dev").play("playbooks/destroy.yml")
    assert run.mutating == []
    assert run.text.count("TASK [mtk.backend.ipam_vpc : Delete the VPC]") == 1, "the tasks run as a plan only"
    assert "Nothing of dev was found in 17 regions." in run.text


@pytest.mark.timeout(600)
def test_the_plan_is_shown_before_the_name_is_asked(aws, built):
    dev = built("dev")
    text = on_a_terminal(dev, "dv\r")
    asked = text.index("Type the name of the environment")
    assert text.index("Plan of the deletion of dev: ") < asked
    assert "the confirmation is 'dv'" in text[asked:]
    assert aws.mutating() == []
    text = on_a_terminal(dev, "dev\r")
    assert "Deletion of dev: " in text and "Not deleted yet" not in text
    assert "rds:DeleteDBCluster" in aws.mutating()


def on_a_terminal(site, answer, seconds=250):
    """Run the playbook on a terminal of its own, type ``answer`` when it asks, and return what it showed."""
    terminal, end = pty.openpty()
    command = ["setsid", "--ctty", "--wait", *site.command("playbooks/destroy.yml")]
    process = subprocess.Popen(command, cwd=ROOT, env=site.environ(), stdin=end, stdout=end, stderr=end)
    os.close(end)
    shown, typed, deadline = b"", False, time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 1)[0]:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:  # Linux reports the end of a terminal so
                    break
            elif waits_for_keys(terminal):
                # Ansible drops the keys that were pressed before it listens, so the answer may have to be typed again.
                os.write(terminal, answer.encode())
                typed = True
    finally:
        process.terminate()
        process.wait(timeout=30)
        os.close(terminal)
    assert typed, shown[-4000:]
    return " ".join(shown.decode(errors="replace").split())


def waits_for_keys(terminal):
    """Return whether a prompt has switched the terminal to single keys."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def test_an_inventory_has_to_allow_the_deletion(aws, built):
    dev = built("dev")
    for mode in (("--check",), ("-e", "confirm_environment=dev")):
        run = dev.play("playbooks/destroy.yml", "-e", "destroy_allowed=false", *mode, expect=2)
        text = " ".join(run.text.split())
        assert "! environment dev destroy_allowed is false, so dev is protected." in text
        assert "set destroy_allowed: true in inventories/dev/group_vars/all/environment.yml" in text
        assert "- rds_cluster" in text, "the plan is shown nevertheless"
    assert aws.mutating() == []


def test_a_plan_that_is_out_of_date_is_refused_before_anything_is_deleted(aws, built, tmp_path):
    dev, plan = built("dev"), tmp_path / "plan.json"
    dev.play("playbooks/destroy.yml", "--check", "-e", f"plan_out={plan}")
    tags = [
        {"Key": "mtk:environment", "Value": "dev"},
        {"Key": "Name", "Value": "dev_us-east-1_us-east-1c_nat_gateway"},
    ]
    aws.client("ec2").allocate_address(TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": tags}])
    before = len(aws.mutating())
    run = dev.destroy("-e", f"plan_file={plan}", expect=2)
    assert "differs from the approved plan" in " ".join(run.text.split())
    assert len(aws.mutating()) == before
    apply = dev.play("site.yml", "-e", f"plan_file={plan}", expect=2)
    assert "is not a complete plan of dev (purpose: 'destroy')" in " ".join(apply.text.split())
    other = dev.play("playbooks/destroy.yml", "-e", "mtk_environment=qa", "-e", "confirm_environment=qa", expect=2)
    assert "the inventory is that of dev" in other.text and len(aws.mutating()) == before


def test_an_environment_is_deleted_as_a_whole(aws, built):
    qa = built("qa")
    run = qa.play("playbooks/destroy.yml", "--limit", "us-west-2", "-e", "confirm_environment=qa", expect=2)
    assert "--limit leaves out us-east-1, and what spans regions" in " ".join(run.text.split())
    assert "remove_region.yml" in run.text
    assert aws.mutating() == []


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("environment", "number"),
    [
        pytest.param(environment, number, marks=() if (environment, number) == OFTEN else pytest.mark.removal)
        for environment in KILLED
        for number in KILLED[environment]
    ],
)
def test_a_killed_deletion_is_finished_by_the_next_run(aws, built, ends, environment, number):
    expected = ends(environment)
    live = built(environment)
    allowed = ("-e", "destroy_allowed=true")
    process = live.start("playbooks/destroy.yml", "-e", f"confirm_environment={environment}", *allowed)
    deadline = time.monotonic() + 600
    while len(aws.mutating()) < number and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # polls the record of the calls
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    live.destroy("-e", "lock_timeout=120")
    assert {row[:2] for row in estate(aws, REGIONS)} == expected
    again = live.destroy("--check")
    assert again.mutating == []
    assert f"Plan of the deletion of {environment}: no changes" in again.text


@pytest.fixture(scope="module")
def _ends():
    return {}


@pytest.fixture
def ends(aws, built, _ends):
    """Return ``ends("dev")``, which returns the kinds of resources that a calm deletion leaves."""

    def of(environment):
        if environment not in _ends:
            built(environment).destroy()
            _ends[environment] = {row[:2] for row in estate(aws, REGIONS)}
        return _ends[environment]

    return of
