"""Options of tables that AWS would refuse."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _table_options as options
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused

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
    "state": "present",
    "attribute_definitions": strings("id", "a"),
    "key_schema": key("id"),
    "tags": {"Owner": "Ünïcode team 1", "k": ""},
    **indexes(index()),
}
PROVISIONED = {"billing_mode": "PROVISIONED"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table_name": "ab"}, "table_name is 'ab'; AWS takes 3 to 255 characters.*Choose another name"),
        ({"table_name": "a" * 256}, "table_name is 'aaa"),
        ({"table_name": "pläce"}, "table_name is 'pläce'"),
        ({"attribute_definitions": strings("id")}, "lacks a, which key_schema or an index uses"),
        ({"attribute_definitions": strings("id", "a", "note")}, "names note, which no key uses"),
        ({"attribute_definitions": strings("id", "a", "a")}, "attribute_definitions lists a more than once"),
        ({"attribute_definitions": strings("id", "a" * 256)}, "a name of 256 bytes"),
        ({"attribute_definitions": strings("id", "")}, "a name of 0 bytes"),
        ({"key_schema": key("id", "a")}, "key_schema has 2 HASH and 0 RANGE attributes; AWS takes one HASH"),
        ({"key_schema": key("id", kind="RANGE")}, "key_schema has 0 HASH and 1 RANGE"),
        (indexes(index(key_schema=key(*"abcde"))), "key_schema of index by_a has 5 HASH.*takes 1 to 4 HASH"),
        (indexes(index(key_schema=[*key("a"), *key("a", kind="RANGE")])), "key_schema of index by_a lists a more than"),
        (indexes(index(), index()), "global_secondary_indexes lists by_a more than once"),
        (indexes(index("x")), "index_name is 'x'"),
        (indexes(*(index(f"by_{n}") for n in range(21))), "has 21 indexes; a table has at most 20"),
        (indexes(index(projection=include())), "projection_type INCLUDE needs non_key_attributes"),
        (
            indexes(index(projection={"projection_type": "ALL", "non_key_attributes": ["x"]})),
            "projection_type ALL takes no non_key_attributes",
        ),
        (
            indexes(index(projection=include(*(f"n{n}" for n in range(21))))),
            "are 21; AWS takes at most 20 for an index",
        ),
        (
            indexes(*(index(f"by_{i}", projection=include(*(f"n{n}" for n in range(20)))) for i in range(6))),
            "non_key_attributes of all indexes are 120; a table has at most 100",
        ),
        (
            {**PROVISIONED, "provisioned_throughput": {"read_capacity_units": 0, "write_capacity_units": None}},
            "provisioned_throughput.read_capacity_units is 0; AWS takes 1 or more",
        ),
        (
            {**PROVISIONED, **indexes(index(provisioned_throughput={"write_capacity_units": -1}))},
            "provisioned_throughput.write_capacity_units of index by_a is -1",
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
        ({"time_to_live_specification": {"enabled": True, "attribute_name": ""}}, "a name of 0 bytes"),
        ({"time_to_live_specification": {"enabled": True, "attribute_name": "x" * 256}}, "a name of 256 bytes"),
        ({"time_to_live_specification": {"enabled": True, "attribute_name": "a"}}, "is 'a', a key attribute of type S"),
        (
            {"sse_specification": {"enabled": True, "kms_master_key_id": KEY}},
            "a key in us-west-2; AWS takes a key in us-",
        ),
        (
            {"point_in_time_recovery_specification": {"recovery_period_in_days": 36}},
            "recovery_period_in_days is 36; AWS takes 1 to 35 days",
        ),
        ({"tags": {"AWS:x": "1"}}, "tags has the key 'AWS:x'; AWS reserves"),
        (
            {"tags": {"version": 1.1}},
            "the value of tag 'version' is the float 1.1; tags are strings. Put it into quotes",
        ),
        ({"tags": {1: "x"}}, "the key of tag 1 is the int 1"),
        ({"tags": {"note": None}}, "the value of tag 'note' is null"),
        ({"tags": {"Owner": "a*b|c"}}, r"the value of tag 'Owner' contains '\*', '\|'"),
        ({"tags": {"Owner": "a\nb"}}, "contains '.n'"),
        ({"tags": {"": "x"}}, "empty key"),
        ({"tags": {"k" * 129: "x"}}, "has 129 characters; AWS takes at most 128"),
        ({"tags": {"k": "v" * 257}}, "has 257 characters; AWS takes at most 256"),
        ({"tags": {str(n): "" for n in range(51)}}, "tags has 51 tags; a table has at most 50"),
    ],
)
def test_impossible_tables_are_refused(change: dict[str, Any], message: str) -> None:
    options.check_table(TABLE, "us-east-1")
    with pytest.raises(Refused, match=message):
        options.check_table({**TABLE, **change}, "us-east-1")


@pytest.mark.parametrize(
    "change",
    [
        {"table_name": UNKNOWN},
        {"tags": {"vpc": UNKNOWN}},
        {"tags": None},
        {"tags": {str(n): "" for n in range(50)}},
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
        {"state": "absent", "tags": {"x": 1}},
    ],
)
def test_possible_tables_are_accepted(change: dict[str, Any]) -> None:
    options.check_table({**TABLE, **change}, "us-east-1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table_name": "a b"}, "table_name is 'a b'"),
        ({"kms_master_key_id": KEY}, "is '.*', a key in us-west-2; AWS takes a key in eu-west-1"),
        ({"point_in_time_recovery_specification": {"recovery_period_in_days": 0}}, "recovery_period_in_days is 0"),
        ({"tags": {"aws:x": "1"}}, "reserves keys that begin with aws:"),
    ],
)
def test_impossible_replicas_are_refused(change: dict[str, Any], message: str) -> None:
    replica = {"table_name": "places", "region_name": "eu-west-1", "state": "present"}
    options.check_replica(replica)
    with pytest.raises(Refused, match=message):
        options.check_replica({**replica, **change})
