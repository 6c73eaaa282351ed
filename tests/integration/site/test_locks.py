"""Two runs at once, killed runs and stopped runs: nothing is doubled or stuck, and the next run changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import LEASE, TABLE

from .conftest import REGIONS, ROOT, RUN_SECONDS
from .estate import count_by_kind, estate

CASES = range(int(os.environ.get("LOCK_CASES", "1")))  # `make locks` repeats the runs at once 10 times
CHANGE = ("-e", "dynamodb_global_point_in_time_recovery_days=9")
START = ("--start-at-task", "mtk.backend.dynamodb_global : Check the settings")


def one_line(text):
    return " ".join(text.split())


def holder(aws, lock="environment/dev"):
    """Return the id of the run that holds a lock; None if it is free."""
    item = aws.client("dynamodb").get_item(TableName=TABLE, Key={"lock": {"S": lock}}, ConsistentRead=True)["Item"]
    return item.get("holder", {}).get("S")


def finished(process):
    """Return the exit code and the output of a run."""
    text, _ = process.communicate(timeout=RUN_SECONDS)
    return process.returncode, text


def until(condition, process=None, seconds=240):
    """Wait until something is true while a run goes on."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, f"the run ended: {process.stdout.read()[-4000:]}"
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def complete(_built, _local_aws):
    """Return ``complete("dev")``, which returns the number of resources of each kind after one undisturbed run."""
    counts = {}

    def count(environment):
        if environment not in counts:
            _local_aws.control.scale(0)
            _local_aws.control.reset()
            _local_aws.control.load(_built(environment))
            counts[environment] = count_by_kind(estate(_local_aws, REGIONS))
        return counts[environment]

    return count


@pytest.fixture
def runs(tmp_path):
    """Return ``runs(site, "a", ...)``, which starts a run and finds its processes. They end with the test."""
    begun = []

    def start(site, name, *arguments, **extra):
        begun.append(Started(site, tmp_path / name, *arguments, **extra))
        return begun[-1]

    yield start
    for run in begun:
        run.signal(signal.SIGKILL)
        run.process.wait(timeout=60)
        run.process.stdout.close()


class Started:
    """A run that was started, with all its processes: ansible-playbook, its workers and the keeper of its locks."""

    def __init__(self, site, directory, *arguments, **extra):
        self.directory = directory
        self.process = site.start("site.yml", *arguments, ANSIBLE_LOCAL_TEMP=str(directory), **extra)

    def processes(self):
        own, found = f"ANSIBLE_LOCAL_TEMP={self.directory}".encode(), []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if own in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue  # it has ended, or belongs to another user
        return found

    def signal(self, number):
        """Send a signal to all processes, until there are no new ones."""
        sent = set()
        while left := set(self.processes()) - sent:
            for process in left:
                os.kill(process, number)
            sent |= left

    def grow_old(self):
        """Let the machine's clock go on: its last renewal was long ago."""
        for file in self.directory.glob("**/*.renewed"):
            file.write_text("0.0")


def no_changes(aws, live, wanted):
    assert count_by_kind(estate(aws, REGIONS)) == wanted
    again = live.play()
    assert (again.changed, again.mutating) == (0, [])


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", CASES)
def test_of_two_runs_at_once_one_wins(aws, site, complete, case):
    wanted = complete("dev")
    aws.control.reset()
    live = site("dev")
    ended = [finished(process) for process in [live.start("site.yml"), live.start("site.yml")]]
    assert sorted(code for code, _ in ended) == [0, 2], ended
    (refused,) = [text for code, text in ended if code == 2]
    assert "The run lock of environment dev is held by run" in one_line(refused)
    assert "-e lock_timeout=SECONDS" in one_line(refused) and "-e break_lock=" in one_line(refused)
    assert holder(aws) is None
    no_changes(aws, live, wanted)


@pytest.mark.locks
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", CASES)
def test_two_runs_at_once_with_patience_both_succeed(aws, site, complete, case):
    wanted = complete("dev")
    aws.control.reset()
    live, patient = site("dev"), ("-e", "lock_timeout=900")
    ended = [finished(process) for process in [live.start("site.yml", *patient), live.start("site.yml", *patient)]]
    assert [code for code, _ in ended] == [0, 0], ended
    no_changes(aws, live, wanted)


