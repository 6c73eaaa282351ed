"""The engine with a resource in memory, without Ansible, boto3 and waiting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Later, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import consent, reconcile
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Claim, Resource


class NotYet(Exception):
    """The error of AWS for a request that comes too early."""

    response = {"Error": {"Code": "IncorrectState", "Message": "try later"}}


class Cloud:
    """A fake AWS with things, the received requests, and a clock that only sleep() moves."""

    def __init__(self) -> None:
        self.things: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.lag = 0  # number of reads that still show the stale things
        self.stale: list[dict[str, Any]] = []
        self.refuse = 0  # number of requests that fail with NotYet
        self.now = 0.0
        self.building = 0.0  # seconds that a creation takes
        self.ends_in = ""  # the state in which a creation ends
        self.lag_of_deletion = 0
        self.hides_tags = 0  # number of reads after a creation that show no tags
        self.region = "us-east-1"

    def read(self) -> list[dict[str, Any]]:
        if self.lag:
            self.lag -= 1
            return [dict(t) for t in self.stale]
        shown = [{**t, "state": self.state(t)} for t in self.things]
        if shown and self.hides_tags:
            self.hides_tags -= 1
            shown = [{**t, "tags": {"Name": t["tags"]["Name"]}} for t in shown]
        return shown

    def state(self, thing: dict[str, Any]) -> str:
        return thing.get("state") or ("available" if self.now >= thing["ready_at"] else "creating")

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def request(self, name: str, lag: int = 0) -> None:
        self.requests.append(name)
        if self.refuse:
            self.refuse -= 1
            raise NotYet("try later")
        self.stale, self.lag = [dict(t) for t in self.read()], lag


class Thing(Resource):
    """A thing with a size, an immutable colour and parts, which AWS adds one per request."""

    kind = "thing"
    managed = ("size", "colour", "parts")
    immutable = frozenset({"colour"})
    computed = ("thing_id",)
    gradual = frozenset({"parts"})
    retry_codes = (("IncorrectState", "later"),)

    def siblings(self):
        return self.aws.read()

    def create(self, want):
        self.aws.request("create", lag=self.params.get("lag", 0))
        number = self.aws.requests.count("create")
        fields = {
            "parts": [],
            "tags": {},
            **want,
            "thing_id": f"t-{number}",
            "ready_at": self.aws.now + self.aws.building,
        }
        state = {"state": self.aws.ends_in} if self.aws.ends_in else {}
        self.aws.things.append({**fields, "parts": [], **state})

    def update(self, have, changes):
        name = next(n for n in ("size", "tags", "parts") if n in changes)
        self.aws.request(f"update {name}", lag=self.params.get("lag", 0))
        thing = self.aws.things[0]
        missing = [p for p in changes.get("parts", []) if p not in thing["parts"]]
        thing[name] = [*thing["parts"], missing[0]] if name == "parts" else changes[name]
        return set(changes) - {name}

    def delete(self, have):
        self.aws.request("delete", lag=self.aws.lag_of_deletion)
        self.aws.things.clear()


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def run(
    cloud: Cloud,
    *,
    present: bool = True,
    check: bool = False,
    wait: bool = True,
    timeout: float = 600,
    kind: type[Resource] | None = None,
    **params: Any,
):
    thing = (kind or Thing)(
        cloud, {"name": "x", "purge_tags": True, "size": 1, "colour": "red", "parts": None, **params}
    )
    return reconcile(
        thing, present=present, check=check, wait=wait, timeout=timeout, sleep=cloud.sleep, clock=lambda: cloud.now
    )


def test_check_mode_sends_nothing_and_shows_unknown_values(cloud):
    outcome = run(cloud, check=True)
    assert outcome.changed and outcome.plan.action == "create"
    assert outcome.have == {
        "thing_id": UNKNOWN,
        "name": "x",
        "size": 1,
        "colour": "red",
        "tags": {"Name": "x"},
    }
    assert cloud.requests == []


def test_second_run_changes_nothing(cloud):
    assert run(cloud, tags={"a": "1"}).changed
    assert not run(cloud, tags={"a": "1"}).changed
    assert cloud.requests == ["create"]


@pytest.mark.parametrize("lag", [0, 2])
def test_gradual_steps_are_sent_once_each(cloud, lag):
    outcome = run(cloud, parts=["a", "b", "c"], tags={}, lag=lag)
    assert cloud.requests == ["create"] + ["update parts"] * 3
    assert outcome.have["parts"] == ["a", "b", "c"]


@pytest.mark.parametrize("lag", [0, 1, 3, 8])
def test_a_change_is_sent_once_even_if_reads_are_stale(cloud, lag):
    run(cloud, tags={})
    cloud.requests.clear()
    assert run(cloud, size=2, lag=lag, tags={}).have["size"] == 2
    assert cloud.requests == ["update size"]


@pytest.mark.parametrize("lag", [0, 4])
def test_postponed_fields_are_sent_once(cloud, lag):
    run(cloud, tags={})
    cloud.requests.clear()
    run(cloud, size=2, parts=["a"], tags={"b": "1"}, lag=lag)
    assert cloud.requests == ["update size", "update tags", "update parts"]


def test_half_visible_changes_are_not_sent_again():
    """AWS may show some keys of tags and items of lists before others."""
    full = Plan("update", {"tags": {"a": "1"}, "rules": ["x"]}, {"tags": {"a": "2", "b": "1"}, "rules": ["y", "z"]})
    half = Plan(
        "update", {"tags": {"a": "2"}, "rules": ["x", "y"]}, {"tags": {"a": "2", "b": "1"}, "rules": ["y", "z"]}
    )
    other = Plan("update", {"tags": {"a": "3"}, "rules": ["x"]}, {"tags": {"a": "2"}, "rules": ["x"]})
    for name, steps in half.steps().items():
        assert steps < full.steps()[name]
        assert not half.steps(gradual={name})[name] & full.steps(gradual={name})[name]
    assert not other.steps()["tags"] & full.steps()["tags"]


class Slow(Thing):
    """A thing of which AWS changes the size in a later run only."""

    begun = False

    def update(self, have, changes):
        if "size" in changes:
            self.aws.requests.append("refused size")
            raise Later("AWS takes one change an hour. Run again after 13:00.", {"size"}, begun=self.begun)
        return super().update(have, changes)


class SlowInSteps(Slow):
    """A thing whose size takes two changes."""

    begun = True


def test_a_change_that_aws_takes_later_does_not_stop_the_others(cloud):
    run(cloud, kind=Slow, tags={})
    outcome = run(cloud, kind=Slow, size=2, tags={"a": "1"}, parts=["p"])
    assert cloud.requests == ["create", "refused size", "update tags", "update parts"]
    assert (outcome.plan.action, outcome.settled, outcome.refusal) == ("update", False, "")
    assert outcome.later == ("AWS takes one change an hour. Run again after 13:00.",)
    assert run(cloud, kind=Slow, size=1, tags={"a": "1"}, parts=["p"]).settled


def test_a_change_that_aws_takes_later_is_a_decision_if_nothing_was_done(cloud):
    run(cloud, kind=Slow)
    outcome = run(cloud, kind=Slow, size=2)
    assert (outcome.plan.action, outcome.changed) == ("refuse", False)
    assert outcome.refusal == "AWS takes one change an hour. Run again after 13:00."


def test_the_first_of_two_steps_is_a_change(cloud):
    run(cloud, kind=SlowInSteps)
    outcome = run(cloud, kind=SlowInSteps, size=2)
    assert (outcome.plan.action, outcome.changed, outcome.settled, len(outcome.later)) == ("update", True, False, 1)


class NotFound(Exception):
    """The error of AWS for a thing that is listed but cannot be described yet."""

    response = {"Error": {"Code": "InvalidThingID.NotFound", "Message": "no such thing"}}


@pytest.mark.parametrize("failures", [1, 4, 5])
def test_a_listed_thing_that_is_not_found_is_read_again_and_not_recreated(cloud, monkeypatch, failures):
    run(cloud, tags={})
    cloud.requests.clear()
    errors = [NotFound()] * failures

    def describe(self, sibling):
        if errors:
            raise errors.pop()
        return sibling

    monkeypatch.setattr(Thing, "describe", describe)
    if failures < 5:
        assert not run(cloud, tags={}).changed
    else:
        with pytest.raises(NotFound):
            run(cloud, tags={})
    assert cloud.requests == []


def test_creation_is_not_repeated_while_reads_are_stale(cloud):
    run(cloud, lag=5, wait=False, tags={})
    assert cloud.requests == ["create"]


def test_early_requests_are_retried(cloud):
    cloud.refuse = 3
    run(cloud, tags={})
    assert cloud.requests == ["create"] * 4


def test_other_errors_are_raised(cloud):
    class Denied(Exception):
        response = {"Error": {"Code": "IncorrectState", "Message": "never"}}

    cloud.request = lambda *_, **__: (_ for _ in ()).throw(Denied())
    with pytest.raises(Denied):
        run(cloud)


def test_waiting_ends_when_the_thing_is_available(cloud):
    cloud.building = 300
    outcome = run(cloud, tags={})
    assert outcome.have["state"] == "available"
    assert 300 <= cloud.now < 340  # pauses are a tenth of the elapsed time


def test_wait_false_returns_at_once_and_a_later_run_waits(cloud):
    cloud.building = 300
    assert run(cloud, wait=False, tags={}).have["state"] == "creating"
    assert cloud.now == 0
    later = run(cloud, tags={})
    assert not later.changed and later.have["state"] == "available"
    assert cloud.requests == ["create"]


def test_timeout_names_the_state(cloud):
    cloud.building = 10_000
    with pytest.raises(Refused, match=r"thing x is 'creating' after 60 s.*wait_timeout"):
        run(cloud, timeout=60, tags={})


def test_timeout_quotes_the_last_answer_of_aws(cloud):
    cloud.refuse = 10_000
    with pytest.raises(Refused, match="does not exist after 60 s; still to do: create .*AWS's last answer: try later"):
        run(cloud, timeout=60)


def test_immutable_field_is_refused_by_name(cloud):
    run(cloud, tags={})
    for check in (True, False):
        planned = run(cloud, colour="blue", check=check, tags={})
        assert (planned.plan.action, planned.changed) == ("refuse", False)
        assert "colour from 'red' to 'blue'" in planned.refusal
        assert planned.have["colour"] == "red", "later tasks of the run receive the existing thing"
    assert cloud.requests == ["create"]


@pytest.mark.parametrize("check", [True, False])
def test_a_failed_thing_is_a_decision(cloud, check):
    run(cloud, tags={})
    cloud.things[0].update(state="failed", state_message="no room")
    refusal = run(cloud, tags={}, check=check).refusal
    assert refusal.startswith("thing x is 'failed': no room. It is not replaced automatically")
    assert "-e replace=thing:x" in refusal
    assert cloud.requests == ["create"]
    assert run(cloud, present=False, tags={}).changed  # it can still be deleted


class Spare(Thing):
    """A thing that holds no data."""

    expendable = True


@pytest.mark.parametrize(("kind", "consent"), [(Spare, []), (Thing, ["thing:x"])])
def test_a_failed_thing_without_data_or_with_consent_is_replaced(cloud, kind, consent):
    run(cloud, tags={})
    cloud.things[0].update(state="failed", state_message="no room")
    planned = run(cloud, kind=kind, replace=consent, tags={}, check=True)
    assert (planned.plan.action, planned.plan.reason) == ("replace", "thing x is 'failed': no room.")
    assert (planned.have["thing_id"], cloud.requests) == (UNKNOWN, ["create"])
    done = run(cloud, kind=kind, replace=consent, tags={})
    assert (done.plan.action, done.settled) == ("replace", True)
    assert cloud.requests == ["create", "delete", "create"]
    assert not run(cloud, kind=kind, tags={}).changed


def test_a_replacement_that_fails_again_is_not_repeated_in_the_same_run(cloud):
    cloud.ends_in = "failed"
    for _ in range(2):
        outcome = run(cloud, kind=Spare, tags={})
        assert outcome.plan.action == "refuse" and not outcome.settled
        assert re.search("thing x is 'failed'.*run again", outcome.refusal)
    assert cloud.requests == ["create", "delete", "create"]


@pytest.mark.parametrize("lag", [0, 2])
def test_a_failed_thing_that_aws_still_lists_is_deleted_once(cloud, lag):
    run(cloud, tags={})
    cloud.things[0].update(state="failed")
    cloud.lag_of_deletion = lag
    assert run(cloud, kind=Spare, tags={}).settled
    assert cloud.requests == ["create", "delete", "create"]


def test_two_matches_are_an_error(cloud):
    run(cloud, tags={})
    cloud.things.append(dict(cloud.things[0]))
    assert "2 resources match thing x" in run(cloud, tags={}).refusal


def test_a_thing_in_deletion_is_not_deleted_again_and_not_ready(cloud):
    run(cloud, tags={})
    cloud.things[0]["state"] = "deleting"
    assert not run(cloud, present=False, check=True, tags={}).changed
    with pytest.raises(Refused, match="'deleting' after"):
        run(cloud, timeout=30, tags={})
    assert cloud.requests == ["create"]


def test_deleting_an_absent_thing_changes_nothing(cloud):
    assert not run(cloud, present=False).changed
    assert cloud.requests == []


def test_unknown_identity_is_not_looked_up(cloud):
    cloud.read = lambda: pytest.fail("an unknown identity must not be looked up")
    assert run(cloud, name=UNKNOWN, check=True).changed


def test_unknown_value_is_never_sent(cloud):
    assert "size of thing x is unknown" in run(cloud, size=UNKNOWN).refusal
    assert cloud.requests == []


def test_omitted_options_are_not_changed(cloud):
    run(cloud, size=3, tags={"a": "1"})
    assert not run(cloud, size=None, tags=None).changed


def test_tags_are_kept_or_purged(cloud):
    run(cloud, tags={"a": "1"})
    assert run(cloud, tags={"b": "2"}, purge_tags=False).have["tags"] == {"a": "1", "b": "2", "Name": "x"}
    assert run(cloud, tags={"b": "2"}).have["tags"] == {"b": "2", "Name": "x"}


def test_resource_of_another_environment_is_refused(cloud):
    run(cloud, tags={"mtk:environment": "prod"})
    for present in (True, False):
        assert "belongs to environment 'prod'" in run(cloud, present=present, tags={"mtk:environment": "dev"}).refusal
    assert cloud.requests == ["create"]


OURS = {"mtk:environment": "dev", "a": "1"}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("present", [True, False])
def test_a_thing_without_an_owner_is_a_decision(cloud, present, check):
    run(cloud, tags={"Team": "other"})
    outcome = run(cloud, present=present, check=check, size=2, tags=OURS)
    refusal = outcome.refusal
    found = "t-1" if check else UNKNOWN
    assert outcome.have["thing_id"] == found, "tasks of an apply must not use the thing of somebody else"
    assert "thing x (t-1) exists and has no tag mtk:environment" in refusal
    assert "-e adopt=thing:x" in refusal
    assert cloud.requests == ["create"]


def test_an_adopted_thing_gets_the_tags_and_keeps_those_of_others(cloud):
    run(cloud, tags={"Team": "other"})
    adopted = run(cloud, size=2, tags=OURS, adopt=["thing:x"])
    assert adopted.have["tags"] == {"Team": "other", **OURS, "Name": "x", "mtk:adopted": "true"}
    assert not run(cloud, size=2, tags=OURS).changed, "later runs need no consent, and keep the tags of others"
    assert run(cloud, present=False, tags=OURS).plan.action == "delete"


def test_an_adopted_thing_that_lost_the_owner_is_a_decision_again(cloud):
    run(cloud, tags={"Team": "other", "mtk:adopted": "true"})
    assert "has no tag mtk:environment" in run(cloud, tags=OURS).refusal
    assert "has no tag mtk:environment" in run(cloud, tags=OURS, present=False).refusal


def test_of_two_things_of_one_name_the_one_with_the_tag_is_ours(cloud):
    run(cloud, tags=OURS)
    cloud.things.append({**cloud.things[0], "thing_id": "t-2", "tags": {"Name": "x"}})
    assert run(cloud, tags=OURS).have["thing_id"] == "t-1"


def test_a_new_thing_is_ours_before_aws_lists_its_tags(cloud):
    cloud.hides_tags = 2
    assert run(cloud, tags=OURS).settled


def test_an_exception_of_its_kind_is_taken_without_the_tag(cloud):
    class Restored(Thing):
        def belongs(self, have):
            return have["colour"] == "red"

    run(cloud, tags={})
    assert run(cloud, kind=Restored, tags=OURS).have["tags"] == {**OURS, "Name": "x"}


def test_a_part_belongs_to_the_owner_of_the_whole(cloud):
    class Part(Thing):
        def owned(self, have):
            return (Claim("whole", "w", "w-1", {}),)

    refusal = run(cloud, kind=Part, tags=OURS).refusal
    assert "whole w (w-1) exists and has no tag" in refusal and "-e adopt=whole:w" in refusal
    assert run(cloud, kind=Part, tags=OURS, adopt=["whole:w"]).changed


@pytest.mark.parametrize(
    ("name", "argument"),
    [("ec2_vpc:a_b", "-e adopt=ec2_vpc:a_b"), ("cidr:pool 10.0.0.0/8", """-e '{"adopt": ["cidr:pool 10.0.0.0/8"]}'""")],
)
def test_a_consent_is_an_argument_of_the_command_line(name, argument):
    assert consent("adopt", name) == argument


def test_the_name_is_also_a_tag(cloud):
    assert run(cloud).have["tags"] == {"Name": "x"}
    assert not run(cloud).changed


@pytest.mark.parametrize(
    ("entry", "waits"),
    [
        (("us-east-1", "kms_key", "alias/dev_key"), True),
        (("global", "iam_role", "alias/dev_key"), True),
        (("us-west-2", "kms_key", "alias/dev_key"), False),
        (("us-east-1", "thing", "x"), False),
        (("us-east-1", "kms_key", "red"), False),  # a common word
    ],
)
def test_nothing_is_built_on_a_refused_resource(cloud, entry, waits):
    cloud.region = "us-east-1"
    outcome = run(cloud, colour="alias/dev_key", refused=[entry])
    assert (cloud.requests == []) == waits
    assert ("needs a decision first" in outcome.refusal) == waits


def test_an_unchanged_thing_does_not_wait_for_a_decision(cloud):
    cloud.region = "us-east-1"
    run(cloud, colour="alias/dev_key", tags={})
    again = run(cloud, colour="alias/dev_key", tags={}, refused=[("us-east-1", "kms_key", "alias/dev_key")])
    assert not again.refusal and not again.changed
