"""Deletions by the engine: what is kept, what stands in the way, and what is left, now and by an earlier deletion."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._restores import Earlier
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import entry
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Left
from test_reconcile import Cloud, Thing, run


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


class Shared(Thing):
    """A thing that others use, unless this run deletes them."""

    def kept(self, have):
        return "" if self.is_going("user") else "the user needs it"


class Blocked(Thing):
    """A thing in whose way something stands, and that leaves a copy."""

    def obstacles(self, have):
        return () if self.is_going("t-other") else ("the other stands in the way; delete it.", "And a third.")

    def leaves(self, have):
        return (Left("copy", f"copy of {have['thing_id']}", "us-east-1", until="2027-01-04"),)


@pytest.mark.parametrize("check", [True, False])
def test_what_others_use_is_kept(cloud, check):
    run(cloud)
    outcome = run(cloud, kind=Shared, present=False, check=check)
    assert (outcome.plan.action, outcome.plan.reason, outcome.changed) == ("keep", "the user needs it", False)
    assert cloud.requests == ["create"]


def test_what_the_plan_deletes_before_does_not_keep_it(cloud):
    run(cloud)
    going = {("us-east-1", "user")}
    assert run(cloud, kind=Shared, present=False, check=True, going=going).plan.action == "delete"
    elsewhere = {("us-west-2", "user")}
    assert run(cloud, kind=Shared, present=False, check=True, going=elsewhere).plan.action == "keep"


@pytest.mark.parametrize("code", ["NoSuchEntity", "InvalidThingID.NotFound", "InvalidResourceId"])
@pytest.mark.parametrize("check", [True, False])
def test_a_thing_that_goes_while_its_obstacles_are_read_is_read_again(cloud, code, check):
    """AWS lists a thing that it has deleted, and knows nothing of it when asked for a part of it."""

    class Gone(Exception):
        response = {"Error": {"Code": code, "Message": "no such thing"}}

    class Going(Thing):
        def obstacles(self, have):
            cloud.things.clear()
            raise Gone

    run(cloud)
    outcome = run(cloud, kind=Going, present=False, check=check)
    assert (outcome.have, outcome.changed, cloud.requests) == (None, False, ["create"])


@pytest.mark.parametrize("check", [True, False])
def test_what_stands_in_the_way_refuses_the_deletion(cloud, check):
    run(cloud)
    outcome = run(cloud, kind=Blocked, present=False, check=check)
    assert outcome.plan.action == "refuse"
    assert outcome.refusal == "the other stands in the way; delete it. And a third."
    assert cloud.requests == ["create"]
    assert run(cloud, kind=Blocked, present=False, check=True, going={("us-east-1", "t-other")}).plan.action == "delete"


@pytest.mark.parametrize("check", [True, False])
def test_an_approved_plan_that_lacks_the_deletion_refuses_it_in_a_plan_too(cloud, check):
    run(cloud)

    def refuse(plan):
        raise Refused("The resource differs from the approved plan.")

    thing = Thing(cloud, {"name": "x", "purge_tags": True, "size": 1, "colour": "red", "parts": None})
    if check:
        outcome = reconcile(thing, present=False, check=True, approve=refuse, sleep=cloud.sleep)
        assert (outcome.plan.action, outcome.refusal) == ("refuse", "The resource differs from the approved plan.")
    else:
        with pytest.raises(Refused):
            reconcile(thing, present=False, approve=refuse, sleep=cloud.sleep)
    assert cloud.requests == ["create"]


def test_a_deletion_tells_what_it_leaves(cloud):
    run(cloud)
    params = {"name": "x", "going": {("us-east-1", "t-other")}}
    outcome = run(cloud, kind=Blocked, present=False, check=True, going=params["going"])
    found = entry("thing", Blocked(cloud, params), outcome, True)
    assert [left["name"] for left in found["leaves"]] == ["copy of t-1"]
    kept = run(cloud, kind=Shared, present=False, check=True)
    assert "leaves" not in entry("thing", Blocked(cloud, params), kept, True)


class Backed(Thing):
    """A thing of which a backup exists."""

    def earlier_data(self):
        return Earlier("backup b of 2026-11-30", "run these commands:\naws restore")


@pytest.mark.parametrize("check", [True, False])
def test_an_empty_resource_beside_a_backup_is_a_decision(cloud, check):
    outcome = run(cloud, check=check, kind=Backed)
    assert (outcome.plan.action, cloud.requests) == ("refuse", [])
    assert "backup b of 2026-11-30 of it does" in outcome.refusal and outcome.refusal.endswith("\naws restore")
    assert "-e create_empty=thing:x" in outcome.refusal
    assert run(cloud, check=check, kind=Backed, create_empty=["thing:x"]).plan.action == "create"


def test_a_resource_that_exists_has_no_earlier_data(cloud):
    run(cloud)
    assert run(cloud, kind=Backed).plan.action == "none"
