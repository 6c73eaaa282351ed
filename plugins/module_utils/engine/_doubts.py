# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests with an unclear outcome: AWS is read again before one is sent again, or before its error is reported.

The answer to a request may be lost although AWS has carried the request out. When the request is then sent again, by
this run or by another one, AWS answers 'exists already' or 'not found'. Such an answer is news about the resource.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional, Union

from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import error_code, is_unanswered
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource, aws_error

Have = Optional[Mapping[str, Any]]  # pylint knows no | between types of typing
Sent = dict[str, set[str]]  # the differences that were sent in this run, by field
Code = Union[str, tuple[str, str]]  # an error code, alone or with a text that the message contains

PAUSES = (0.1, 0.4, 1.5, 5.0)  # seconds between the looks: reads show a write within seconds
LOST, BROKEN = 2, 5  # the attempts without an answer, and those that AWS answers with an error of its own

# The answers to a request that creates or adds what exists already, by service.
EXISTS: Mapping[str, tuple[Code, ...]] = {
    "application-autoscaling": (),  # registering and putting replace what exists
    "dynamodb": (
        "ReplicaAlreadyExistsException",
        ("ResourceInUseException", "Table already exists"),
        "TableAlreadyExistsException",
        ("ValidationException", "which already exists"),  # an index
        ("ValidationException", "TimeToLive is already"),
        ("ValidationException", "Table already has"),  # a stream
        ("ValidationException", "Table is already encrypted"),
        ("ValidationException", "The table class is already"),
    ),
    "ec2": (
        "DuplicateSubnetsInSameZone",
        "FlowLogAlreadyExists",
        ("InvalidParameter", "conflicting DNS domain"),  # an interface endpoint of the same service
        ("InvalidParameterValue", "already has an internet gateway"),
        "InvalidGroup.Duplicate",
        "InvalidPermission.Duplicate",
        "InvalidSubnet.Conflict",
        "Resource.AlreadyAssociated",
        "RouteAlreadyExists",
    ),
    "iam": ("EntityAlreadyExists",),
    "kms": ("AlreadyExistsException",),
    "logs": ("ResourceAlreadyExistsException",),
    "rds": (
        "DBClusterAlreadyExistsFault",
        "DBClusterSnapshotAlreadyExistsFault",
        "DBInstanceAlreadyExists",
        "DBParameterGroupAlreadyExists",
        "DBSubnetGroupAlreadyExists",
        "GlobalClusterAlreadyExistsFault",
        ("InvalidDBClusterStateFault", "is a part of global cluster"),
    ),
    "secretsmanager": (
        ("InvalidParameterException", "is already replicated"),
        "ResourceExistsException",
    ),
    "ssm": ("ParameterAlreadyExists",),
}
# The answers to a request that deletes or removes what is gone already, by service.
GONE: Mapping[str, tuple[Code, ...]] = {
    "application-autoscaling": ("ObjectNotFoundException",),
    "dynamodb": (
        "PolicyNotFoundException",
        "ReplicaNotFoundException",
        "ResourceNotFoundException",
        "TableNotFoundException",
    ),
    "ec2": (
        "Gateway.NotAttached",
        "InvalidAllocationID.NotFound",
        "InvalidAssociationID.NotFound",
        "InvalidFlowLogId.NotFound",
        "InvalidGroup.NotFound",
        "InvalidInternetGatewayID.NotFound",
        "InvalidIpamId.NotFound",
        "InvalidIpamPoolAllocationId.NotFound",
        "InvalidIpamPoolCidr.NotFound",
        "InvalidIpamPoolId.NotFound",
        "InvalidIpamScopeId.NotFound",
        "InvalidPermission.NotFound",
        "InvalidRoute.NotFound",
        "InvalidRouteTableID.NotFound",
        "InvalidSecurityGroupRuleId.NotFound",
        "InvalidSubnetID.NotFound",
        "InvalidVpcEndpointId.NotFound",
        "InvalidVpcEndpoint.NotFound",
        "InvalidVpcID.NotFound",
        "NatGatewayNotFound",
    ),
    "iam": ("NoSuchEntity",),
    "kms": ("NotFoundException",),
    "logs": ("ResourceNotFoundException",),
    "rds": (
        "DBClusterNotFoundFault",
        "DBClusterSnapshotNotFoundFault",
        "DBInstanceNotFound",
        "DBParameterGroupNotFound",
        "DBSubnetGroupNotFoundFault",
        "GlobalClusterNotFoundFault",
        ("InvalidParameterValue", "is not found in global cluster"),
    ),
    "secretsmanager": (
        ("InvalidParameterException", "has no replica"),
        "ResourceNotFoundException",
    ),
    "ssm": ("InvalidResourceId", "ParameterNotFound"),
}
# The first words of operations that need what they remove, or replace, to exist.
REMOVALS = (
    "Delete",
    "Deprovision",
    "Deregister",
    "Detach",
    "Disassociate",
    "Release",
    "Remove",
    "Replace",
    "Revoke",
    "Schedule",
    "Untag",
)


