# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least-privilege policies of an environment as values, from the table of grants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import (
    _access_data,
    _access_network,
    _access_reads,
    _access_roles,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import (
    CONDITIONS,
    HOLDERS,
    LINKED_SERVICES,
    Grant,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import RULES, resource_name

GRANTS: tuple[Grant, ...] = (
    *_access_reads.READS,
    *_access_reads.LOCK,
    *_access_network.NETWORK,
    *_access_roles.ROLES,
    *_access_data.RDS,
    *_access_data.DYNAMODB,
    *_access_data.KMS,
    *_access_data.LOGS,
    *_access_data.SECRETS,
    *_access_data.SSM,
)
LIMIT = 6144  # characters of a managed policy, without white space
Statement = dict[str, Any]
Document = dict[str, Any]
_FIELD = re.compile(r"\{(\w+)\}")
# Where the global services of a partition are, and the end of its host names.
_PARTITIONS = {
    "aws": ("us-east-1", "amazonaws.com"),
    "aws-cn": ("cn-north-1", "amazonaws.com.cn"),
    "aws-us-gov": ("us-gov-west-1", "amazonaws.com"),
}


@dataclass(frozen=True)
class Scope:
    """Hold what the policies are for. The first region is the home region.

    ``boundaries`` and ``paths`` are the permissions boundary and the IAM path by role of this collection: ``ipam_vpc``
    makes the role and the policy of the flow logs, ``aurora`` the role of Enhanced Monitoring. ``parameters`` is the
    path of the SSM parameters with the outputs; empty if there are none.
    """

    environment: str
    account: str
    regions: Sequence[str]
    partition: str = "aws"
    boundaries: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    parameters: str = ""

    def has(self, grant: Grant) -> bool:
        """Return whether the environment has what a grant is for."""
        boundary = bool(self.boundaries.get(grant.of))
        present = {
            "always": True,
            "boundary": boundary,
            "no boundary": not boundary,
            "parameters": bool(self.parameters),
        }
        return present[grant.when]

    @property
    def global_region(self) -> str:
        return _PARTITIONS[self.partition][0]

    @property
    def suffix(self) -> str:
        return _PARTITIONS[self.partition][1]


@dataclass(frozen=True)
class Policies:
    """Managed policies by name, and for each of the four roles the names of those to attach."""

    documents: Mapping[str, Document]
    attach: Mapping[str, Sequence[str]]


def policies(scope: Scope) -> Policies:
    """Return the policies of an environment. The planner's policies are attached to each of the four.

    Raise ValueError for an unknown partition, and for a scope without regions.
    """
    if scope.partition not in _PARTITIONS:
        raise ValueError(f"partition is '{scope.partition}'; known are {', '.join(sorted(_PARTITIONS))}.")
    if not scope.regions:
        raise ValueError("the environment has no regions.")
    documents: dict[str, Document] = {}
    parts: dict[str, list[str]] = {}
    for holder in HOLDERS:
        packed = pack(statements(scope, holder))
        names = [f"{scope.environment}_{holder}_{number}" for number in range(1, len(packed) + 1)]
        documents.update(zip(names, packed, strict=True))
        parts[holder] = names
    planner = HOLDERS[0]
    attach = {holder: parts[planner] + (parts[holder] if holder != planner else []) for holder in HOLDERS}
    return Policies(documents, attach)


def statements(scope: Scope, holder: str) -> list[Statement]:
    """Return the statements that a holder has beyond those of the planner."""
    return [statement for grant in GRANTS if holder in grant.holders and (statement := _statement(scope, grant))]


def _statement(scope: Scope, grant: Grant) -> Statement | None:
    if not scope.has(grant):
        return None
    conditions: dict[str, dict[str, Any]] = {}
    for name in grant.conditions:
        for operator, keys in CONDITIONS[name].items():
            found = {key: _values(scope, grant, value) for key, value in keys.items()}
            conditions.setdefault(operator, {}).update(found)
    resources = _resources(scope, grant)
    return {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": sorted(grant.actions.split()),
        "Resource": resources[0] if len(resources) == 1 else resources,
        **({"Condition": conditions} if conditions else {}),
    }


def _values(scope: Scope, grant: Grant, value: str | Sequence[str]) -> Any:
    texts = [value] if isinstance(value, str) else value
    found = list(dict.fromkeys(filled for text in texts for filled in _fill(scope, grant, text)))
    return found[0] if isinstance(value, str) and len(found) == 1 else found


def _resources(scope: Scope, grant: Grant) -> list[str]:
    """Return the ARNs of a grant; each of its resources is ``service:region:resource``, a star, or a field."""
    found: list[str] = []
    for resource in grant.resources:
        if resource == "*":
            found.append("*")
            continue
        if ":" not in resource:
            found += _fill(scope, grant, resource)
            continue
        service, region, rest = resource.split(":", 2)
        found += _fill(scope, grant, f"arn:{{partition}}:{service}:{region}:{{account}}:{rest}")
    return list(dict.fromkeys(found))


def _fill(scope: Scope, grant: Grant, text: str) -> Iterator[str]:
    """Yield a text with its fields filled in: once, or for each region or service that one of its fields names."""
    fields = set(_FIELD.findall(text))
    regional = "region" in fields or any("region" in RULES[name].parts for name in fields & RULES.keys())
    places = scope.regions if regional else scope.regions[:1]
    services = LINKED_SERVICES if "linked_service" in fields else [""]
    for region, service in product(places, services):
        fixed = {
            "account": scope.account,
            "boundary": scope.boundaries.get(grant.of, ""),
            "environment": scope.environment,
            "global_region": scope.global_region,
            "home": scope.regions[0],
            "linked_service": service,
            "parameters": scope.parameters,
            "partition": scope.partition,
            "path": scope.paths.get(grant.of) or "/",
            "region": region,
            "suffix": scope.suffix,
        }
        names = {name: resource_name(name, scope.environment, region, "*") for name in fields & RULES.keys()}
        yield text.format(**fixed, **names)


def size(document: Document) -> int:
    """Return the characters of a document that count for AWS's limit."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def pack(found: Iterable[Statement]) -> list[Document]:
    """Return documents with the statements in their order, each as large as AWS allows.

    A statement that is too large for a document of its own, because of many regions, is split by its resources.
    """
    documents: list[Document] = []
    for statement in (part for each in found for part in _split(each)):
        grown = _document([*documents[-1]["Statement"], statement]) if documents else _document([statement])
        if documents and size(grown) <= LIMIT:
            documents[-1] = grown
        else:
            documents.append(_document([statement]))
    return documents


def _document(found: Sequence[Statement]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(found)}


def _split(statement: Statement) -> Iterator[Statement]:
    resources = statement["Resource"]
    if size(_document([statement])) <= LIMIT or isinstance(resources, str):
        yield statement
        return
    half = len(resources) // 2
    for suffix, part in (("A", resources[:half]), ("B", resources[half:])):
        yield from _split({**statement, "Sid": statement["Sid"] + suffix, "Resource": part})
