# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that DynamoDB keeps for each region of a table and never copies to replicas: backups, insights, tags."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._lookup import owner_of, usable_key
from ansible_collections.mtk.backend.plugins.module_utils.domain import _tables as tables
from ansible_collections.mtk.backend.plugins.module_utils.domain._time_limits import Limit
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, Later, NotYet, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Claim, Resource, aws_error, lifting
from ansible_collections.mtk.backend.plugins.module_utils.resources._policies import document, wanted_policy

MISSING = ["ResourceNotFoundException", "TableNotFoundException"]
RECOVERY, INSIGHTS = "point_in_time_recovery_specification", "contributor_insights_enabled"
# The options with a resource policy, and the fields with the ARN that they belong to.
POLICIES = {"resource_policy": "table_arn", "stream_resource_policy": "latest_stream_arn"}
SETTINGS = (RECOVERY, INSIGHTS, *POLICIES)  # the fields that write_settings sends

# Errors that mean 'not yet': the table, an index or a replica is being changed.
BUSY = (
    "ResourceInUseException",
    ("LimitExceededException", "simultaneously"),
    ("LimitExceededException", "concurrent"),
    "ContinuousBackupsUnavailableException",
    "ThrottlingException",  # for example because deletion protection was changed in the last 15 seconds
)

OPTIONS: dict[str, Any] = {
    "deletion_protection_enabled": {"type": "bool"},
    RECOVERY: {
        "type": "dict",
        "options": {
            "point_in_time_recovery_enabled": {"type": "bool", "required": True},
            "recovery_period_in_days": {"type": "int"},
        },
    },
    INSIGHTS: {"type": "bool"},
    **dict.fromkeys(POLICIES, {"type": "json"}),
    "contract_tags": {"type": "list", "elements": "str", "default": []},
}

_KEYS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "attribute_name": {"type": "str", "required": True},
        "key_type": {"type": "str", "choices": ["HASH", "RANGE"], "required": True},
    },
    "no_log": False,
}
_CAPACITY: dict[str, Any] = {
    "provisioned_throughput": {
        "type": "dict",
        "options": {"read_capacity_units": {"type": "int"}, "write_capacity_units": {"type": "int"}},
    },
    "on_demand_throughput": {
        "type": "dict",
        "options": {"max_read_request_units": {"type": "int"}, "max_write_request_units": {"type": "int"}},
    },
}
_INDEX: dict[str, Any] = {
    "index_name": {"type": "str", "required": True},
    "key_schema": {**_KEYS, "required": True},
    "projection": {
        "type": "dict",
        "required": True,
        "options": {
            "projection_type": {"type": "str", "choices": ["KEYS_ONLY", "INCLUDE", "ALL"], "required": True},
            "non_key_attributes": {"type": "list", "elements": "str", "no_log": False},
        },
    },
    **_CAPACITY,
}
_VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]
TABLE_OPTIONS: dict[str, Any] = {
    "table_name": {"type": "str", "required": True},
    "attribute_definitions": {
        "type": "list",
        "elements": "dict",
        "options": {
            "attribute_name": {"type": "str", "required": True},
            "attribute_type": {"type": "str", "required": True},
        },
    },
    "key_schema": _KEYS,
    "global_secondary_indexes": {"type": "list", "elements": "dict", "options": _INDEX},
    "replace_indexes": {"type": "bool", "default": False},
    "billing_mode": {"type": "str", "choices": [tables.ON_DEMAND, tables.PROVISIONED]},
    **_CAPACITY,
    "stream_specification": {
        "type": "dict",
        "options": {
            "stream_enabled": {"type": "bool", "required": True},
            "stream_view_type": {"type": "str", "choices": _VIEWS},
        },
    },
    "sse_specification": {
        "type": "dict",
        "options": {
            "enabled": {"type": "bool", "required": True},
            "kms_master_key_id": {"type": "str"},
        },
    },
    "table_class": {"type": "str", "choices": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]},
    **OPTIONS,
    "auto_scaled_indexes": {"type": "list", "elements": "str"},
    "replica_regions": {"type": "list", "elements": "str"},
    "removed_replica_regions": {"type": "list", "elements": "str", "default": []},
    "final_backup": {"type": "bool", "default": False},
    "time_to_live_specification": {
        "type": "dict",
        "options": {"enabled": {"type": "bool", "required": True}, "attribute_name": {"type": "str"}},
    },
}


def describe_table(aws: Any, table: str, region: str | None = None) -> dict[str, Any] | None:
    """Return the table as AWS describes it, or None."""
    answer = aws.found(MISSING, lambda: aws.call("dynamodb", "describe_table", region, table_name=table))
    return None if answer is None else dict(answer["table"])