@pytest.mark.locks
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("case", CASES)
def test_two_environments_at_once_both_succeed(aws, site, case):
    environments = [site("dev"), site("qa")]
    ended = [finished(process) for process in [live.start("site.yml") for live in environments]]
    assert [code for code, _ in ended] == [0, 0], ended
    for live in environments:
        again = live.play()
        assert (again.changed, again.mutating) == (0, [])
    assert [holder(aws, lock) for lock in ("environment/dev", "environment/qa", "shared/ipam")] == [None] * 3
    tree = aws.client("ec2").describe_ipam_pools()["IpamPools"]
    names = [tag["Value"] for pool in tree for tag in pool["Tags"] if tag["Key"] == "Name"]
    assert len(names) == len(set(names)) == 4
    ended = [finished(process) for process in [destroying(live) for live in environments]]
    assert [code for code, _ in ended] == [0, 0], ended


def destroying(live):
    return live.start("playbooks/destroy.yml", "-e", f"confirm_environment={live.environment}")


@pytest.mark.timeout(1800)
def test_the_lock_of_a_run_that_was_killed_with_all_its_processes_expires(aws, site, runs, complete):
    wanted = complete("dev")
    aws.control.reset()
    live = site("dev")
    killed = runs(live, "killed")
    until(lambda: "ec2:CreateVpc" in aws.mutating(), killed.process)
    killed.signal(signal.SIGKILL)
    killed.process.wait(timeout=60)
    dead = holder(aws)
    refused = live.play(expect=2)
    assert f"is held by run {dead}" in one_line(refused.text) and refused.mutating == []
    aws.control.advance(LEASE + 1)
    taken = live.play()
    assert f"was held by run {dead}" in one_line(taken.text) and "has expired" in one_line(taken.text)
    no_changes(aws, live, wanted)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", [pytest.param(signal.SIGKILL, marks=pytest.mark.locks), signal.SIGINT])
def test_the_lock_is_released_when_ansible_playbook_ends(aws, site, runs, complete, number):
    wanted = complete("dev")
    aws.control.reset()
    live = site("dev")
    ended = runs(live, "ended")
    until(lambda: "ec2:CreateVpc" in aws.mutating(), ended.process)
    os.kill(ended.process.pid, number)
    ended.process.wait(timeout=60)
    until(lambda: holder(aws) is None, seconds=60)
    ended.signal(signal.SIGKILL)  # a worker may wait for AWS
    live.play()
    no_changes(aws, live, wanted)


@pytest.mark.locks
@pytest.mark.timeout(1800)
def test_a_stopped_run_changes_nothing_more_after_another_run_has_taken_its_lock(aws, site, runs, complete):
    wanted = complete("dev")
    aws.control.reset()
    aws.control.fault("ec2:CreateVpc", "late", seconds=5)
    live = site("dev")
    stopped = runs(live, "stopped", *CHANGE)
    until(lambda: "ec2:CreateVpc" in aws.mutating(), stopped.process)  # the answer is under way
    stopped.signal(signal.SIGSTOP)
    aws.control.advance(LEASE + 1)
    other = live.play()
    assert "has expired" in one_line(other.text)
    before = len(aws.mutating())
    stopped.grow_old()
    stopped.signal(signal.SIGCONT)
    code, text = finished(stopped.process)
    assert code == 2 and "This run has lost the run lock of environment dev" in one_line(text)
    assert aws.mutating()[before:] == []
    no_changes(aws, live, wanted)


@pytest.fixture
def held(aws):
    """Return ``held()``, which lets a run that nobody started hold the lock of dev."""

    def hold():
        dynamodb, keys = aws.client("dynamodb"), [{"AttributeName": "lock", "KeyType": "HASH"}]
        if TABLE not in dynamodb.list_tables()["TableNames"]:
            types = [{"AttributeName": "lock", "AttributeType": "S"}]
            mode = {"BillingMode": "PAY_PER_REQUEST"}
            dynamodb.create_table(TableName=TABLE, AttributeDefinitions=types, KeySchema=keys, **mode)
        words = dict(holder="0123456789ab", who="kim@laptop, process 1", caller="arn:aws:iam::123456789012:user/kim")
        words |= dict(command="ansible-playbook site.yml", since="2026-01-02T03:04:05Z", lock="environment/dev")
        numbers = {"serial": {"N": "7"}, "expires": {"N": str(int(time.time()) + 3600)}}
        dynamodb.put_item(TableName=TABLE, Item={**{k: {"S": v} for k, v in words.items()}, **numbers})

    return hold


HELD = "The run lock of environment dev is held by run 0123456789ab of kim@laptop, process 1 (arn:aws:iam::"


