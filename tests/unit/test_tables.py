"""The settings of DynamoDB tables and the requests that change them."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _tables as tables

UPDATES = "global_secondary_index_updates"
UNITS = {"read_capacity_units": 5, "write_capacity_units": 6}


def index(name, attribute, **more):
    keys = [{"attribute_name": attribute, "key_type": "HASH"}]
    return {"index_name": name, "key_schema": keys, "projection": {"projection_type": "KEYS_ONLY"}, **more}


def have(*indexes, **more):
    definitions = [{"attribute_name": "id", "attribute_type": "S"}]
    stream = {"stream_enabled": False}
    return {
        "attribute_definitions": definitions,
        "global_secondary_indexes": list(indexes),
        "stream_specification": stream,
        **more,
    }


def test_each_request_has_one_concern():
    """Repeated requests make all changes."""
    changes = {
        "billing_mode": "PROVISIONED",
        "provisioned_throughput": UNITS,
        "stream_specification": {"stream_enabled": True, "stream_view_type": "NEW_IMAGE"},
        "sse_specification": {"enabled": True},
        "table_class": "STANDARD_INFREQUENT_ACCESS",
        "deletion_protection_enabled": True,
    }
    sent = []
    while changes:
        request = tables.next_request(have(), changes, [])
        sent.append(sorted(request))
        changes = {k: v for k, v in changes.items() if k not in request}
    assert sent == [
        ["billing_mode", "provisioned_throughput"],
        ["stream_specification"],
        ["sse_specification"],
        ["table_class"],
        ["deletion_protection_enabled"],
    ]


def test_only_a_switch_to_provisioned_sets_the_capacity_of_indexes():
    existing = have(index("by_a", "a"), index("by_b", "b"))
    wanted = [index("by_a", "a", provisioned_throughput={"read_capacity_units": 1, "write_capacity_units": 1})]
    changes = {"billing_mode": "PROVISIONED", "provisioned_throughput": UNITS, "global_secondary_indexes": wanted}
    request = tables.next_request(existing, changes, [])
    carried = {u["update"]["index_name"]: u["update"]["provisioned_throughput"] for u in request.pop(UPDATES)}
    assert carried == {"by_a": wanted[0]["provisioned_throughput"], "by_b": UNITS}
    assert tables.next_request(existing, {"billing_mode": "PAY_PER_REQUEST"}, []) == {"billing_mode": "PAY_PER_REQUEST"}


def test_indexes_are_deleted_first_and_created_one_at_a_time():
    definitions = [{"attribute_name": name, "attribute_type": "S"} for name in ("id", "b", "c")]
    changes = {"global_secondary_indexes": [index("by_b", "b"), index("by_c", "c")]}
    first = tables.next_request(have(index("by_a", "a")), changes, definitions)
    assert first == {UPDATES: [{"delete": {"index_name": "by_a"}}]}
    second = tables.next_request(have(), changes, definitions)
    assert second[UPDATES] == [{"create": index("by_b", "b")}]
    assert [d["attribute_name"] for d in second["attribute_definitions"]] == ["id", "b"]
    assert tables.next_request(have(index("by_b", "b"), index("by_c", "c")), changes, definitions) is None


def test_a_stream_is_disabled_before_it_changes():
    old, new = ({"stream_enabled": True, "stream_view_type": view} for view in ("KEYS_ONLY", "NEW_IMAGE"))
    request = tables.next_request(have(stream_specification=old), {"stream_specification": new}, [])
    assert request == {"stream_specification": {"stream_enabled": False}}


@pytest.mark.parametrize(
    ("given", "scaled", "expected"),
    [
        ({"read_capacity_units": 9, "write_capacity_units": 9}, [], (9, 9)),
        ({"read_capacity_units": 9, "write_capacity_units": 9}, ["read_capacity_units"], (5, 9)),
        ({"read_capacity_units": 9, "write_capacity_units": None}, [], (9, 6)),
        (None, [], (5, 6)),
    ],
)
def test_scaled_and_omitted_capacities_stay(given, scaled, expected):
    existing = {"provisioned_throughput": UNITS}
    wanted = tables.wanted_capacity({"provisioned_throughput": given}, existing, "PROVISIONED", scaled, {})
    assert tuple(wanted["provisioned_throughput"].values()) == expected


def test_defaults_of_fields_that_aws_omits():
    plain = {"table_name": "t", "key_schema": [], "provisioned_throughput": {**UNITS, "number_of_decreases_today": 0}}
    facts = tables.facts(plain)
    assert facts["billing_mode"] == "PROVISIONED" and facts["provisioned_throughput"] == UNITS
    idle = {**plain, "provisioned_throughput": {"read_capacity_units": 0, "write_capacity_units": 0}}
    assert tables.facts(idle)["billing_mode"] == "PAY_PER_REQUEST"
    assert facts["table_class"] == "STANDARD" and facts["sse_specification"] == {"enabled": False}
    assert facts["stream_specification"] == {"stream_enabled": False} and facts["replicas"] == []


def test_a_boolean_key_is_explained():
    fault = tables.key_fault([{"attribute_name": "is_real", "attribute_type": "BOOL"}], [])
    assert "is_real_key = 'true#07'" in fault


def test_keys_of_several_attributes_keep_their_order():
    schema = [("when", "RANGE"), ("shard", "HASH"), ("flag", "HASH")]
    ordered = tables.ordered_keys([{"attribute_name": n, "key_type": k} for n, k in schema])
    assert [key["attribute_name"] for key in ordered] == ["shard", "flag", "when"]
