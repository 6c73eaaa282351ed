"""The run lock: one of many runs gets it, a lease ends by AWS's time, and whoever has lost it writes nothing more."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace

import boto3
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws import _keeper
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws
from ansible_collections.mtk.backend.plugins.module_utils.aws._lock_state import State, boottime, leave, started
from ansible_collections.mtk.backend.plugins.module_utils.aws._locks import Locks
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import IPAM, LEASE, TABLE, Run
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context
from ansible_collections.mtk.backend.plugins.module_utils.engine._run_lock import LockRefused, RunLock

from .conftest import ModuleFailed

DEV = "environment/dev"
GROUP = {"log_group_name": "/x", "retention_in_days": 30, "tags": {"a": "1"}}


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """Return the states that a keeper was started for. These tests start no processes."""
    found = []
    monkeypatch.setattr(_keeper, "ensure", lambda state, run, connect: found.append(state))
    return found


@pytest.fixture
def new(aws, tmp_path):
    """Return ``new("a")``, which returns the lock of a run of that id, with the warnings and lines that it shows."""

    def lock(id, shared=(), sleep=None, client=aws.client, **fields):
        (tmp_path / id).mkdir(exist_ok=True)
        about = Run(
            id=id * 12,
            environment="dev",
            region="us-east-1",
            directory=str(tmp_path / id),
            pid=os.getpid(),
            started=started(os.getpid()),
            who=f"{id}@host, process 1",
            command="ansible-playbook site.yml",
        )
        about, shown = replace(about, **fields), []
        here = Aws(client, "us-east-1")
        made = RunLock(
            about,
            lambda patient: Locks(here, about, lambda seconds: None),
            "key",
            shared=shared,
            warn=shown.append,
            say=shown.append,
            sleep=sleep or (lambda seconds: aws.control.advance(50 * seconds)),
        )
        made.shown, made.aws, made.about, made.state = shown, here, about, State(about.directory, "key")
        made.secure_here = lambda: made.secure(here)
        return made

    return lock


def entry(aws, lock=DEV):
    item = aws.client("dynamodb").get_item(TableName=TABLE, Key={"lock": {"S": lock}})["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def test_the_first_run_creates_the_table(aws, new, kept):
    assert new("a").secure_here(), "without a look, what was read before may be out of date"
    assert entry(aws)["holder"] == "a" * 12 and entry(aws)["caller"].startswith("arn:aws:iam::123456789012:")
    table = aws.client("dynamodb").describe_table(TableName=TABLE)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    tags = aws.client("dynamodb").list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {tag["Key"] for tag in tags} == {"mtk:stack", "mtk:component"}
    assert kept and aws.mutating() == []


def test_a_second_run_is_refused_with_each_way_on(aws, new):
    new("a").secure_here()
    with pytest.raises(LockRefused) as refusal:
        new("b").secure_here()
    for words in (
        "The run lock of environment dev is held by run aaaaaaaaaaaa of a@host, process 1 (arn:aws:iam::",
        "ansible-playbook site.yml) since 20",
        "This task has changed nothing",
        "-e lock_timeout=SECONDS",
        "-e break_lock=aaaaaaaaaaaa",
    ):
        assert words in str(refusal.value)
    assert entry(aws)["holder"] == "a" * 12


def test_a_run_that_deletes_asks_for_the_right_before_it_takes_the_lock(aws, new):
    def reads():
        return [call["operation"] for call in aws.control.calls()].count("GetItem")

    new("b").secure_here()
    others = reads()
    aws.control.advance(LEASE)
    new("a", deletes=True).secure_here()
    assert reads() == 2 * others + 1
    assert entry(aws)["holder"] == "a" * 12


def test_a_run_without_the_right_to_delete_takes_no_lock(aws, new):
    """The user may hold the locks and read no other item, as the policies of the builder say."""
    iam = aws.client("iam")
    iam.create_user(UserName="builder")
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = {**allowed, "Effect": "Deny", "Action": "dynamodb:*"}
    denied["Condition"] = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["destruction/*"]}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed, denied]})
    iam.put_user_policy(UserName="builder", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="builder")["AccessKey"]
    aws.control.enforce_iam()
    given = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    client = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=aws.url, **given)
    locks = new("a", client=lambda service, region: client, deletes=True)
    with pytest.raises(LockRefused, match="not for the deletion of dev: .*User: .*user/builder .*permissions.md"):
        locks.secure_here()
    assert "holder" not in (
        aws.client("dynamodb").get_item(TableName=TABLE, Key={"lock": {"S": DEV}}).get("Item") or {}
    )


@pytest.mark.parametrize("seconds", [60, -60], ids=["behind", "ahead"])
def test_a_lease_ends_by_the_time_of_aws(aws, new, seconds):
    """The clock of this machine is a minute behind AWS's, or ahead of it."""
    aws.control.advance(seconds)
    new("a").secure_here()
    aws.control.advance(LEASE - 5)
    with pytest.raises(LockRefused):
        new("b").secure_here()
    aws.control.advance(5)
    second = new("b")
    assert second.secure_here()
    assert entry(aws)["holder"] == "b" * 12
    assert "held by run aaaaaaaaaaaa" in second.shown[0] and "has expired" in second.shown[0]


