# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look-ups from names to ids. Tasks name the resources of other roles, plays, hosts and loop items by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._pools import SHARED
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, UNKNOWN, Refused

# kind: operation, key of the answer, field of the id. These kinds are found by their Name tag.
_EC2 = {
    "ipam": ("describe_ipams", "ipams", "ipam_id"),
    "ipam_default_scope": ("describe_ipams", "ipams", "private_default_scope_id"),
    "ipam_scope": ("describe_ipam_scopes", "ipam_scopes", "ipam_scope_id"),
    "ipam_pool": ("describe_ipam_pools", "ipam_pools", "ipam_pool_id"),
    "vpc": ("describe_vpcs", "vpcs", "vpc_id"),
    "subnet": ("describe_subnets", "subnets", "subnet_id"),
    "route_table": ("describe_route_tables", "route_tables", "route_table_id"),
    "internet_gateway": ("describe_internet_gateways", "internet_gateways", "internet_gateway_id"),
    "nat_gateway": ("describe_nat_gateways", "nat_gateways", "nat_gateway_id"),
}
_WITHOUT_TAG = ("ipam", "ipam_default_scope", "ipam_scope")  # IPAM may be somebody else's, and AWS creates scopes
_GONE = {"deleted", "deleting", "failed", "delete-complete", "delete-in-progress"}


