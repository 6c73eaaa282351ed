"""After an apply was killed, the next run finishes it without duplicates."""

from __future__ import annotations

import os
import signal
import time

import pytest

from .conftest import REGIONS
from .estate import count_by_kind, estate

# Environment, the last call before the kill, time scale of the local AWS. `make chaos` runs the marked cases.
INTERRUPTIONS = [
    pytest.param("dev", "ec2:CreateIpamPool", 0, marks=pytest.mark.chaos, id="a pool without its block"),
    pytest.param("dev", "ec2:AllocateAddress", 0, marks=pytest.mark.chaos, id="an address without its gateway"),
    pytest.param("dev", "kms:CreateKey", 0, marks=pytest.mark.chaos, id="a key without its alias"),
    pytest.param("dev", "rds:CreateDBCluster", 0.05, id="while the cluster is creating"),
    pytest.param("qa", "dynamodb:UpdateTable", 0.02, marks=pytest.mark.chaos, id="while the replica is creating"),
]


def wait_for(aws, process, call, seconds=240):
    """Wait until a run has made a call."""
    deadline = time.monotonic() + seconds
    while call not in aws.mutating():
        assert process.poll() is None, f"the run ended before {call}: {process.stdout.read()[-4000:]}"
        assert time.monotonic() < deadline, f"{call} was not made within {seconds} s"
        time.sleep(0.02)


def kill_after(aws, process, call):
    """Kill the process group as soon as the call was made."""
    wait_for(aws, process, call)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture(scope="module")
def uninterrupted():
    """Return the number of resources of each kind that a complete run creates, by environment; tests fill it."""
    return {}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("environment", "call", "scale"), INTERRUPTIONS)
def test_the_next_run_finishes_an_interrupted_run(aws, site, uninterrupted, environment, call, scale):
    live = site(environment)
    if environment not in uninterrupted:
        live.play()
        uninterrupted[environment] = count_by_kind(estate(aws, REGIONS))
        aws.control.reset()
    aws.control.scale(scale)
    kill_after(aws, live.start("site.yml"), call)
    aws.control.scale(min(scale, 0.005))
    live.play("site.yml", "-e", "lock_timeout=60")  # a busy machine releases the lock of the killed run a little later
    assert count_by_kind(estate(aws, REGIONS)) == uninterrupted[environment]
    aws.control.scale(0)
    again = live.play()
    assert (again.changed, again.mutating) == (0, [])
