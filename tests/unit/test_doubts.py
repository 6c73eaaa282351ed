"""Requests with an unclear outcome: the loop looks again before it sends one again or fails."""

from __future__ import annotations

import pytest
from access import scan
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._doubts import EXISTS, GONE
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from test_reconcile import Cloud, Thing


class HTTPClientError(Exception):
    """botocore's error for a request whose answer did not arrive. The engine knows it by its name."""

    response = None


class AwsError(Exception):
    """An error of AWS."""

    def __init__(self, code, status=400, operation=""):
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        self.operation_name = operation


class LossyCloud(Cloud):
    """A fake AWS that carries out a request, unless ``done`` is false, and then raises the next one of ``errors``."""

    def __init__(self, *errors, done=True):
        super().__init__()
        self.errors = list(errors)
        self.done = done

    def raise_next(self):
        if self.errors:
            raise self.errors.pop(0)


class LossyThing(Thing):
    """A thing of a cloud that loses answers."""

    def create(self, want):
        self.send(super().create, want)

    def update(self, have, changes):
        return self.send(super().update, have, changes)

    def delete(self, have):
        self.send(super().delete, have)

    def send(self, verb, *arguments):
        if not self.aws.errors or self.aws.done:
            answer = verb(*arguments)
        else:
            self.aws.requests.append("refused")
        self.aws.raise_next()
        return answer


def run_lossy(cloud, *, present=True, **params):
    thing = LossyThing(cloud, {"name": "x", "purge_tags": True, "size": 1, "colour": "red", "parts": None, **params})
    return reconcile(thing, present=present, timeout=600, sleep=cloud.sleep, clock=lambda: cloud.now)


LOST = pytest.param(HTTPClientError("closed"), id="lost")
BROKEN = pytest.param(AwsError("InternalError", 500), id="broken")


@pytest.mark.parametrize("lag", [0, 1, 3])
@pytest.mark.parametrize("error", [LOST, BROKEN])
def test_a_creation_without_an_answer_is_looked_for_and_not_repeated(error, lag):
    cloud = LossyCloud(error)
    outcome = run_lossy(cloud, tags={}, lag=lag)
    assert cloud.requests == ["create"] and outcome.changed and outcome.settled
    assert len(cloud.things) == 1


@pytest.mark.parametrize("error", [LOST, BROKEN])
def test_a_creation_that_was_not_carried_out_is_sent_again(error):
    cloud = LossyCloud(error, done=False)
    assert run_lossy(cloud, tags={}).settled
    assert cloud.requests == ["refused", "create"]


@pytest.mark.parametrize(("error", "attempts"), [(HTTPClientError("closed"), 2), (AwsError("InternalError", 500), 5)])
def test_a_request_that_is_never_answered_ends_with_its_error(error, attempts):
    cloud = LossyCloud(*[error] * 9, done=False)
    with pytest.raises(type(error)) as found:
        run_lossy(cloud, tags={})
    assert found.value is error and cloud.requests == ["refused"] * attempts


@pytest.mark.parametrize("lag", [0, 3])
@pytest.mark.parametrize("error", [LOST, BROKEN])
def test_each_step_of_an_update_may_lose_its_answer(error, lag):
    cloud = LossyCloud()
    run_lossy(cloud, tags={})
    cloud.requests.clear()
    cloud.errors = [error] * 3
    outcome = run_lossy(cloud, size=2, parts=["a"], tags={"b": "1"}, lag=lag)
    assert sorted(set(cloud.requests)) == ["update parts", "update size", "update tags"] and outcome.settled
    assert cloud.things[0]["parts"] == ["a"] and cloud.things[0]["size"] == 2


@pytest.mark.parametrize("error", [LOST, BROKEN, AwsError("InvalidVpcID.NotFound", operation="DeleteVpc")])
def test_a_deletion_without_an_answer_is_not_repeated(error):
    cloud = LossyCloud()
    run_lossy(cloud, tags={})
    cloud.requests.clear()
    cloud.errors = [error]
    assert run_lossy(cloud, present=False).have is None
    assert cloud.requests == ["delete"]


def test_exists_already_is_read_and_taken():
    """Another run, or the first attempt of this one, has created the thing."""
    cloud = LossyCloud(AwsError("InvalidGroup.Duplicate", operation="CreateSecurityGroup"))
    assert run_lossy(cloud, tags={}, lag=3).settled
    assert cloud.requests == ["create"]


def test_exists_already_that_belongs_to_another_environment_is_refused():
    cloud = LossyCloud(AwsError("EntityAlreadyExists", operation="CreateRole"))

    class Other(LossyThing):
        def create(self, want):
            super().create({**want, "tags": {"Name": "x", "mtk:environment": "qa"}})

    params = {"name": "x", "purge_tags": True, "size": 1, "colour": "red", "parts": None}
    thing = Other(cloud, {**params, "tags": {"mtk:environment": "dev"}})
    with pytest.raises(Refused, match="belongs to environment 'qa'"):
        reconcile(thing, sleep=cloud.sleep, clock=lambda: cloud.now)


@pytest.mark.parametrize("code", ["InvalidSubnet.Conflict", "EntityAlreadyExists"])
def test_exists_already_that_stays_untrue_is_the_error_of_aws(code):
    """The block of a subnet is taken by another subnet, for example."""
    cloud = LossyCloud(AwsError(code, operation="CreateSubnet"), done=False)
    with pytest.raises(AwsError, match=code):
        run_lossy(cloud, tags={})
    assert cloud.requests == ["refused"] and cloud.now > 1


def test_not_found_is_an_error_where_something_is_added():
    cloud = LossyCloud(AwsError("InvalidVpcID.NotFound", operation="CreateSubnet"), done=False)
    with pytest.raises(AwsError, match="InvalidVpcID.NotFound"):
        run_lossy(cloud, tags={})
    assert cloud.requests == ["refused"] and cloud.now == 0


def test_a_read_without_an_answer_ends_with_its_error(monkeypatch):
    def siblings(self):
        raise HTTPClientError("closed")

    monkeypatch.setattr(LossyThing, "siblings", siblings)
    with pytest.raises(HTTPClientError, match="closed"):
        run_lossy(LossyCloud(), tags={})


def test_the_answers_of_every_service_that_is_written_to_are_known():
    read = {"sts", "tag"}
    assert EXISTS.keys() == GONE.keys() == {action.partition(":")[0] for action in scan.clear()} - read