def test_a_run_waits_as_long_as_it_may(aws, new):
    first = new("a")
    first.secure_here()
    waiting = new("b", timeout=600)
    assert waiting.secure_here(), "AWS's time goes on while the run waits, and the lease expires"
    assert waiting.shown[0].startswith(
        "  ... waiting up to 600 s for the run lock of environment dev, held by run aaaa"
    )


def test_only_the_named_run_is_broken(aws, new):
    new("a").secure_here()
    with pytest.raises(LockRefused, match="break_lock is cccccccccccc, which is not this run"):
        new("b", breaks="c" * 12).secure_here()
    breaking = new("b", breaks="a" * 12)
    assert breaking.secure_here()
    assert "As break_lock says" in breaking.shown[0]
    with pytest.raises(LockRefused, match="held by run bbbbbbbbbbbb"):
        new("d", breaks="a" * 12).secure_here()


def test_a_run_that_has_lost_its_lock_writes_nothing_more(aws, new):
    stopped, other = new("a"), new("b")
    stopped.secure_here()
    stopped.check(stopped.aws)
    aws.control.advance(LEASE)
    other.secure_here()
    stopped.state.renew(DEV, boottime() - LEASE)  # the machine's clock has gone on, too
    with pytest.raises(LockRefused, match="lost the run lock of environment dev.*run bbbbbbbbbbbb"):
        stopped.check(stopped.aws)


def test_a_run_whose_lease_has_expired_goes_on_if_no_other_run_has_taken_it(aws, new):
    lock = new("a")
    lock.secure_here()
    aws.control.advance(LEASE + 60)
    lock.state.renew(DEV, boottime() - LEASE)
    lock.state.report("The AWS credentials have expired.")
    lock.check(lock.aws)
    assert "could not be renewed in the background. The AWS credentials have expired." in lock.shown[0]
    with pytest.raises(LockRefused):
        new("b").secure_here()


def test_a_task_that_outlives_ansible_playbook_takes_no_lock(aws, new):
    with pytest.raises(LockRefused, match="ansible-playbook has ended"):
        new("a", started="another process with this number").secure_here()
    assert aws.locking() == []


def test_what_was_read_is_out_of_date_only_if_another_run_has_held_the_lock(aws, new):
    look = new("a")
    look.look()
    look.secure_here()
    assert not look.state.held(DEV).outdated
    _keeper.keep(look.state, replace(look.about, started="gone"), Locks(look.aws, look.about), lambda: None)
    early, other = new("b"), new("c")
    early.look()
    assert other.secure_here()
    with pytest.raises(LockRefused):
        new("d").look()
    other.state.leave(DEV)
    Locks(other.aws, other.about).release(DEV, other.state.leaving()[DEV].serial)
    assert early.secure_here()


def test_the_lock_of_what_environments_share_is_taken_last_and_left_first(aws, new):
    dev, qa = new("a", [IPAM]), new("b", [IPAM], environment="qa")
    dev.secure_here()
    waits = iter(range(2))

    def sleep(seconds):
        if next(waits) == 1:
            leave(dev.about.directory, "shared/")
            Locks(dev.aws, dev.about).release(IPAM, dev.state.leaving()[IPAM].serial)

    waiting = new("b", [IPAM], sleep, environment="qa")
    assert waiting.secure_here()
    assert entry(aws, IPAM)["holder"] == "b" * 12 and entry(aws)["holder"] == "a" * 12
    assert dev.state.held(DEV) and dev.state.held(IPAM) is None
    assert qa.state.held("environment/qa")


@pytest.mark.parametrize("call", ["PutItem", "CreateTable", "GetItem"])
def test_a_lost_answer_takes_the_lock_once(aws, new, call):
    aws.control.fault(f"dynamodb:{call}", "lost")
    new("a").secure_here()
    assert entry(aws)["holder"] == "a" * 12
    with pytest.raises(LockRefused):
        new("b").secure_here()


