"""Options of tables that AWS would refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _table_options as options
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN

RECOVERY = "point_in_time_recovery_specification"
KEY = "arn:aws:kms:us-west-2:123456789012:key/1"


def key(*names: str, kind: str = "HASH") -> list[dict[str, str]]:
    return [{"attribute_name": name, "key_type": kind} for name in names]


def strings(*names: str) -> list[dict[str, str]]:
    return [{"attribute_name": name, "attribute_type": "S"} for name in names]


def index(name: str = "by_a", **more: Any) -> dict[str, Any]:
    projection = {"projection_type": "KEYS_ONLY"}
    return {"index_name": name, "key_schema": key("a"), "projection": projection, **more}


def include(*attributes: str) -> dict[str, Any]:
    return {"projection_type": "INCLUDE", "non_key_attributes": list(attributes)}


def indexes(*found: dict[str, Any]) -> dict[str, Any]:
    return {"global_secondary_indexes": list(found)}


TABLE: dict[str, Any] = {
    "table_name": "places",
    "attribute_definitions": strings("id", "a"),
    "key_schema": key("id"),
    **indexes(index()),
}
PROVISIONED = {"billing_mode": "PROVISIONED"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attribute_definitions": strings("id")}, "lacks a, which key_schema or an index uses"),
        ({"attribute_definitions": strings("id", "a", "note")}, "names note, which no key uses"),
        (
            {"attribute_definitions": strings("id", "a", "a")},
            "attribute_definitions \\(attribute_name\\) contains 'a' 2 times",
        ),
        ({"attribute_definitions": strings("id", "a" * 256)}, r"is '.*\(256 characters\); AWS takes 1 to 255 bytes"),
        ({"attribute_definitions": strings("id", "")}, "is ''; AWS takes 1 to 255 bytes"),
        ({"key_schema": key("id", "a")}, "key_schema has 2 HASH and 0 RANGE attributes; AWS takes one HASH"),
        ({"key_schema": key("id", kind="RANGE")}, "key_schema has 0 HASH and 1 RANGE"),
        (indexes(index(key_schema=key(*"abcde"))), "index by_a: key_schema has 5 HASH.*takes 1 to 4 HASH"),
        (
            indexes(index(key_schema=[*key("a"), *key("a", kind="RANGE")])),
            r"key_schema \(attribute_name\) contains 'a' 2 times",
        ),
        (indexes(index(), index()), r"indexes \(index_name\) contains 'by_a' 2 times"),
        (indexes(index("x")), "index_name is 'x'"),
        (indexes(*(index(f"by_{n}") for n in range(21))), "has 21 items; AWS takes up to 20"),
        (indexes(index(projection=include())), "projection_type INCLUDE needs non_key_attributes"),
        (
            indexes(index(projection={"projection_type": "ALL", "non_key_attributes": ["x"]})),
            "projection_type ALL takes no non_key_attributes",
        ),
        (
            indexes(index(projection=include(*(f"n{n}" for n in range(21))))),
            "non_key_attributes has 21 items; AWS takes up to 20",
        ),
        (
            indexes(*(index(f"by_{i}", projection=include(*(f"n{n}" for n in range(20)))) for i in range(6))),
            "has 120 non_key_attributes; AWS takes up to 100 for a table",
        ),
        (
            {**PROVISIONED, "provisioned_throughput": {"read_capacity_units": 0, "write_capacity_units": None}},
            "provisioned_throughput.read_capacity_units is 0; AWS takes 1 or more",
        ),
        (
            {**PROVISIONED, **indexes(index(provisioned_throughput={"write_capacity_units": -1}))},
            "index by_a: provisioned_throughput.write_capacity_units is -1",
        ),
        (
            {"on_demand_throughput": {"max_read_request_units": 0, "max_write_request_units": None}},
            r"on_demand_throughput.max_read_request_units is 0; AWS takes -1 \(no limit\), or 1 or more",
        ),
        (
            {**PROVISIONED, "on_demand_throughput": {"max_write_request_units": 5}},
            "max_write_request_units is 5, and billing_mode is PROVISIONED; only PAY_PER_REQUEST has limits",
        ),
        ({"time_to_live_specification": {"enabled": True, "attribute_name": None}}, "attribute_name is missing"),
        ({"time_to_live_specification": {"enabled": True, "attribute_name": ""}}, "is ''; AWS takes 1 to 255 bytes"),
        (
            {"time_to_live_specification": {"enabled": True, "attribute_name": "x" * 256}},
            r"is '.*\(256 characters\); AWS takes 1 to 255 bytes",
        ),
        ({"time_to_live_specification": {"enabled": True, "attribute_name": "a"}}, "is 'a', a key attribute of type S"),
        (
            {"sse_specification": {"enabled": True, "kms_master_key_id": KEY}},
            "key/1'; AWS takes a key in us-east-1, the region of the table",
        ),
    ],
)
def test_impossible_tables_are_refused(change: dict[str, Any], message: str) -> None:
    assert list(options.table_conflicts(TABLE, "us-east-1")) == []
    faults = " ".join(options.table_conflicts({**TABLE, **change}, "us-east-1"))
    assert re.search(message, faults), faults


@pytest.mark.parametrize(
    "change",
    [
        {"global_secondary_indexes": None, "attribute_definitions": strings("id", "key_of_an_existing_index")},
        {"key_schema": None, "attribute_definitions": strings("a", "key_of_the_existing_table")},
        indexes(*(index(f"by_{n}", projection=include(*(f"n{k}" for k in range(20)))) for n in range(5))),
        {"provisioned_throughput": {"read_capacity_units": 0}, "billing_mode": "PAY_PER_REQUEST"},
        {"on_demand_throughput": {"max_read_request_units": -1}, **PROVISIONED},
        {"time_to_live_specification": {"enabled": False, "attribute_name": None}},
        {"sse_specification": {"enabled": True, "kms_master_key_id": "alias/k"}},
        {
            "attribute_definitions": [*strings("id"), {"attribute_name": "a", "attribute_type": "N"}],
            "time_to_live_specification": {"enabled": True, "attribute_name": "a"},
        },
    ],
)
def test_possible_tables_are_accepted(change: dict[str, Any]) -> None:
    assert list(options.table_conflicts({**TABLE, **change}, "us-east-1")) == []


@pytest.mark.parametrize(("key", "fits"), [(KEY, False), (KEY.replace("west-2", "east-1"), True), ("alias/k", True)])
def test_the_key_of_a_table_is_in_its_region(key: str, fits: bool) -> None:
    assert (list(options.key_region_faults("kms_master_key_id", key, "us-east-1")) == []) is fits


@pytest.mark.parametrize(
    ("name", "fits"),
    [("abc", True), ("a.b-C_1" * 36, True), (UNKNOWN, True), ("ab", False), ("a" * 256, False), ("pläce", False)],
)
def test_names_of_tables_and_indexes(name: str, fits: bool) -> None:
    assert (list(options.LIMITS["table_name"]("table_name", name)) == []) is fits


@pytest.mark.parametrize(("days", "fits"), [(1, True), (35, True), (None, True), (0, False), (36, False)])
def test_recovery_period(days: int | None, fits: bool) -> None:
    assert (list(options.LIMITS[RECOVERY](RECOVERY, {"recovery_period_in_days": days})) == []) is fits