def claims(aws: Any, params: Mapping[str, Any], *, replica: bool = False) -> list[Claim]:
    """Return the table that a part of it belongs to, with its tags.

    A replica without the owner's tag has the owner of its other regions: DynamoDB gives a new replica no tags. A table
    restored under its name has none, until dynamodb_table repairs them; it counts as owned.
    """
    name, wanted = params["table_name"], {OWNER_TAG: owner_of(params)}
    table = describe_table(aws, name)
    if table is None or (params["state"] == "present" and tables.is_restored(table)):
        return []
    tags = read_tags(aws, table["table_arn"], wanted)
    for region in [each["region_name"] for each in table.get("replicas") or []] if replica else ():
        other = describe_table(aws, name, region) if OWNER_TAG not in tags else None
        tags = read_tags(aws, other["table_arn"], wanted, region) if other else tags
    return [Claim("dynamodb_table", name, "", tags)]


def read_tags(aws: Any, arn: str, wanted: Mapping[str, Any] | None, region: str | None = None) -> dict[str, str]:
    """Return the tags of a table in one region."""
    found: dict[str, str] = aws.tags(arn, wanted, lambda: _list_tags(aws, arn, region))
    return found


def _list_tags(aws: Any, arn: str, region: str | None) -> dict[str, str]:
    tags: dict[str, str] = {}
    token = None
    while True:
        page = aws.found(
            MISSING,
            lambda token=token: aws.call(
                "dynamodb", "list_tags_of_resource", region, resource_arn=arn, next_token=token
            ),
        )
        tags.update((page or {}).get("tags") or {})
        token = (page or {}).get("next_token")
        if not token:
            return tags


def read_settings(
    aws: Any, have: Mapping[str, Any], params: Mapping[str, Any], region: str | None = None
) -> dict[str, Any]:
    """Return the settings of one region that ``params`` give. ``have`` is the table in that region.

    For a deletion it is the recovery only, which leaves a backup.
    """
    found: dict[str, Any] = {}
    table = have["table_name"]
    if params.get(RECOVERY) is not None or params["state"] == "absent":
        found[RECOVERY] = _recovery(aws, table, region)
    if params["state"] == "absent":
        return found
    if params.get(INSIGHTS) is not None:
        answer = aws.found(
            MISSING, lambda: aws.call("dynamodb", "describe_contributor_insights", region, table_name=table)
        )
        found[INSIGHTS] = (answer or {}).get("contributor_insights_status") in ("ENABLED", "ENABLING")
    for option, field in POLICIES.items():
        if params.get(option) is not None:
            found[option] = _policy(aws, have.get(field), region)
    return found


def read_time_to_live(aws: Any, table: str) -> dict[str, Any]:
    """Return the time to live in the shape of the option."""
    answer = aws.found(MISSING, lambda: aws.call("dynamodb", "describe_time_to_live", table_name=table))
    found = (answer or {}).get("time_to_live_description") or {}
    if found.get("time_to_live_status") not in ("ENABLED", "ENABLING"):
        return {"enabled": False}
    return {"enabled": True, "attribute_name": found["attribute_name"]}


def _policy(aws: Any, arn: str | None, region: str | None) -> dict[str, Any]:
    """Return a resource policy; an empty mapping for none."""
    if not arn:
        return {}
    missing = [*MISSING, "PolicyNotFoundException"]
    answer = aws.found(missing, lambda: aws.call("dynamodb", "get_resource_policy", region, resource_arn=arn))
    return document(answer["policy"]) if answer else {}


def _recovery(aws: Any, table: str, region: str | None) -> dict[str, Any]:
    answer = aws.found(MISSING, lambda: aws.call("dynamodb", "describe_continuous_backups", region, table_name=table))
    backups = ((answer or {}).get("continuous_backups_description") or {}).get(
        "point_in_time_recovery_description"
    ) or {}
    if backups.get("point_in_time_recovery_status") != "ENABLED":
        return {"point_in_time_recovery_enabled": False}
    days = backups.get("recovery_period_in_days", 35)
    return {"point_in_time_recovery_enabled": True, "recovery_period_in_days": days}


