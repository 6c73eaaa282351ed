# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of DynamoDB as values: described fields, wanted fields, and the next UpdateTable request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._time_limits import (
    DAY,
    HOUR,
    Limit,
    moment,
    time_text,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Observation, Refused, overlay

PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
UNITS = ("read_capacity_units", "write_capacity_units")
UNLIMITED = {"max_read_request_units": -1, "max_write_request_units": -1}
TABLE = ""  # the key of the table itself, beside the names of its indexes
Fields = Mapping[str, Any]

TTL = "time_to_live_specification"
# The limits of AWS by time, by the field of a request that they belong to.
LIMITS = {
    "billing_mode": Limit(
        "LimitExceededException", "PayPerRequest", "AWS takes 4 switches to PAY_PER_REQUEST in 24 hours", DAY
    ),
    "table_class": Limit("LimitExceededException", "", "AWS takes 2 changes of the table class in 30 days", 30 * DAY),
    "sse_specification": Limit(
        "LimitExceededException",
        "",
        "AWS takes 4 changes of the kind of key in 24 hours, and after 6 hours without a change one more, up to 8",
        DAY,
    ),
    "provisioned_throughput": Limit(
        "LimitExceededException", "decreases", "AWS takes 4 decreases of a capacity a day (UTC), then one an hour", HOUR
    ),
    TTL: Limit(
        "ValidationException", "modified multiple times", "AWS takes one change of the time to live an hour", HOUR
    ),
    "replica_updates": Limit(
        "ValidationException",
        "source region",
        "AWS does not remove a region from which a replica was created in the last 24 hours, as long as that replica "
        "exists. Remove the other replica first, or wait",
        DAY,
    ),
}
# The fields of a described table that hold the time of the last change.
LAST_CHANGES = {
    "billing_mode": ("billing_mode_summary", "last_update_to_pay_per_request_date_time"),
    "table_class": ("table_class_summary", "last_update_date_time"),
}


def facts(table: Fields) -> dict[str, Any]:
    """Return a described table with the options' fields in the options' shape, beside all other fields."""
    throughput = table.get("provisioned_throughput") or {}
    # AWS omits the mode on tables that were created as provisioned, and sometimes on tables with a replica.
    idle = not any(throughput.get(unit) for unit in UNITS)
    mode = (table.get("billing_mode_summary") or {}).get("billing_mode") or (ON_DEMAND if idle else PROVISIONED)
    indexes = table.get("global_secondary_indexes") or []
    stream = table.get("stream_specification") or {}
    shown = {k: v for k, v in table.items() if k not in ("provisioned_throughput", "on_demand_throughput")}
    return {
        **shown,
        **_capacity(table, mode),
        "key_schema": ordered_keys(table.get("key_schema") or []),
        "billing_mode": mode,
        "global_secondary_indexes": sorted((_index_facts(i, mode) for i in indexes), key=_name),
        "index_status": {index["index_name"]: index["index_status"] for index in indexes},
        "_decreases": {TABLE: throughput, **{_name(i): i.get("provisioned_throughput") or {} for i in indexes}},
        "stream_specification": dict(stream) if stream.get("stream_enabled") else {"stream_enabled": False},
        "sse_specification": _sse(table.get("sse_description") or {}),
        "table_class": (table.get("table_class_summary") or {}).get("table_class", "STANDARD"),
        "deletion_protection_enabled": bool(table.get("deletion_protection_enabled")),
        "replicas": sorted(table.get("replicas") or [], key=lambda replica: str(replica["region_name"])),
    }


def ordered_keys(schema: Sequence[Fields]) -> list[dict[str, Any]]:
    """Return a key schema with its HASH attributes first. The order of the attributes of one type matters to AWS."""
    return [dict(key) for kind in ("HASH", "RANGE") for key in schema if key["key_type"] == kind]