def is_unclear(error: Exception, deletes: bool) -> bool:
    """Return whether AWS has to be read again to learn what a request has done."""
    return is_unanswered(error) or is_news(error, deletes)


def is_news(error: Exception, deletes: bool = False) -> bool:
    """Return whether AWS refuses a request because what it asks for was done already. ``deletes``: for a deletion.

    >>> is_news(ClientError({"Error": {"Code": "RouteAlreadyExists"}}, "CreateRoute"))
    True
    """
    removes = deletes or str(getattr(error, "operation_name", "")).startswith(REMOVALS)
    code, message = aws_error(error)
    known = (entry if isinstance(entry, tuple) else (entry, "") for entry in (_GONE if removes else _EXISTS))
    return any(code == name and text in message for name, text in known)


_EXISTS = [code for codes in EXISTS.values() for code in codes]
_GONE = [code for codes in GONE.values() for code in codes]


class Doubts:
    """The unclear requests of one run of the loop. ``look`` reads the resource and plans."""

    def __init__(
        self, resource: Resource, look: Callable[[], tuple[Have, Plan]], sleep: Callable[[float], None]
    ) -> None:
        self._gradual = resource.gradual
        self._look = look
        self._sleep = sleep
        self._attempts: Counter[frozenset[str]] = Counter()

    def settle(self, error: Exception, plan: Plan, due: Iterable[str], sent: Sent) -> tuple[Have, Plan]:
        """Return the resource and the plan as they are after an unclear request for the fields ``due`` of ``plan``.

        Look until the plan shows that the request was carried out, and record that in ``sent``. If the plan does not
        show it, the request was not carried out and may be sent again. Raise ``error`` for the last attempt, and for
        news that does not come true.
        """
        steps = self._steps(plan, due)
        for pause in (0.0, *PAUSES):
            self._sleep(pause)
            have, new = self._look()
            left = self._steps(new, due) if new.action == plan.action else {}
            done = {name: found - left.get(name, frozenset()) for name, found in steps.items()}
            if any(done.values()):
                for name in (name for name in done if done[name]):
                    sent.setdefault(name, set()).update(done[name])
                return have, new
        self._count(error, frozenset().union(*steps.values()))
        return have, new

    def _steps(self, plan: Plan, fields: Iterable[str]) -> dict[str, frozenset[str]]:
        steps = plan.steps(self._gradual)
        return {name: steps[name] for name in fields if name in steps}

    def _count(self, error: Exception, steps: frozenset[str]) -> None:
        """Count an attempt that did nothing. Raise ``error`` if there may be no other one."""
        self._attempts[steps] += 1
        if not is_unanswered(error) or self._attempts[steps] >= (BROKEN if error_code(error) else LOST):
            raise error
