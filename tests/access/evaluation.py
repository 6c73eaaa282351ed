"""The recorded needs of runs, judged by policies with the evaluation of the local AWS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.access.policies import Decision, Principal, Request, decide

from .recording import Recorded

ACCOUNT = "123456789012"


def principal(documents: Iterable[Mapping[str, Any]]) -> Principal:
    """Return a role with these policies."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/test"
    return Principal(arn, "id", ACCOUNT, frozenset({arn}), tuple(json.dumps(each) for each in documents))


def judged(acting: Principal, need: Recorded) -> Decision:
    """Return the decision about a recorded need. The policies of keys delegate to IAM, as those of this product do."""
    keys = {key.lower(): values for key, values in need.keys}
    return decide(acting, Request(need.action, need.resource, lambda key: keys.get(key.lower())))


def refused(documents: Iterable[Mapping[str, Any]], needs: Iterable[Recorded]) -> list[Recorded]:
    """Return the needs that the policies do not meet."""
    acting = principal(documents)
    return [need for need in needs if not judged(acting, need).allowed]


def without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return a document without an action."""
    left = [{**each, "Action": [name for name in each["Action"] if name != action]} for each in document["Statement"]]
    return {**document, "Statement": [each for each in left if each["Action"]]}
