"""The calls on parameter groups and subnet groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from .. import account
from ..clock import Timeline
from ..core import AwsError
from . import checks, engine, parameters
from .base import Calls
from .cluster_rules import subnets_in
from .describe import describe_subnet_group
from .models import DEFAULT_GROUP, RdsBackend
from .resources import ParameterGroup, SubnetGroup

PREFIX = {"cluster": "DBClusterParameterGroup", "instance": "DBParameterGroup"}
KIND = {"cluster": "cluster-pg", "instance": "pg"}  # in ARNs
QUOTAS = {scope: f"{prefix}s" for scope, prefix in PREFIX.items()}


def _both(call: Callable[[Any, str], ActionResult]) -> Iterator[Callable[[Any], ActionResult]]:
    """Yield a call for the parameter groups of clusters and the same call for those of instances."""
    yield lambda self: call(self, "cluster")
    yield lambda self: call(self, "instance")


class ParameterGroupCalls(Calls):
    """The calls on parameter groups, which exist once for clusters and once for instances."""

    def _create(self, scope: str) -> ActionResult:
        backend, p = self.backend, self.params
        field = f"{PREFIX[scope]}Name"
        name = checks.identifier(field, p.get(field), 255)
        known = backend.parameter_groups[scope]
        if name in known:
            raise AwsError("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
        account.require_room(QUOTAS[scope], len(known))
        family = _require_family(p.get("DBParameterGroupFamily"))
        if not p.get("Description"):
            raise checks.value("The parameter Description must be provided and must not be blank.")
        arn = backend.arn(KIND[scope], name)
        group = ParameterGroup(arn, checks.tags(p.get("Tags")), scope, name, family, p["Description"])
        known[name] = group
        return ActionResult({PREFIX[scope]: _describe_group(group)})

    def _describe(self, scope: str) -> ActionResult:
        backend, name = self.backend, self.params.get(f"{PREFIX[scope]}Name")
        if name:
            groups = [backend.parameter_group(scope, name.removeprefix(backend.arn(KIND[scope], "")))]
        else:
            defaults = [backend.parameter_group(scope, f"default.{family}") for family in engine.FAMILIES]
            groups = [*defaults, *backend.parameter_groups[scope].values()]
        return self.page(f"{PREFIX[scope]}s", [_describe_group(group) for group in groups])

    def _parameters(self, scope: str) -> ActionResult:
        group = self.backend.parameter_group(scope, str(self.params.get(f"{PREFIX[scope]}Name")))
        items = _parameters_of(group)
        source = self.params.get("Source")
        if source:
            checks.one_of("Source", source, ["user", "system", "engine-default"])
            items = [i for i in items if i["Source"] == source]
        return self.page("Parameters", items, {"parameter-name": lambda i: [i["ParameterName"]]})

    def _own(self, scope: str) -> ParameterGroup:
        """Return the group to change. Refuse AWS's default groups."""
        field = f"{PREFIX[scope]}Name"
        group = self.backend.parameter_group(scope, str(self.params.get(field)))
        checks.identifier(field, group.name, 255)
        return group

    def _changes(self) -> list[dict[str, Any]]:
        changes = self.params.get("Parameters") or []
        if not 1 <= len(changes) <= 20:
            raise checks.value("Between 1 and 20 parameters can be changed in a single request.")
        return list(changes)

    def _modify(self, scope: str) -> ActionResult:
        group, changes = self._own(scope), self._changes()
        found = [parameters.check(change, group.family, scope) for change in changes]
        group.changing = _pending()
        for parameter, change in zip(found, changes, strict=True):
            value, method = str(change.get("ParameterValue", "")), change["ApplyMethod"]
            before = group.values.get(parameter.name, ("", ""))[0]
            # AWS treats the engine's default value as unset.
            if value == parameter.default:
                group.values.pop(parameter.name, None)
            else:
                group.values[parameter.name] = (value, method)
            if before != value and method == "pending-reboot":
                group.revision += 1
            text = f"Updated parameter {parameter.name} to {value} with apply method {method}"
            self.backend.note(group, "configuration change", text)
        return ActionResult({f"{PREFIX[scope]}Name": group.name})

    def _reset(self, scope: str) -> ActionResult:
        group, everything = self._own(scope), self.params.get("ResetAllParameters")
        if group.changing and not group.changing.settled:
            raise AwsError("InvalidDBParameterGroupState", f"Parameter group {group.name} has pending changes.")
        if everything and self.params.get("Parameters"):
            raise checks.combination("Parameters can't be given together with ResetAllParameters.")
        if everything:
            names = list(group.values)
        else:
            changes = self._changes()
            names = [parameters.check(change, group.family, scope, with_value=False).name for change in changes]
        for name in names:
            if group.values.pop(name, None) and parameters.table(group.family, scope)[name].apply == "static":
                group.revision += 1
        group.changing = _pending()
        return ActionResult({f"{PREFIX[scope]}Name": group.name})

    def _delete(self, scope: str) -> ActionResult:
        group, backend = self._own(scope), self.backend
        used = any(
            backend.groups_of(i, backend.clusters[i.cluster])[scope] == group.name for i in backend.instances.values()
        )
        if scope == "cluster":
            used = any(c.data["DBClusterParameterGroup"] == group.name for c in backend.clusters.values())
        if used or not (group.held is None or group.held.settled):
            raise AwsError(
                "InvalidDBParameterGroupState",
                f"One or more database instances are still members of this parameter group {group.name}, so the group "
                "cannot be deleted",
            )
        del backend.parameter_groups[scope][group.name]
        return EmptyResult()

    create_db_cluster_parameter_group, create_db_parameter_group = _both(_create)
    describe_db_cluster_parameter_groups, describe_db_parameter_groups = _both(_describe)
    describe_db_cluster_parameters, describe_db_parameters = _both(_parameters)
    modify_db_cluster_parameter_group, modify_db_parameter_group = _both(_modify)
    reset_db_cluster_parameter_group, reset_db_parameter_group = _both(_reset)
    delete_db_cluster_parameter_group, delete_db_parameter_group = _both(_delete)