def test_plans_and_drift_need_no_lock(aws, built, held):
    dev = built("dev")
    held()
    for playbook in ("playbooks/plan.yml", "playbooks/drift.yml"):
        assert dev.play(playbook).mutating == []
    assert dev.play("site.yml", "--check", *CHANGE).changed


def test_a_run_is_refused_before_it_reads(aws, built, held):
    dev = built("dev")
    held()
    before = len(aws.control.calls())
    refused = dev.play("site.yml", *CHANGE, expect=2)
    assert HELD in one_line(refused.text) and refused.mutating == []
    assert len(aws.control.calls(before)) < 5
    refused = dev.play("playbooks/destroy.yml", "-e", "confirm_environment=dev", expect=2)
    assert HELD in one_line(refused.text) and refused.mutating == []


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_a_start_inside_the_playbook_does_not_go_around_the_lock(built, held, in_process):
    dev = built("dev")
    held()
    refused = dev.play("site.yml", *CHANGE, *START, expect=2, MTK_IN_PROCESS=in_process)
    assert HELD in one_line(refused.text) and refused.mutating == []


def test_tasks_in_the_background_take_the_lock(aws, site, held, tmp_path):
    task = {"mtk.backend.logs_log_group": {"region": REGIONS[0], "log_group_name": "/x", "tags": {}}}
    tasks = [{**task, "async": 60, "poll": 1}]
    book = tmp_path / "play.yml"
    book.write_text(yaml.safe_dump([{"hosts": "primary", "gather_facts": False, "tasks": tasks}]))
    there = {"ANSIBLE_ASYNC_DIR": str(tmp_path / "async"), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    held()
    refused = site("dev").play(str(book), expect=2, **there)
    assert HELD in one_line(refused.text) and refused.mutating == []
    aws.control.ask("POST", "reset")
    assert site("dev").play(str(book), **there).mutating == ["logs:CreateLogGroup"]
    until(lambda: holder(aws) is None, seconds=60)


def test_only_the_named_run_is_broken(aws, built, held):
    dev = built("dev")
    held()
    refused = dev.play("site.yml", *CHANGE, "-e", "break_lock=ba9876543210", expect=2)
    assert "break_lock is ba9876543210, which is not this run." in one_line(refused.text) and refused.mutating == []
    broken = dev.play("site.yml", *CHANGE, "-e", "break_lock=0123456789ab")
    assert "has taken the run lock of environment dev from run 0123456789ab" in one_line(broken.text)
    assert broken.mutating == ["dynamodb:UpdateContinuousBackups"] and holder(aws) is None


def test_the_holder_names_the_job_of_awx(aws, built):
    job = ("-e", "awx_job_id=42", "-e", "awx_job_template_name=apply-dev", "-e", "awx_user_name=kim")
    built("dev").play("site.yml", *CHANGE, *job)
    puts = [call["parameters"]["Item"] for call in aws.control.calls(mutating=True) if call["operation"] == "PutItem"]
    assert puts[0]["who"]["S"].startswith("AWX job 42 of template apply-dev by kim (")
    built("dev").play("site.yml", *CHANGE, JOB_ID="43")
    puts = [call["parameters"]["Item"] for call in aws.control.calls(mutating=True) if call["operation"] == "PutItem"]
    assert puts[0]["who"]["S"].startswith("AWX job 43 (")


def test_a_run_that_may_not_read_the_locks_changes_nothing(aws, built):
    dev = built("dev")
    for call in ("GetItem", "PutItem", "CreateTable"):
        aws.control.fault(f"dynamodb:{call}", "error", code="AccessDeniedException", times=99)
    assert dev.play("playbooks/plan.yml", *CHANGE).changed
    assert dev.play().changed == 0
    refused = dev.play("site.yml", *CHANGE, expect=2)
    assert "AWS refuses GetItem (AccessDeniedException)" in one_line(refused.text) and refused.mutating == []


def test_no_process_is_left_after_a_run(aws, built, tmp_path):
    live = built("dev")
    live.play("site.yml", *CHANGE, ANSIBLE_LOCAL_TEMP=str(tmp_path))
    mark = f"ANSIBLE_LOCAL_TEMP={tmp_path}"
    command = ["grep", "-lsaF", mark, *map(str, Path("/proc").glob("[0-9]*/environ"))]
    until(lambda: subprocess.run(command, capture_output=True, timeout=60).stdout == b"", seconds=60)
    assert holder(aws) is None
