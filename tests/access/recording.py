"""Recording of the permissions that runs need: action, resource and condition keys, with ids made equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from emulator.access import enforcement
from emulator.access.context import request_keys, values
from emulator.access.needs import Need
from emulator.access.policies import Principal
from emulator.access.resources import Call

# The condition keys that the policies may use. Their values are recorded for each need.
KEYS = (
    "aws:RequestedRegion",
    "aws:RequestTag/mtk:environment",
    "aws:ResourceTag/mtk:environment",
    "dynamodb:LeadingKeys",
    "ec2:CreateAction",
    "iam:AWSServiceName",
    "iam:PassedToService",
    "iam:PermissionsBoundary",
    "iam:PolicyARN",
    "kms:GrantIsForAWSResource",
    "kms:ResourceAliases",
    "kms:ViaService",
    "application-autoscaling:service-namespace",
)
TAG_KEYS = "aws:TagKeys"  # recorded where tags are removed: the policies limit nothing else by it
REMOVING = (":DeleteTags", ":UntagResource", ":RemoveTagsFromResource", ":UntagRole", ":UntagPolicy")
# What differs from run to run: ids, and the suffixes that AWS gives to names.
CHANGING = (
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "11111111-1111-1111-1111-111111111111"),
    (re.compile(r"\b([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,17}$"), r"\1-1"),
    (re.compile(r"(:secret:.+)-[A-Za-z0-9]{6}$"), r"\1-AbCdEf"),
    (re.compile(r"/stream/[^/]+$"), "/stream/1"),
    (re.compile(r"/backup/[^/]+$"), "/backup/1"),
    (re.compile(r"\b(cluster|ab)-[A-Za-z0-9]{20,}\b"), r"\1-1"),
    (re.compile(r"([a-z]-final)-[-0-9a-z]+$"), r"\1-1"),
)  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """A need of a run: an action on a resource, and the values of condition keys."""

    action: str
    resource: str
    keys: tuple[tuple[str, tuple[str, ...]], ...]

    def as_json(self) -> dict[str, Any]:
        return {"action": self.action, "resource": self.resource, "keys": {k: list(v) for k, v in self.keys}}

    @classmethod
    def of_json(cls, row: dict[str, Any]) -> Recorded:
        return cls(row["action"], row["resource"], tuple((k, tuple(v)) for k, v in row["keys"].items()))


def settled(resource: str) -> str:
    """Return an ARN in which everything that AWS chooses has a fixed value."""
    for changing, fixed in CHANGING:
        resource = changing.sub(fixed, resource)
    return resource


def recorded(principal: Principal, call: Call, need: Need) -> Recorded:
    """Return a need with the values of its condition keys at this moment."""
    keys = {**request_keys(call, principal, "127.0.0.1"), **need.keys}
    if need.region:
        keys["aws:requestedregion"] = (need.region,)
    value_of = values(call, need.resource, keys)
    wanted = (*KEYS, TAG_KEYS) if need.action.endswith(REMOVING) else KEYS
    found = {key: value_of(key) for key in wanted}
    return Recorded(
        need.action,
        settled(need.resource),
        tuple((key, tuple(sorted(map(str, value)))) for key, value in found.items() if value is not None),
    )


@dataclass
class Recorder:
    """The needs of the calls of ``recording``, by the name of the run."""

    run: str = ""
    needs: dict[str, set[Recorded]] = field(default_factory=dict)

    def add(self, need: Recorded) -> None:
        if self.run:
            self.needs.setdefault(self.run, set()).add(need)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record the needs of all calls that the local AWS of this process gets while it evaluates policies."""
    recorder, check = Recorder(), enforcement.check

    def noting(principal: Principal, call: Call, need: Need, address: str) -> None:
        recorder.add(recorded(principal, call, need))
        check(principal, call, need, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enforcement, "check", noting)
        yield recorder
