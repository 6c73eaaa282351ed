"""The engine, on a resource that lives in memory: no Ansible, no boto3, no time."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource


class NotYet(Exception):
    """What AWS answers while the time has not come."""

    response = {"Error": {"Code": "IncorrectState", "Message": "try later"}}


class Cloud:
    """What the fake AWS holds: things by name, the requests it got, and a clock that only sleeping moves."""

    def __init__(self) -> None:
        self.things: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.lag = 0  # how many reads still show what was
        self.stale: list[dict[str, Any]] = []
        self.refuse = 0  # how many requests are answered with 'not yet'
        self.now = 0.0
        self.building = 0.0  # how long a creation takes

    def read(self) -> list[dict[str, Any]]:
        if self.lag:
            self.lag -= 1
            return [dict(t) for t in self.stale]
        return [{**t, "state": self.state(t)} for t in self.things]

    def state(self, thing: dict[str, Any]) -> str:
        return thing.get("state") or ("available" if self.now >= thing["ready_at"] else "creating")

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def request(self, what: str, lag: int = 0) -> None:
        self.requests.append(what)
        if self.refuse:
            self.refuse -= 1
            raise NotYet("try later")
        self.stale, self.lag = [dict(t) for t in self.read()], lag


class Thing(Resource):
    """A thing with a size, a fixed colour and parts, of which AWS takes one a request."""

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
        fields = {"parts": [], "tags": {}, **want, "thing_id": "t-1", "ready_at": self.aws.now + self.aws.building}
        self.aws.things.append({**fields, "parts": []})

    def update(self, have, changes):
        name = next(n for n in ("size", "tags", "parts") if n in changes)
        self.aws.request(f"update {name}", lag=self.params.get("lag", 0))
        thing = self.aws.things[0]
        missing = [p for p in changes.get("parts", []) if p not in thing["parts"]]
        thing[name] = [*thing["parts"], missing[0]] if name == "parts" else changes[name]
        return set(changes) - {name}

    def delete(self, have):
        self.aws.request("delete")
        self.aws.things.clear()


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def go(
    cloud: Cloud, *, present: bool = True, check: bool = False, wait: bool = True, timeout: float = 600, **params: Any
):
    thing = Thing(cloud, {"name": "x", "purge_tags": True, "size": 1, "colour": "red", "parts": None, **params})
    return reconcile(
        thing, present=present, check=check, wait=wait, timeout=timeout, sleep=cloud.sleep, clock=lambda: cloud.now
    )


def test_check_mode_sends_nothing_and_shows_what_aws_decides(cloud):
    outcome = go(cloud, check=True)
    assert outcome.changed and outcome.plan.action == "create"
    assert outcome.have == {
        "thing_id": UNKNOWN,
        "name": "x",
        "size": 1,
        "colour": "red",
        "tags": {"Name": "x"},
    }
    assert cloud.requests == []


def test_second_run_is_empty(cloud):
    assert go(cloud, tags={"a": "1"}).changed
    assert not go(cloud, tags={"a": "1"}).changed
    assert cloud.requests == ["create"]


@pytest.mark.parametrize("lag", [0, 2])
def test_steps_that_aws_takes_one_at_a_time_are_sent_once_each(cloud, lag):
    outcome = go(cloud, parts=["a", "b", "c"], tags={}, lag=lag)
    assert cloud.requests == ["create"] + ["update parts"] * 3
    assert outcome.have["parts"] == ["a", "b", "c"]


@pytest.mark.parametrize("lag", [0, 1, 3, 8])
def test_a_plan_is_sent_once_however_late_aws_shows_it(cloud, lag):
    go(cloud, tags={})
    cloud.requests.clear()
    assert go(cloud, size=2, lag=lag, tags={}).have["size"] == 2
    assert cloud.requests == ["update size"]


@pytest.mark.parametrize("lag", [0, 4])
def test_fields_that_have_to_wait_are_sent_later_and_once(cloud, lag):
    go(cloud, tags={})
    cloud.requests.clear()
    go(cloud, size=2, parts=["a"], tags={"b": "1"}, lag=lag)
    assert cloud.requests == ["update size", "update tags", "update parts"]


def test_what_is_seen_half_done_is_not_sent_again():
    """Tags by key, lists by item: AWS may show one of two changes and not yet the other."""
    whole = Plan("update", {"tags": {"a": "1"}, "rules": ["x"]}, {"tags": {"a": "2", "b": "1"}, "rules": ["y", "z"]})
    half = Plan(
        "update", {"tags": {"a": "2"}, "rules": ["x", "y"]}, {"tags": {"a": "2", "b": "1"}, "rules": ["y", "z"]}
    )
    other = Plan("update", {"tags": {"a": "3"}, "rules": ["x"]}, {"tags": {"a": "2"}, "rules": ["x"]})
    for name, steps in half.steps().items():
        assert steps < whole.steps()[name]
        assert not half.steps(gradual={name})[name] & whole.steps(gradual={name})[name]
    assert not other.steps()["tags"] & whole.steps()["tags"]


class Gone(Exception):
    """What AWS answers where it does not show a thing that it has listed."""

    response = {"Error": {"Code": "InvalidThingID.NotFound", "Message": "no such thing"}}


@pytest.mark.parametrize("looks", [1, 4, 5])
def test_what_is_listed_and_not_found_is_looked_at_again_and_never_made_anew(cloud, monkeypatch, looks):
    go(cloud, tags={})
    cloud.requests.clear()
    left = [Gone()] * looks

    def describe(self, sibling):
        if left:
            raise left.pop()
        return sibling

    monkeypatch.setattr(Thing, "describe", describe)
    if looks < 5:
        assert not go(cloud, tags={}).changed
    else:
        with pytest.raises(Gone):
            go(cloud, tags={})
    assert cloud.requests == []


def test_creation_is_not_repeated_while_it_cannot_be_seen(cloud):
    go(cloud, lag=5, wait=False, tags={})
    assert cloud.requests == ["create"]


def test_not_yet_is_tried_again(cloud):
    cloud.refuse = 3
    go(cloud, tags={})
    assert cloud.requests == ["create"] * 4


def test_other_errors_are_raised(cloud):
    class Denied(Exception):
        response = {"Error": {"Code": "IncorrectState", "Message": "never"}}

    cloud.request = lambda *_, **__: (_ for _ in ()).throw(Denied())
    with pytest.raises(Denied):
        go(cloud)


def test_waiting_is_planning_again(cloud):
    cloud.building = 300
    outcome = go(cloud, tags={})
    assert outcome.have["state"] == "available"
    assert 300 <= cloud.now < 340  # pauses are a tenth of what has passed


def test_wait_false_starts_and_a_later_run_awaits(cloud):
    cloud.building = 300
    assert go(cloud, wait=False, tags={}).have["state"] == "creating"
    assert cloud.now == 0
    later = go(cloud, tags={})
    assert not later.changed and later.have["state"] == "available"
    assert cloud.requests == ["create"]


def test_timeout_says_what_is_missing(cloud):
    cloud.building = 10_000
    with pytest.raises(Refused, match=r"thing x is 'creating' after 60 s.*wait_timeout"):
        go(cloud, timeout=60, tags={})


def test_timeout_says_what_aws_answered_last(cloud):
    cloud.refuse = 10_000
    with pytest.raises(Refused, match="does not exist after 60 s; still to do: create .*AWS's last answer: try later"):
        go(cloud, timeout=60)


def test_immutable_field_is_refused_by_name(cloud):
    go(cloud, tags={})
    with pytest.raises(Refused, match="colour from 'red' to 'blue'"):
        go(cloud, colour="blue", tags={})
    planned = go(cloud, colour="blue", check=True, tags={})
    assert (planned.plan.action, planned.changed) == ("refuse", False)
    assert "colour from 'red' to 'blue'" in planned.refusal
    assert planned.have["colour"] == "red", "what comes after it in the plan sees what there is"


def test_check_mode_sees_what_an_apply_would_stop_at(cloud):
    go(cloud, tags={})
    cloud.things[0].update(state="failed", state_message="no room")
    assert go(cloud, tags={}, check=True).refusal == "thing x is 'failed': no room"


def test_failed_state_stops_at_once_with_awss_reason(cloud):
    go(cloud, tags={})
    cloud.things[0].update(state="failed", state_message="no room")
    with pytest.raises(Refused, match="thing x is 'failed': no room"):
        go(cloud, tags={})
    assert go(cloud, present=False, tags={}).changed  # and can be removed


def test_two_matches_are_an_error(cloud):
    go(cloud, tags={})
    cloud.things.append(dict(cloud.things[0]))
    with pytest.raises(Refused, match="2 resources match thing x"):
        go(cloud, tags={})


def test_what_is_leaving_is_neither_deleted_again_nor_taken_for_ready(cloud):
    go(cloud, tags={})
    cloud.things[0]["state"] = "deleting"
    assert not go(cloud, present=False, check=True, tags={}).changed
    with pytest.raises(Refused, match="'deleting' after"):
        go(cloud, timeout=30, tags={})
    assert cloud.requests == ["create"]


def test_deletion_of_nothing_is_nothing(cloud):
    assert not go(cloud, present=False).changed
    assert cloud.requests == []


def test_unknown_identity_is_not_looked_up(cloud):
    cloud.read = lambda: pytest.fail("an identity that is not known must not be asked for")
    assert go(cloud, name=UNKNOWN, check=True).changed


def test_unknown_value_is_never_sent(cloud):
    with pytest.raises(Refused, match="size of thing x is unknown"):
        go(cloud, size=UNKNOWN)
    assert cloud.requests == []


def test_option_that_is_not_given_is_left_alone(cloud):
    go(cloud, size=3, tags={"a": "1"})
    assert not go(cloud, size=None, tags=None).changed


def test_tags_are_kept_or_purged(cloud):
    go(cloud, tags={"a": "1"})
    assert go(cloud, tags={"b": 2}, purge_tags=False).have["tags"] == {"a": "1", "b": "2", "Name": "x"}
    assert go(cloud, tags={"b": 2}).have["tags"] == {"b": "2", "Name": "x"}


def test_another_environments_resource_is_refused(cloud):
    go(cloud, tags={"mtk:environment": "prod"})
    for present in (True, False):
        with pytest.raises(Refused, match="belongs to environment 'prod'"):
            go(cloud, present=present, tags={"mtk:environment": "dev"})


def test_what_is_found_by_name_gets_its_name(cloud):
    assert go(cloud).have["tags"] == {"Name": "x"}
    assert not go(cloud).changed
