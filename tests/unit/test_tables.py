"""The settings of DynamoDB tables and the requests that change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _table_options as table_options
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
    fault = table_options.key_fault([{"attribute_name": "is_real", "attribute_type": "BOOL"}], [])
    assert "is_real_key = 'true#07'" in fault


def test_limits_of_requests_are_a_step_of_their_own_for_the_indexes():
    """The maximum of the table needs the billing mode in the call, which does not switch it."""
    limits = {"max_read_request_units": 100, "max_write_request_units": -1}
    old = index("by_a", "a", on_demand_throughput=tables.UNLIMITED)
    new = index("by_a", "a", on_demand_throughput=limits)
    changes = {"on_demand_throughput": limits, "global_secondary_indexes": [new]}
    request = tables.next_request(have(old), changes, [])
    assert request == {"billing_mode": "PAY_PER_REQUEST", "on_demand_throughput": limits}
    assert tables.left(changes, request) == {"global_secondary_indexes"}
    request = tables.next_request(have(old), {"global_secondary_indexes": [new]}, [])
    assert request == {UPDATES: [{"update": {"index_name": "by_a", "on_demand_throughput": limits}}]}


NOON = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)


def taken(number, minutes=0):
    """Return the description of a capacity with decreases today, the last one some minutes before noon."""
    last = (NOON - timedelta(minutes=minutes)).isoformat()
    return {**UNITS, "number_of_decreases_today": number, "last_decrease_date_time": last}


@pytest.mark.parametrize(
    ("throughput", "now", "expected"),
    [
        ({}, NOON, NOON),
        (taken(3), NOON, NOON),
        (taken(4), NOON, NOON + timedelta(hours=1)),
        (taken(4, 50), NOON, NOON + timedelta(minutes=10)),
        (taken(4, 70), NOON, NOON),
        (taken(4), NOON + timedelta(hours=11), NOON + timedelta(hours=11)),
        (taken(4), NOON + timedelta(hours=12), NOON + timedelta(hours=12)),  # the count is of yesterday
        (taken(4, -690), NOON + timedelta(minutes=700), datetime(2026, 11, 30, tzinfo=UTC)),
        (taken(27), NOON, datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_next_decrease(throughput, now, expected):
    assert tables.next_decrease(throughput, now) == expected


def test_only_decreases_that_aws_refuses_now_are_refused():
    less, more = ({**UNITS, "read_capacity_units": units} for units in (4, 6))
    by_a = index("by_a", "a", provisioned_throughput=UNITS)
    table = have(by_a, provisioned_throughput=UNITS, _decreases={"": taken(4), "by_a": taken(3)})
    for want in (
        {},
        {"provisioned_throughput": UNITS},
        {"provisioned_throughput": more},
        {"on_demand_throughput": tables.UNLIMITED},
        {"global_secondary_indexes": [index("by_a", "a", provisioned_throughput=less)]},
        {"global_secondary_indexes": [index("by_b", "b", provisioned_throughput=less)]},
    ):
        assert tables.refused_decrease(table, want, NOON) is None
    fault = tables.refused_decrease(table, {"provisioned_throughput": less}, NOON)
    assert "no decrease of the capacity of the table before 13:01 (UTC): it has taken 4 today" in fault
    assert "Run again after 13:01 (UTC)" in fault


@pytest.mark.parametrize(
    ("request_", "code", "message", "reached"),
    [
        ({"billing_mode": "PAY_PER_REQUEST"}, "LimitExceededException", "Update to PayPerRequest mode", True),
        ({"billing_mode": "PROVISIONED", "provisioned_throughput": UNITS}, "LimitExceededException", "exceeds", False),
        ({UPDATES: [{"update": {"provisioned_throughput": UNITS}}]}, "LimitExceededException", "decreases", True),
        ({UPDATES: [{"delete": {"index_name": "by_a"}}]}, "LimitExceededException", "decreases", False),
        ({"table_class": "STANDARD"}, "LimitExceededException", "twice", True),
    ],
)
def test_limit_of_a_request(request_, code, message, reached):
    limit = tables.limit_of(request_)
    assert bool(limit and limit.code == code and limit.text in message) is reached


def test_last_change_comes_from_the_description():
    table = {"table_class_summary": {"last_update_date_time": "2026-11-01T00:00:00+00:00"}}
    assert tables.last_change(table, {"table_class": "STANDARD"}) == "2026-11-01T00:00:00+00:00"
    assert tables.last_change({}, {"billing_mode": "PAY_PER_REQUEST"}) is None
    assert tables.last_change(table, {"sse_specification": {}}) is None


def test_refusals_say_when_to_run_again():
    limit = tables.LIMITS["table_class"]
    text = limit.refusal("table t", "Twice in 30 days.", "2026-11-01T01:00:00+02:00", NOON)
    assert text == (
        "table t: AWS refuses the change now: Twice in 30 days. AWS takes 2 changes of the table class in 30 days. "
        "Run again after 2026-11-30 23:00 (UTC); AWS accepts the change then at the latest."
    )
    assert "Run again after 13:01 (UTC)" in tables.LIMITS[tables.TTL].refusal("table t", "no", None, NOON)


def ttl(enabled, attribute=None):
    return {"time_to_live_specification": {"enabled": enabled, **({"attribute_name": attribute} if attribute else {})}}


def test_only_another_attribute_of_the_time_to_live_is_noted():
    (note,) = tables.notes(ttl(True, "a"), ttl(True, "b"))
    assert note.startswith("AWS takes about 60 min: ")
    for before, after in (
        (ttl(True, "a"), ttl(True, "a")),
        (ttl(False), ttl(True, "a")),
        (ttl(True, "a"), ttl(False)),
        ({}, {}),
    ):
        assert tables.notes(before, after) == []


def test_keys_of_several_attributes_keep_their_order():
    schema = [("when", "RANGE"), ("shard", "HASH"), ("flag", "HASH")]
    ordered = tables.ordered_keys([{"attribute_name": n, "key_type": k} for n, k in schema])
    assert [key["attribute_name"] for key in ordered] == ["shard", "flag", "when"]