def wanted_capacity(
    given: Fields, have: Fields | None, mode: str, scaled: Sequence[str], seed: Fields
) -> dict[str, Any]:
    """Return the capacity of a table or an index in ``mode``.

    Units that auto scaling moves (``scaled``) and units that are not given keep their present value. ``seed`` is used
    for a capacity that is neither given nor present.
    """
    have = have or {}
    if mode == ON_DEMAND:
        limits = overlay(given.get("on_demand_throughput") or {}, have.get("on_demand_throughput") or UNLIMITED)
        return {"on_demand_throughput": limits}
    present = have.get("provisioned_throughput") or {}
    wanted_units = {k: v for k, v in (given.get("provisioned_throughput") or {}).items() if v is not None}
    units = {**seed, **present, **wanted_units}
    return {"provisioned_throughput": {u: present[u] if u in scaled and u in present else units[u] for u in UNITS}}


def is_restored(table: Fields) -> bool:
    """Return whether a table was restored from a table of its name, or of a name that begins with it.

    DynamoDB restores no tags.
    """
    summary = table.get("restore_summary") or {}
    sources = (str(summary.get(f"source_{kind}_arn") or "") for kind in ("table", "backup"))
    return any(f":table/{table['table_name']}" in source for source in sources)


def scaled(params: Fields, have: Fields | None) -> dict[str, Sequence[str]]:
    """Return the capacities that auto scaling moves, by index: those with a target, and those that are to have one."""
    found: dict[str, Sequence[str]] = dict((have or {}).get("auto_scaled", {}))
    planned = params.get("auto_scaled_indexes")
    return found if planned is None else {**found, **dict.fromkeys((TABLE, *planned), UNITS)}


def undeclared(present: Iterable[Fields], given: Iterable[Fields]) -> list[Fields]:
    """Return the present indexes that the options do not contain: others have added them."""
    names = {_name(index) for index in given}
    return [index for index in present if _name(index) not in names]


def foreign(params: Fields, have: Fields, consent: str) -> Iterator[Observation]:
    """Yield an observation for each index and replica that no setting names. ``consent`` removes indexes."""
    given = params.get("global_secondary_indexes")
    for index in undeclared(have["global_secondary_indexes"], given) if given is not None else ():
        reason = f"others have added this index, and it is kept; -e remove={consent} deletes it"
        yield Observation("global_secondary_indexes", None, _name(index), "foreign", reason)
    managed = params.get("replica_regions")
    for replica in have["replicas"] if managed is not None else ():
        if replica["region_name"] not in (managed or ()):
            reason = (
                "no setting names this replica, and it is kept; dynamodb_global_remove_replica_regions deletes it, or "
                "playbooks/remove_region.yml together with all else in its region"
            )
            yield Observation("replicas", None, replica["region_name"], "foreign", reason)


def replicas_in_the_way(table: str, have: Fields, gone: Iterable[str]) -> Iterator[str]:
    """Yield a sentence about the replicas that stay. The plan deletes those in the regions ``gone`` earlier."""
    staying = [replica for replica in have["replicas"] if replica.get("replica_status") != "DELETING"]
    regions = [replica["region_name"] for replica in staying if replica["region_name"] not in gone]
    if regions:
        wanted = json.dumps({"dynamodb_global_remove_replica_regions": regions})
        yield (
            f"{table} has replicas in {', '.join(regions)}: remove them first with dynamodb_table_replica. To have the "
            f"playbooks delete them with their data, give -e '{wanted}'."
        )


def broken_contract(params: Fields, have: Fields | None) -> str:
    """Return why the tags of an existing table must not change; empty if the tags of the contract stay.

    Applications read and write items by the value of such a tag, so it must not change before them.
    """
    wanted, present = params.get("tags") or {}, (have or {}).get("tags") or {}
    for tag in params.get("contract_tags") or ():
        if tag in wanted and present.get(tag, wanted[tag]) != wanted[tag]:
            return (
                f"the tag {tag} of table {params['table_name']} is '{present[tag]}', and the settings want "
                f"'{wanted[tag]}'. Applications write and query items by this value, and after a change their "
                "queries do not find the stored items. To keep the value, correct the settings. To change it, move the "
                "applications and the items first (docs/using/item-contract.md), and then run with "
                "-e dynamodb_global_accept_layout_change=true (contract_tags: [])."
            )
    return ""


