"""The scalable targets of tables and their indexes."""

from __future__ import annotations

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _scaling as scaling
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from hypothesis import given
from hypothesis import strategies as st


def limits(low=1, high=10):
    return {
        "min_capacity": low,
        "max_capacity": high,
        "target_value": 70,
        "scale_in_cooldown": 60,
        "scale_out_cooldown": 60,
        "disable_scale_in": False,
    }


INDEX = {"index_name": "by_place", "read": None, "write": None}


def capacities(targets):
    return {(t["resource_id"].split("/", 1)[1], t["scalable_dimension"].split(":")[2]) for t in targets}


def test_replicas_scale_reads_only():
    reads = {("t", "ReadCapacityUnits"), ("t/index/by_place", "ReadCapacityUnits")}
    writes = {("t", "WriteCapacityUnits"), ("t/index/by_place", "WriteCapacityUnits")}
    assert capacities(scaling.wanted_targets("t", limits(), limits(), [INDEX])) == reads | writes
    assert capacities(scaling.wanted_targets("t", limits(), limits(), [INDEX], replica=True)) == reads


def test_an_index_inherits_the_limits_of_its_table_or_has_its_own():
    own = {"index_name": "own", "read": limits(2, 20), "write": None}
    found = scaling.wanted_targets("t", limits(), None, [INDEX, own])
    assert {t["resource_id"]: t["max_capacity"] for t in found} == {
        "table/t": 10,
        "table/t/index/by_place": 10,
        "table/t/index/own": 20,
    }


@given(st.booleans(), st.booleans(), st.booleans())
def test_targets_are_unique_and_sorted(replica, read, write):
    given_read, given_write = limits() if read else None, limits() if write else None
    found = scaling.wanted_targets("t", given_read, given_write, [INDEX], replica)
    assert [scaling.target_key(t) for t in found] == sorted({scaling.target_key(t) for t in found})
    assert len(found) == 2 * (read + (write and not replica))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table_name": "t"}, "table_name is 't'; AWS takes 3 to 255 characters"),
        ({"write": limits(0, 5)}, "write.min_capacity is 0; AWS takes 1 or more"),
        ({"read": limits(6, 5)}, "read.min_capacity is 6 and read.max_capacity is 5"),
        ({"read": {**limits(), "target_value": 9.9}}, "read.target_value is 9.9; AWS takes 10 to 90 percent"),
        ({"read": {**limits(), "target_value": 91.0}}, "read.target_value is 91.0"),
        ({"read": {**limits(), "scale_in_cooldown": -1}}, "read.scale_in_cooldown is -1; AWS takes 0 or more"),
        ({"indexes": [INDEX, INDEX]}, "indexes lists by_place more than once"),
        ({"indexes": [{**INDEX, "index_name": "a b"}]}, "index_name is 'a b'"),
        ({"indexes": [{**INDEX, "write": limits(9, 1)}]}, "write.min_capacity of index by_place is 9"),
    ],
)
def test_impossible_options_are_refused(change, message):
    options = {"table_name": "places", "state": "present", "read": None, "write": None, "indexes": [INDEX]}
    scaling.check(options)
    with pytest.raises(Refused, match=message):
        scaling.check({**options, **change})


@pytest.mark.parametrize("value", [10.0, 20.0, 90.0])
def test_target_values_that_aws_takes_are_accepted(value):
    read = {**limits(), "target_value": value, "scale_in_cooldown": 0}
    scaling.check({"table_name": "places", "state": "present", "read": read, "write": None, "indexes": []})


def test_targets_of_other_tables_are_left_out():
    def target(resource):
        dimension = "dynamodb:table:ReadCapacityUnits"
        return {"resource_id": resource, "scalable_dimension": dimension, "min_capacity": 1, "max_capacity": 10}

    config = {"target_value": 70.0, "disable_scale_in": False}
    policy = {"policy_name": "p", "target_tracking_scaling_policy_configuration": config}
    policies = [{**policy, **target("table/t")}, {**policy, **target("table/t2")}]
    listed = [target("table/t"), target("table/t2"), target("table/t/index/i")]
    found = scaling.found_targets("t", listed, policies)
    assert [(t["resource_id"], len(t["policies"])) for t in found] == [("table/t", 1), ("table/t/index/i", 0)]
    assert found[0]["policies"][0]["scale_in_cooldown"] == 0


def test_sent_targets_are_found_as_wanted():
    (wanted,) = scaling.wanted_targets("t", limits(), None, [])
    sent = {**wanted, "target_tracking_scaling_policy_configuration": scaling.tracking(wanted)}
    policy = {**sent, "policy_name": wanted["policies"][0]["policy_name"]}
    assert scaling.found_targets("t", [wanted], [policy]) == [wanted]


def test_dynamodb_copies_write_targets_only():
    assert scaling.scales_writes({"scalable_dimension": "dynamodb:index:WriteCapacityUnits"})
    assert not scaling.scales_writes({"scalable_dimension": "dynamodb:table:ReadCapacityUnits"})