def wanted_settings(
    want: dict[str, Any], params: Mapping[str, Any], have: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return ``want`` with the settings of a region as AWS keeps them.

    AWS refuses the recovery period if recovery is off. A new table has no policies, so none need not be planned.
    Raise Refused for a change of a tag that is a contract with applications.
    """
    fault = tables.broken_contract(params, have)
    if fault:
        raise Refused(fault)
    wanted = dict(want)
    if RECOVERY in want and not want[RECOVERY]["point_in_time_recovery_enabled"]:
        wanted[RECOVERY] = {"point_in_time_recovery_enabled": False}
    for option in POLICIES:
        given = params.get(option)
        policy = None if given is None else json.loads(given)
        if policy or (policy == {} and have):
            wanted[option] = wanted_policy(policy, (have or {}).get(option)) if policy else {}
    return wanted


def write_settings(aws: Any, have: Mapping[str, Any], changes: Mapping[str, Any], region: str | None = None) -> None:
    """Send the changes of backups, insights and policies. ``have`` is the table in that region."""
    table = have["table_name"]
    if RECOVERY in changes:
        wanted = {RECOVERY: changes[RECOVERY]}
        aws.call("dynamodb", "update_continuous_backups", region, table_name=table, **wanted)
    if INSIGHTS in changes:
        action = "ENABLE" if changes[INSIGHTS] else "DISABLE"
        wanted = {"contributor_insights_action": action}
        aws.call("dynamodb", "update_contributor_insights", region, table_name=table, **wanted)
    for option, field in POLICIES.items():
        if option in changes:
            _write_policy(aws, have.get(field), changes[option], region)


def _write_policy(aws: Any, arn: str | None, policy: Mapping[str, Any], region: str | None) -> None:
    if not arn:
        raise NotYet("The stream does not exist yet, so it cannot have a policy.")
    if policy:
        aws.call("dynamodb", "put_resource_policy", region, resource_arn=arn, policy=json.dumps(policy))
    else:
        aws.call("dynamodb", "delete_resource_policy", region, resource_arn=arn)


def replicas_in_the_way(resource: Resource, have: Mapping[str, Any]) -> list[str]:
    """Return a sentence about the replicas of a table that neither AWS nor the plan of this run is deleting."""
    gone = resource.params["removed_replica_regions"] if resource.params.get("check_mode") else ()
    return list(tables.replicas_in_the_way(str(resource), have, gone))


def protection(resource: Resource, have: Mapping[str, Any]) -> list[str]:
    """Return a sentence if a table is protected from deletion and the task does not lift the protection."""
    option = "deletion_protection_enabled"
    if not have[option] or resource.params[option] is False:
        return []
    return [lifting(f"{resource} is protected from deletion.", f"give {option}: false")]


@contextmanager
def within(
    resource: Resource,
    limit: Limit | None,
    have: Mapping[str, Any],
    fields: Iterable[str] = (),
    since: Callable[[], str | None] = lambda: None,
) -> Iterator[None]:
    """Turn AWS's error beyond a limit by time into :class:`Later`, which says when to run again.

    ``fields`` are the fields of the change. ``since`` returns the moment from which the limit lasts, or None if AWS
    does not tell it.
    """
    try:
        yield
    except resource.aws.errors as error:
        code, message = aws_error(error)
        reached = limit is not None and code == limit.code and limit.text in message
        if limit is None or not reached or resource.is_not_yet(error, have):
            raise
        raise Later(limit.refusal(str(resource), message, since(), resource.aws.now()), fields) from error


def update_table(
    resource: Resource, have: Mapping[str, Any], fields: Iterable[str], region: str | None = None, **request: Any
) -> None:
    """Send an UpdateTable request for ``fields``. Raise Later if a limit by time is reached."""
    table = resource.params["table_name"]
    with within(resource, tables.limit_of(request), have, fields, lambda: tables.last_change(have, request)):
        resource.aws.call("dynamodb", "update_table", region, table_name=table, **request)


def wanted_encryption(
    resource: Resource, sse: Mapping[str, Any], key: str | None, have: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the wanted encryption with the ARN of the key that the options give."""
    if not sse["enabled"]:
        return {"enabled": False}
    if not key:
        return dict(sse)
    present = ((have or {}).get("sse_specification") or {}).get("kms_master_key_id")
    return {**sse, "kms_master_key_id": usable_key(resource.aws, key, resource.params, present)}


def auto_scaled(aws: Any, table: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the capacities that auto scaling moves, by index; the table itself has the key ``tables.TABLE``."""
    if table["billing_mode"] != tables.PROVISIONED:
        return {}
    prefix = f"table/{table['table_name']}"
    ids = [prefix, *(f"{prefix}/index/{index['index_name']}" for index in table["global_secondary_indexes"])]
    listed = aws.pages(
        "application-autoscaling", "describe_scalable_targets", "scalable_targets", service_namespace="dynamodb"
    )
    scaled: dict[str, list[str]] = {}
    for target in (target for target in listed if target["resource_id"] in ids):
        name = target["resource_id"].removeprefix(prefix).removeprefix("/index/")
        unit = "read" if "Read" in target["scalable_dimension"] else "write"
        scaled.setdefault(name, []).append(f"{unit}_capacity_units")
    return scaled