def scaled_away(params: Fields, have: Fields) -> list[Observation]:
    """Return an observation for each capacity that auto scaling has moved away from the given value."""
    found, given = [], {index["index_name"]: index for index in params.get("global_secondary_indexes") or []}
    parts = [
        (TABLE, params, have),
        *((i["index_name"], given.get(i["index_name"], {}), i) for i in have["global_secondary_indexes"]),
    ]
    for name, options, present in parts:
        units, moved = options.get("provisioned_throughput") or {}, present.get("provisioned_throughput") or {}
        for unit in have.get("auto_scaled", {}).get(name, []):
            if units.get(unit) is not None and unit in moved and moved[unit] != units[unit]:
                field = f"provisioned_throughput.{unit}" if name == TABLE else f"{name}.provisioned_throughput.{unit}"
                found.append(Observation(field, units[unit], moved[unit], "aws", "auto scaling moves it with the load"))
    return found


def wanted_stream(table: str, have: Fields | None, stream: Fields) -> dict[str, Any]:
    """Return the wanted stream. Raise Refused if AWS does not take it."""
    wanted = dict(stream) if stream["stream_enabled"] else {"stream_enabled": False}
    if wanted["stream_enabled"] and not wanted.get("stream_view_type"):
        raise Refused(
            f"stream_specification of {table} has no stream_view_type, and a new stream needs one. Give KEYS_ONLY, "
            "NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES."
        )
    if have and have["replicas"] and wanted != have["stream_specification"]:
        raise Refused(f"{table} has replicas: its stream stays {have['stream_specification']} as long as they live")
    return wanted


def wanted_index(given: Fields, have: Fields | None, mode: str, scaled: Sequence[str], seed: Fields) -> dict[str, Any]:
    """Return the wanted index."""
    projection = given["projection"]
    attributes = projection.get("non_key_attributes")
    return {
        "index_name": given["index_name"],
        "key_schema": ordered_keys(given["key_schema"]),
        "projection": {
            "projection_type": projection["projection_type"],
            **({"non_key_attributes": sorted(attributes)} if attributes else {}),
        },
        **wanted_capacity(given, have, mode, scaled, seed),
    }


def same_index(index: Fields, other: Fields) -> bool:
    """Return whether two indexes have the same keys and projection, which AWS cannot change."""
    return all(index[field] == other[field] for field in ("key_schema", "projection"))


def next_request(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any] | None:
    """Return the arguments of the next UpdateTable, or None. AWS takes one kind of change a call."""
    for step in STEPS:
        request = step(have, changes, definitions)
        if request:
            return request
    return None


def left(changes: Fields, request: Fields | None) -> set[str]:
    """Return the fields of ``changes`` that an UpdateTable request has not sent; none without a request."""
    if not request:
        return set()
    done = set(request)
    if "global_secondary_index_updates" in request:
        done.add("global_secondary_indexes")
    if "billing_mode" in request and "billing_mode" in changes:  # capacities are compared once the mode has switched
        done |= {"provisioned_throughput", "on_demand_throughput", "global_secondary_indexes"}
    return set(changes) - done


def limit_of(request: Fields) -> Limit | None:
    """Return the limit by time that AWS applies to an UpdateTable request, or None."""
    updates = request.get("global_secondary_index_updates") or []
    sent = {*request, *(name for update in updates for name in update.get("update") or {})}
    return next((limit for field, limit in LIMITS.items() if field in sent), None)


def last_change(have: Fields, request: Fields) -> str | None:
    """Return the time of the last change of the kind that a request makes, if AWS returns it."""
    summary, field = next((path for name, path in LAST_CHANGES.items() if name in request), ("", ""))
    found = (have.get(summary) or {}).get(field)
    return None if found is None else str(found)