def test_of_many_runs_one_gets_the_lock(aws, new):
    begin, won = threading.Barrier(8), []

    def attempt(lock):
        begin.wait(timeout=60)
        try:
            lock.secure_here()
        except LockRefused:
            return
        won.append(lock.about.id)

    threads = [threading.Thread(target=attempt, args=(new(id),)) for id in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert [entry(aws)["holder"]] == won


class TestTheKeeper:
    """The keeper renews, releases what the run leaves, and releases all when ansible-playbook has ended."""

    def keep(self, lock, *steps):
        """Run the keeper. Each step happens in one of its pauses; after the last one ansible-playbook has ended."""
        left = list(steps)

        def listen():
            if left:
                left.pop(0)()
            else:
                lock.about.__dict__["started"] = "gone"

        _keeper.keep(lock.state, lock.about, Locks(lock.aws, lock.about), listen)

    @pytest.fixture
    def lock(self, new, monkeypatch):
        monkeypatch.setattr(_keeper, "BEAT", 0)
        monkeypatch.setattr(_keeper, "_RETRY", 0)
        held = new("a", [IPAM])
        held.secure_here()
        return held

    def test_it_renews_the_lease_and_releases_at_the_end(self, aws, lock, new):
        def refused():
            with pytest.raises(LockRefused):
                new("b").secure_here()

        later = [lambda: aws.control.advance(LEASE - 30), lambda: None] * 4
        self.keep(lock, *later, refused)
        assert "holder" not in entry(aws) and "holder" not in entry(aws, IPAM)
        second = new("b")
        second.secure_here()
        assert second.shown == []

    def test_it_releases_what_the_run_leaves(self, aws, lock):
        freed = []
        self.keep(
            lock,
            lambda: leave(lock.about.directory, "shared/"),
            lambda: freed.append(("holder" in entry(aws), "holder" in entry(aws, IPAM))),
        )
        assert freed == [(True, False)]

    def test_it_tries_again_after_an_error(self, aws, lock):
        aws.control.fault("dynamodb:GetItem", "error", code="ExpiredTokenException", times=2)
        seen = []
        self.keep(
            lock, lambda: seen.append(lock.state.trouble()), lambda: None, lambda: seen.append(lock.state.trouble())
        )
        assert "credentials have expired" in seen[0] and seen[1] == ""

    def test_it_does_not_release_the_lock_of_another_run(self, aws, lock, new):
        aws.control.advance(LEASE)
        new("b").secure_here()
        self.keep(lock, lambda: None)
        assert entry(aws)["holder"] == "b" * 12

    def test_it_releases_although_the_directory_is_gone(self, aws, lock):
        def remove():
            for file in lock.state.directory.iterdir():
                file.unlink()
            lock.state.directory.rmdir()

        self.keep(lock, lambda: None, remove)
        assert "holder" not in entry(aws)


def test_modules_take_the_lock_before_they_write_and_read_again(aws, run, new, worker):
    other = new("b")
    worker["context"] = Context(lock=new("a").about)
    other.secure_here()
    with pytest.raises(ModuleFailed, match="is held by run bbbbbbbbbbbb"):
        run("logs_log_group", **GROUP)
    assert run("logs_log_group", check=True, **GROUP)["changed"]
    assert aws.mutating() == []
    aws.control.advance(LEASE)
    before = len(aws.control.calls())
    assert run("logs_log_group", **GROUP)["changed"]
    asked = [call["operation"] for call in aws.control.calls(before)]
    assert asked.index("DescribeLogGroups") < asked.index("PutItem") < asked.index("CreateLogGroup")
    assert "DescribeLogGroups" in asked[asked.index("PutItem") : asked.index("CreateLogGroup")]
    before = len(aws.locking())
    assert not run("logs_log_group", **GROUP)["changed"]
    assert aws.locking()[before:] == []


def test_a_module_in_a_process_of_its_own_finds_the_run_in_its_environment(aws, run, new, worker, monkeypatch):
    new("b").secure_here()
    monkeypatch.setenv("MTK_RUN_LOCK", new("a").about.text())
    worker["context"] = None
    with pytest.raises(ModuleFailed, match="is held by run bbbbbbbbbbbb"):
        run("logs_log_group", **GROUP)


def test_a_wrong_account_is_refused_before_the_lock(aws, run, new, worker):
    worker["context"] = Context(lock=new("a").about)
    with pytest.raises(ModuleFailed, match="expected_account_id is 999999999999"):
        run("logs_log_group", **GROUP, expected_account_id="999999999999")
    assert aws.locking() == []