def _pending() -> Timeline:
    """Return the timeline of a change of a parameter group."""
    return Timeline(("pending", 20), ("done", 0))


def _require_family(family: str | None) -> str:
    if family not in engine.FAMILIES:
        raise checks.value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    return str(family)


def _describe_group(group: ParameterGroup) -> dict[str, Any]:
    prefix = PREFIX[group.scope]
    return {
        f"{prefix}Name": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        f"{prefix}Arn": group.arn,
    }


def _parameters_of(group: ParameterGroup) -> list[dict[str, Any]]:
    return [
        parameters.describe(parameter, group.scope, group.values.get(parameter.name))
        for parameter in parameters.table(group.family, group.scope).values()
    ]


class SubnetGroupCalls(Calls):
    """The calls on DB subnet groups."""

    def create_db_subnet_group(self) -> ActionResult:
        backend, p = self.backend, self.params
        name = str(p.get("DBSubnetGroupName") or "").lower()
        if name == "default" or not re.fullmatch(r"[a-z][a-z0-9 ._-]{0,254}", name):
            raise checks.value("The parameter DBSubnetGroupName is not a valid identifier.")
        if name in backend.subnet_groups:
            raise AwsError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
        account.require_room("DBSubnetGroups", len(backend.subnet_groups))
        if not p.get("DBSubnetGroupDescription"):
            raise checks.value("The parameter DBSubnetGroupDescription must be provided and must not be blank.")
        vpc, subnets = _subnets(backend, p.get("SubnetIds") or [])
        tags, text = checks.tags(p.get("Tags")), p["DBSubnetGroupDescription"]
        group = SubnetGroup(backend.arn("subgrp", name), tags, name, text, vpc, subnets)
        backend.subnet_groups[name] = group
        return ActionResult({"DBSubnetGroup": describe_subnet_group(group)})

    def describe_db_subnet_groups(self) -> ActionResult:
        backend, name = self.backend, self.params.get("DBSubnetGroupName")
        groups = [backend.subnet_group(name)] if name else list(backend.subnet_groups.values())
        return self.page("DBSubnetGroups", [describe_subnet_group(group) for group in groups])

    def modify_db_subnet_group(self) -> ActionResult:
        """Replace the subnets of a group."""
        backend, p = self.backend, self.params
        group = _own_subnet_group(backend, p.get("DBSubnetGroupName"))
        vpc, subnets = _subnets(backend, p.get("SubnetIds") or [])
        clusters = _users(backend, group)
        if clusters and vpc != group.vpc:
            raise AwsError("InvalidSubnet", "The subnets of a DB subnet group in use must stay in its VPC.")
        zones = {zone for _, zone in subnets}
        for instance in backend.instances.values():
            if instance.cluster in clusters and instance.data["AvailabilityZone"] not in zones:
                raise AwsError("SubnetAlreadyInUse", f"A subnet to be removed is in use by {instance.name}.")
        group.vpc, group.subnets = vpc, subnets
        group.description = p.get("DBSubnetGroupDescription") or group.description
        return ActionResult({"DBSubnetGroup": describe_subnet_group(group)})

    def delete_db_subnet_group(self) -> ActionResult:
        backend = self.backend
        group = _own_subnet_group(backend, self.params.get("DBSubnetGroupName"))
        used = _users(backend, group)
        if used:
            raise AwsError(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{group.name}' because at least one database cluster is still using "
                f"it: {used[0]}.",
            )
        del backend.subnet_groups[group.name]
        return EmptyResult()


def _own_subnet_group(backend: RdsBackend, name: str | None) -> SubnetGroup:
    """Return the group to change or delete. Refuse the one of the default VPC."""
    group = backend.subnet_group(str(name))
    if group.name == DEFAULT_GROUP:
        raise checks.value("The default DB subnet group cannot be modified or deleted.")
    return group


def _users(backend: RdsBackend, group: SubnetGroup) -> list[str]:
    return [c.name for c in backend.clusters.values() if c.data["DBSubnetGroup"] == group.name]


def _subnets(backend: RdsBackend, ids: list[str]) -> tuple[str, list[tuple[str, str]]]:
    if not ids:
        raise checks.value("The parameter SubnetIds must be provided and must not be blank.")
    if len(set(ids)) > 20:
        raise AwsError("DBSubnetQuotaExceededFault", "A DB subnet group cannot have more than 20 subnets.")
    vpc, subnets = subnets_in(backend, ids)
    covered = len({zone for _, zone in subnets})
    if covered < 2:
        raise AwsError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{covered}. Add subnets to cover at least 2 AZs.",
        )
    return vpc, subnets