def next_decrease(throughput: Fields, now: datetime) -> datetime:
    """Return the moment from which AWS takes a decrease: 4 in a day (UTC), then one an hour, 27 at most."""
    last = throughput.get("last_decrease_date_time")
    number = throughput.get("number_of_decreases_today") or 0
    if not last or number < 4 or moment(last).date() != now.date():
        return now
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    return midnight if number >= 27 else max(now, min(midnight, moment(last) + HOUR))


def refused_decrease(have: Fields, want: Fields, now: datetime) -> str | None:
    """Return why AWS does not take the wanted capacities now and when it takes them, or None."""
    waiting = {name: next_decrease(have["_decreases"][name], now) for name in _decreased(have, want)}
    late = [name for name, when in waiting.items() if when > now]
    if not late:
        return None
    parts = ", ".join(f"index {name}" if name else "the table" for name in late)
    number = have["_decreases"][late[0]]["number_of_decreases_today"]
    when = time_text(max(waiting[name] for name in late), now)
    return (
        f"AWS takes no decrease of the capacity of {parts} before {when}: it has taken {number} today, and it takes 4 "
        f"a day (UTC), then one an hour. Run again after {when}, or keep the present capacity until then."
    )


def _decreased(have: Fields, want: Fields) -> Iterator[str]:
    """Yield the table and the indexes whose capacity is wanted below the present one."""
    present = {TABLE: have, **_by_name(have["global_secondary_indexes"])}
    for name, wanted in {TABLE: want, **_by_name(want.get("global_secondary_indexes") or [])}.items():
        old, new = ((part or {}).get("provisioned_throughput") or {} for part in (present.get(name), wanted))
        if any(new[unit] < old[unit] for unit in UNITS if old.get(unit) and new.get(unit) is not None):
            yield name


def half_done_ttl(before: Fields, after: Fields, now: datetime) -> str:
    """Return what is done and what is left after the first of two changes of the time to live."""
    return (
        f"the time to live on {before['attribute_name']} is off now, and the one on {after['attribute_name']} is still "
        f"to be turned on. {LIMITS[TTL].rule}. Run again after {time_text(now + LIMITS[TTL].lasts, now)}."
    )


def notes(before: Fields, after: Fields) -> list[str]:
    """Return what a plan has to say about changes for which AWS takes more time than a run."""
    old, new = before.get(TTL) or {}, after.get(TTL) or {}
    if old == new or not (old.get("enabled") and new.get("enabled")):
        return []
    return [
        f"AWS takes about 60 min: another attribute of the time to live takes two changes, and {LIMITS[TTL].rule}. The "
        "apply turns the time to live off and goes on. Run it again an hour later to turn it on."
    ]