def resolve(aws: Any, references: Mapping[str, tuple[str, str]], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ids that ``params`` give, by id or by name, by the option that holds the id.

    ``references`` are ``{"vpc_name": ("vpc_id", "vpc"), "subnet_names": ("subnet_ids", "subnet")}``. A name that no
    resource has yet becomes ``(known after apply)``. Lists are sorted. Options that are not given are left out.
    """
    found: dict[str, Any] = {}
    for option, (id_option, kind) in references.items():
        ids, name = params.get(id_option), params.get(option)
        if ids is not None:
            found[id_option] = sorted(ids) if isinstance(ids, list) else ids
        elif isinstance(name, list):
            found[id_option] = sorted(_find(aws, kind, each, params) for each in name)
        elif name is not None:
            found[id_option] = _find(aws, kind, name, params)
    return found


def _find(aws: Any, kind: str, name: str, params: Mapping[str, Any]) -> Any:
    if kind in _EC2:
        return find_id(aws, kind, name, params=params)
    if (kind, name, None) not in aws.ids:
        found = _role(aws, name, params) if kind == "iam_role" else _security_group(aws, name, params)
        if found == UNKNOWN:
            return UNKNOWN
        aws.ids[kind, name, None] = found  # the id of a name does not change while a task runs
    return aws.ids[kind, name, None]


def owner_of(params: Mapping[str, Any]) -> str | None:
    """Return the environment that the options name: the option ``environment``, or the owner's tag."""
    owner = params.get("environment") or (params.get("tags") or {}).get(OWNER_TAG)
    return None if owner is None else str(owner)


def may_use(kind: str, name: str, found: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether a resource of this name may be used: it belongs to the owner or to all environments.

    A resource that the run takes over may be used, too. Options that name no owner may use any resource. In check
    mode a plan is compared with what exists.
    """
    owner = owner_of(params)
    free = owner is None or params.get("check_mode") or kind in _WITHOUT_TAG
    if free or (found.get("tags") or {}).get(OWNER_TAG) in (owner, SHARED):
        return True
    module = kind if kind == "iam_role" else f"ec2_{kind}"
    return f"{module}:{name}" in (params.get("adopt") or ())


def is_foreign_role(aws: Any, name: str, params: Mapping[str, Any]) -> bool:
    """Return whether a role exists and may not be used, because it has no owner, or another one."""
    role = _get_role(aws, name)
    return role is not None and not may_use("iam_role", name, role, params)


def _role(aws: Any, name: str, params: Mapping[str, Any]) -> Any:
    role = _get_role(aws, name)
    return role["arn"] if role and may_use("iam_role", name, role, params) else UNKNOWN


def _get_role(aws: Any, name: str) -> dict[str, Any] | None:
    found = aws.found("NoSuchEntity", lambda: aws.call("iam", "get_role", role_name=name))
    return found["role"] if found else None


def _security_group(aws: Any, name: str, params: Mapping[str, Any]) -> Any:
    vpc = resolve(aws, {"vpc_name": ("vpc_id", "vpc")}, params).get("vpc_id", UNKNOWN)
    group = _security_groups(aws, vpc).get(name)
    return group["group_id"] if group and may_use("security_group", name, group, params) else UNKNOWN


def find(
    aws: Any, kind: str, name: str, region: str | None = None, params: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """Return the EC2 resource whose Name tag is ``name``, or None. Raise Refused if several have it.

    If ``params`` name an owner, a resource without an owner does not count.
    """
    operation, key = _EC2[kind][:2]
    listed = aws.pages("ec2", operation, key, region)  # without filters: all modules of this kind share the answer
    found = [r for r in listed if (r.get("tags") or {}).get("Name") == name and r.get("state") not in _GONE]
    found = [r for r in found if may_use(kind, name, r, params or {})]
    if len(found) > 1:
        raise Refused(
            f"{len(found)} resources of kind {kind} have the Name tag '{name}', and a name must be unique: remove or "
            "rename the others"
        )
    return found[0] if found else None


def find_id(aws: Any, kind: str, name: str, region: str | None = None, params: Mapping[str, Any] | None = None) -> Any:
    """Return the id of the EC2 resource whose Name tag is ``name``; ``(known after apply)`` if it does not exist."""
    if name == UNKNOWN:
        return name
    request = (kind, name, region)
    if request not in aws.ids:
        found = find(aws, kind, name, region, params)
        if found is None:
            return UNKNOWN
        aws.ids[request] = found[_EC2[kind][2]]  # the id of a name does not change while a task runs
    return aws.ids[request]


def security_groups(aws: Any, vpc_id: str) -> dict[str, str]:
    """Return the ids of the security groups of a VPC by their group names."""
    return {name: group["group_id"] for name, group in _security_groups(aws, vpc_id).items()}


def _security_groups(aws: Any, vpc_id: str) -> dict[str, Mapping[str, Any]]:
    if vpc_id == UNKNOWN:
        return {}
    listed = aws.pages("ec2", "describe_security_groups", "security_groups")
    return {group["group_name"]: group for group in listed if group.get("vpc_id") == vpc_id}


def key_arn(aws: Any, key: str | None, region: str | None = None) -> Any:
    """Return the ARN of a KMS key that is given as ARN, id or ``alias/...``, in the region where it is used."""
    if not key or key == UNKNOWN or key.startswith("arn:") and ":key/" in key:
        return key
    for alias in aws.pages("kms", "list_aliases", "aliases", region):
        if alias["alias_name"] == key and alias.get("target_key_id"):
            return f"{alias['alias_arn'].rpartition(':')[0]}:key/{alias['target_key_id']}"
    found = _key(aws, key, region)
    if not found and key.startswith("alias/"):
        return _key_without_alias(aws, key, region)
    return found.get("arn", UNKNOWN)


def is_own_key(aws: Any, arn: Any, params: Mapping[str, Any]) -> bool:
    """Return whether a KMS key has the tag of the owner that the options name."""
    owner = owner_of(params)
    if owner is None or not str(arn).startswith("arn:"):
        return False
    denied = ["AccessDeniedException", "NotFoundException"]
    region = str(arn).split(":")[3]

    def ask() -> dict[str, str]:
        found = aws.found(denied, lambda: aws.call("kms", "list_resource_tags", region, key_id=arn))
        return (found or {}).get("tags") or {}

    return bool(aws.tags(arn, {OWNER_TAG: owner}, ask).get(OWNER_TAG) == owner)


def usable_key(
    aws: Any, key: str | None, params: Mapping[str, Any], present: str | None = None, region: str | None = None
) -> Any:
    """Return the ARN of a KMS key like :func:`key_arn`; ``(known after apply)`` if an alias leads to a foreign key.

    ``present`` is the key that the resource uses already; it is kept. A key that is given by its ARN or id may be used.
    """
    arn = key_arn(aws, key, region)
    named = str(key).startswith("alias/") and not str(key).startswith("alias/aws/")
    free = owner_of(params) is None or f"kms_key:{key}" in (params.get("adopt") or ())
    if not named or free or arn in (UNKNOWN, present) or is_own_key(aws, arn, params):
        return arn
    return UNKNOWN


def _key(aws: Any, key: str, region: str | None, missing: tuple[str, ...] = ("NotFoundException",)) -> dict[str, Any]:
    found = aws.found(list(missing), lambda: aws.call("kms", "describe_key", region, key_id=key))
    return dict(found["key_metadata"]) if found else {}


def _key_without_alias(aws: Any, alias: str, region: str | None) -> Any:
    """Return the key whose Name tag is the alias: it lost the alias, or kms_key has not given it yet."""
    missing = ("NotFoundException", "AccessDeniedException")  # a key that may not be described is not ours
    keys = [_key(aws, key_id, region, missing) for key_id in keys_named(aws, alias, None, region)]
    usable = [key["arn"] for key in keys if key.get("key_state") in ("Enabled", "Disabled")]
    return usable[0] if len(usable) == 1 else UNKNOWN


def owned(aws: Any, owner: str | None, region: str | None = None) -> list[dict[str, Any]]:
    """Return ARN and tags of everything in a region that bears an owner's tag. All tasks of a run share the answer."""
    return _tagged(aws, region, tag_filters=[{"key": OWNER_TAG, "values": [str(owner)]}]) if owner else []


def keys_named(aws: Any, alias: str, owner: str | None = None, region: str | None = None) -> list[str]:
    """Return the ids of the KMS keys whose Name tag is an alias and, if given, whose owner's tag is ``owner``.

    KMS itself can only list all keys of an account, with one request for the tags of each. Keys that wait for their
    deletion are included.
    """
    name = alias.removeprefix("alias/")
    listed = (
        owned(aws, owner, region)
        if owner
        else _tagged(aws, region, tag_filters=[{"key": "Name", "values": [name]}], resource_type_filters=["kms:key"])
    )
    arns = [entry["resource_arn"] for entry in listed if entry["tags"].get("Name") == name]
    return [arn.rpartition("/")[2] for arn in arns if arn.split(":")[2] == "kms"]


def _tagged(aws: Any, region: str | None, **filters: Any) -> list[dict[str, Any]]:
    key = "resource_tag_mapping_list"
    found = aws.found(
        ["AccessDeniedException"],
        lambda: aws.pages("resourcegroupstaggingapi", "get_resources", key, region, **filters),
    )
    return found or []