def _billing(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Switch the billing mode. A switch to provisioned carries the capacity of the table and of every index."""
    if "billing_mode" not in changes:
        return {}
    request = {"billing_mode": changes["billing_mode"]}
    if changes["billing_mode"] == ON_DEMAND:
        return request
    table = changes["provisioned_throughput"]
    wanted = _by_name(changes.get("global_secondary_indexes") or [])
    units = {
        name: wanted.get(name, {}).get("provisioned_throughput", table)
        for name in _by_name(have["global_secondary_indexes"])
    }
    updates = [{"update": {"index_name": n, "provisioned_throughput": u}} for n, u in units.items()]
    return {
        **request,
        "provisioned_throughput": table,
        **({"global_secondary_index_updates": updates} if updates else {}),
    }


def _limits(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    if "on_demand_throughput" not in changes:
        return {}
    return {"billing_mode": ON_DEMAND, "on_demand_throughput": changes["on_demand_throughput"]}


def _throughput(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change the capacities of table and indexes that differ. AWS refuses capacities that do not differ."""
    request: dict[str, Any] = {}
    if "provisioned_throughput" in changes:
        request["provisioned_throughput"] = changes["provisioned_throughput"]
    present, updates = _by_name(have["global_secondary_indexes"]), []
    for index in changes.get("global_secondary_indexes") or []:
        old = present.get(index["index_name"])
        if old and same_index(index, old):
            new = {
                k: index[k] for k in ("provisioned_throughput", "on_demand_throughput") if index.get(k) != old.get(k)
            }
            updates += [{"update": {"index_name": index["index_name"], **new}}] if new else []
    return {**request, **({"global_secondary_index_updates": updates} if updates else {})}


def _stream(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change the stream. AWS changes the view type only of a stream that was turned off."""
    if "stream_specification" not in changes:
        return {}
    both = have["stream_specification"]["stream_enabled"] and changes["stream_specification"]["stream_enabled"]
    return {"stream_specification": {"stream_enabled": False} if both else changes["stream_specification"]}


def _indexes(have: Fields, changes: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Change one index: first delete, then create. AWS takes one index a call."""
    if "global_secondary_indexes" not in changes:
        return {}
    present, wanted = _by_name(have["global_secondary_indexes"]), _by_name(changes["global_secondary_indexes"])
    for name, old in present.items():
        if name not in wanted or not same_index(wanted[name], old):
            return {"global_secondary_index_updates": [{"delete": {"index_name": name}}]}
    for name, new in wanted.items():
        if name not in present:
            keys = {key["attribute_name"] for key in new["key_schema"]}
            known = {definition["attribute_name"] for definition in have["attribute_definitions"]}
            added = [dict(d) for d in definitions if d["attribute_name"] in keys - known]
            return {
                "attribute_definitions": [*have["attribute_definitions"], *added],
                "global_secondary_index_updates": [{"create": _without_limits(new)}],
            }
    return {}


def _field(field: str) -> Step:
    """Return a step that sends one field as it is."""
    return lambda have, changes, definitions: {field: changes[field]} if field in changes else {}


Step = Callable[[Fields, Fields, Sequence[Fields]], dict[str, Any]]
STEPS: tuple[Step, ...] = (
    _billing,
    _limits,
    _throughput,
    _stream,
    _field("sse_specification"),
    _indexes,
    _field("table_class"),
    _field("deletion_protection_enabled"),
)


def creation(want: Fields, definitions: Sequence[Fields]) -> dict[str, Any]:
    """Return the arguments of CreateTable."""
    request = {k: want[k] for k in CREATED if k in want}
    if not request.get("stream_specification", {}).get("stream_enabled"):
        request.pop("stream_specification", None)
    indexes = [_without_limits(index) for index in request.pop("global_secondary_indexes", [])]
    if indexes:
        request["global_secondary_indexes"] = indexes
    return {**_without_limits(request), "attribute_definitions": [dict(d) for d in definitions]}


CREATED = (
    "key_schema",
    "global_secondary_indexes",
    "billing_mode",
    "provisioned_throughput",
    "on_demand_throughput",
    "stream_specification",
    "sse_specification",
    "table_class",
    "deletion_protection_enabled",
    "tags",
)


def _without_limits(fields: Fields) -> dict[str, Any]:
    """Return the fields without on-demand maxima that are not set."""
    return {k: v for k, v in fields.items() if (k, v) != ("on_demand_throughput", UNLIMITED)}


def _index_facts(index: Fields, mode: str) -> dict[str, Any]:
    return wanted_index({**index, **_capacity(index, mode)}, None, mode, (), {})


def _capacity(fields: Fields, mode: str) -> dict[str, Any]:
    if mode == ON_DEMAND:
        return {"on_demand_throughput": {**UNLIMITED, **(fields.get("on_demand_throughput") or {})}}
    throughput = fields.get("provisioned_throughput") or {}
    return {"provisioned_throughput": {unit: throughput.get(unit) for unit in UNITS}}


def _sse(description: Fields) -> dict[str, Any]:
    if description.get("status") not in ("ENABLED", "ENABLING", "UPDATING"):
        return {"enabled": False}
    return {"enabled": True, "kms_master_key_id": description.get("kms_master_key_arn")}


def _by_name(indexes: Sequence[Fields]) -> dict[str, Fields]:
    return {_name(index): index for index in indexes}


def _name(index: Fields) -> str:
    return str(index["index_name"])
