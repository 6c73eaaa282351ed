"""Changes of tables that AWS limits by time: the plan says so, and an apply ends at once with the time to run again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import words
from ansible_collections.mtk.backend.plugins.module_utils.engine._module import Context
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan
from ansible_collections.mtk.backend.plugins.modules.dynamodb_table import Table
from botocore.exceptions import ClientError

from .conftest import ModuleFailed

NAME = "dynamodb_table"
HOUR, DAY = 3600, 86400
T = {"TableName": "dev_places"}
BASE = {
    "table_name": "dev_places",
    "attribute_definitions": [{"attribute_name": "id", "attribute_type": "S"}],
    "key_schema": [{"attribute_name": "id", "key_type": "HASH"}],
    "wait_timeout": 20,
}
INDEXED = {
    **BASE,
    "attribute_definitions": [{"attribute_name": name, "attribute_type": "S"} for name in ("id", "a")],
    "global_secondary_indexes": [
        {
            "index_name": "by_a",
            "key_schema": [{"attribute_name": "a", "key_type": "HASH"}],
            "projection": {"projection_type": "KEYS_ONLY"},
        }
    ],
}


@pytest.fixture(autouse=True)
def _only_tests_move_the_clock(aws):
    aws.control.scale(0)


def units(read, write=5):
    return {"read_capacity_units": read, "write_capacity_units": write}


def capacity(read, write=5):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def provisioned(read):
    return {**BASE, "billing_mode": "PROVISIONED", "provisioned_throughput": units(read)}


def now(aws):
    return datetime.fromtimestamp(aws.control.ask("GET", "health")["now"], UTC)


def begin_day(aws):
    """Move the clock to the first minute of the next day (UTC)."""
    aws.control.advance(DAY - now(aws).timestamp() % DAY + 60)


def calls(aws, operation, error=""):
    found = [call for call in aws.control.calls(mutating=True) if call["operation"] == operation]
    return [call for call in found if (call["error"] or "") == error]


def refused(run, name=NAME, /, **params):
    """Return the message of a task that fails."""
    with pytest.raises(ModuleFailed) as failure:
        run(name, **params)
    return str(failure.value)


def says(message, when):
    """Return whether the message names this time, to a minute or two."""
    times = [when + timedelta(minutes=minutes) for minutes in (0, 1, 2)]
    found = re.search(r"Run again after ([0-9-]* ?[0-9:]+) \(UTC\)", message)
    return found and found[1] in [text for t in times for text in (f"{t:%H:%M}", f"{t:%Y-%m-%d %H:%M}")]


def expiring(attribute):
    return {**BASE, "time_to_live_specification": {"enabled": True, "attribute_name": attribute}}


def expiry(aws):
    return aws.client("dynamodb").describe_time_to_live(**T)["TimeToLiveDescription"].get("AttributeName")


def test_another_attribute_of_the_time_to_live_takes_two_runs(aws, run):
    run(NAME, **expiring("expires_at"))
    aws.control.advance(HOUR + 1)
    before = len(aws.mutating())
    planned = run(NAME, check=True, **expiring("ttl"))
    (note,) = planned["plan"]["notes"]
    assert note.startswith("AWS takes about 60 min: ") and planned["plan"]["action"] == "update"
    assert len(aws.mutating()) == before
    first = run(NAME, **expiring("ttl"))
    (warning,) = first["plan"]["notes"]
    assert (first["changed"], first["settled"]) == (True, False)
    assert [each for each in first["warnings"] if warning in str(each)]
    assert "the time to live on expires_at is off now, and the one on ttl is still to be turned on" in warning
    assert says(warning, now(aws) + timedelta(hours=1))
    assert aws.mutating()[before:] == ["dynamodb:UpdateTimeToLive"] and expiry(aws) is None
    again = refused(run, **expiring("ttl"))
    assert "AWS refuses the change now: " in again and "modified multiple times within a fixed interval. AWS" in again
    assert says(again, now(aws) + timedelta(hours=1))
    refusals = len(calls(aws, "UpdateTimeToLive", "ValidationException"))
    assert refusals in (1, 2), "a refusal is not polled; a read that lags costs another one"
    aws.control.advance(HOUR + 1)
    assert run(NAME, **expiring("ttl"))["settled"] and expiry(aws) == "ttl"
    assert not run(NAME, **expiring("ttl"))["changed"]


def test_switching_the_time_to_live_off_within_the_hour_ends_at_once(aws, run):
    run(NAME, **expiring("expires_at"))
    off = {**BASE, "time_to_live_specification": {"enabled": False}}
    assert "notes" not in run(NAME, check=True, **off)["plan"]
    assert says(refused(run, **off), now(aws) + timedelta(hours=1))
    assert len(calls(aws, "UpdateTimeToLive", "ValidationException")) == 1
    aws.control.advance(HOUR + 1)
    assert run(NAME, **off)["changed"] and expiry(aws) is None


def test_all_other_changes_are_made_before_the_time_to_live(aws, run):
    run(NAME, **expiring("expires_at"))
    aws.control.advance(HOUR + 1)
    wanted = {**INDEXED, **expiring("ttl"), "attribute_definitions": INDEXED["attribute_definitions"]}
    done = run(NAME, **wanted, table_class="STANDARD_INFREQUENT_ACCESS", tags={"a": "1"})
    assert done["changed"] and not done["settled"]
    found = aws.client("dynamodb").describe_table(**T)["Table"]
    assert found["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS" and found["GlobalSecondaryIndexes"]


def test_a_decrease_that_aws_would_refuse_is_a_decision_in_the_plan(aws, run, worker):
    begin_day(aws)
    run(NAME, **provisioned(50))
    for read in (49, 48, 47, 46):
        aws.client("dynamodb").update_table(**T, ProvisionedThroughput=capacity(read))
    before, allowed = len(aws.mutating()), now(aws) + timedelta(hours=1)
    message = refused(run, check=True, **provisioned(5))
    assert "no decrease of the capacity of the table before" in message and says(message, allowed)
    worker["context"] = Context(collects=True)
    planned = run(NAME, check=True, **provisioned(5))
    assert planned["plan"]["action"] == "refuse" and says(planned["plan"]["reason"], allowed)
    assert refused(run, **provisioned(5)) == message
    assert len(aws.mutating()) == before
    assert run(NAME, **provisioned(60))["changed"], "an increase is always accepted"
    aws.control.advance(HOUR + 1)
    assert run(NAME, **provisioned(5))["changed"]
    assert "before" in refused(run, **provisioned(4))
    aws.control.advance(DAY)
    assert run(NAME, **provisioned(4))["changed"]


def test_a_decrease_of_an_index_is_counted_by_itself(aws, run):
    begin_day(aws)

    def wanted(read):
        (index,) = INDEXED["global_secondary_indexes"]
        indexes = [{**index, "provisioned_throughput": units(read)}]
        return {**INDEXED, "global_secondary_indexes": indexes, "billing_mode": "PROVISIONED"}

    run(NAME, **wanted(50), provisioned_throughput=units(50))
    for read in (49, 48, 47, 46):
        run(NAME, **wanted(read), provisioned_throughput=units(50))
    assert "capacity of index by_a before" in refused(run, **wanted(45), provisioned_throughput=units(50))
    run(NAME, **wanted(46), provisioned_throughput=units(49))


def test_a_decrease_that_only_aws_refuses_ends_at_once(aws, run):
    begin_day(aws)
    run(NAME, **provisioned(50))
    text = "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. And more."
    aws.control.fault("dynamodb:UpdateTable", "error", code="LimitExceededException", message=text, times=9)
    message = refused(run, **provisioned(5))
    assert f"AWS refuses the change now: {text} AWS takes 4 decreases of a capacity a day" in message
    assert len(calls(aws, "UpdateTable", "LimitExceededException")) == 1


def test_the_fifth_switch_to_on_demand_ends_at_once(aws, run):
    ddb = aws.client("dynamodb")
    run(NAME, **provisioned(5))
    for _ in range(4):
        ddb.update_table(**T, BillingMode="PAY_PER_REQUEST")
        ddb.update_table(**T, BillingMode="PROVISIONED", ProvisionedThroughput=capacity(5))
    last = now(aws)
    aws.control.advance(2 * HOUR)
    message = refused(run, **BASE, billing_mode="PAY_PER_REQUEST")
    assert "Update to PayPerRequest mode" in message and says(message, last + timedelta(days=1))
    assert "AWS takes 4 switches to PAY_PER_REQUEST in 24 hours" in message
    assert len(calls(aws, "UpdateTable", "LimitExceededException")) == 1
    aws.control.advance(22 * HOUR + 120)
    assert run(NAME, **BASE, billing_mode="PAY_PER_REQUEST")["changed"]


def test_the_third_change_of_the_table_class_ends_at_once(aws, run):
    infrequent, standard = ({**BASE, "table_class": name} for name in ("STANDARD_INFREQUENT_ACCESS", "STANDARD"))
    for wanted in (standard, infrequent, standard):
        run(NAME, **wanted)
    last = now(aws)
    aws.control.advance(DAY)
    assert says(refused(run, **infrequent), last + timedelta(days=30))
    assert len(calls(aws, "UpdateTable", "LimitExceededException")) == 1
    aws.control.advance(29 * DAY + 120)
    assert run(NAME, **infrequent)["changed"]


def test_the_fifth_change_of_the_kind_of_key_ends_at_once(aws, run):
    run("kms_key", alias="alias/k")
    owned, customer = (
        {**BASE, "sse_specification": spec}
        for spec in ({"enabled": False}, {"enabled": True, "kms_master_key_id": "alias/k"})
    )
    for wanted in (owned, customer, owned, customer, owned):
        run(NAME, **wanted)
    message = refused(run, **customer)
    assert "AWS takes 4 changes of the kind of key" in message and says(message, now(aws) + timedelta(days=1))
    assert len(calls(aws, "UpdateTable", "LimitExceededException")) == 1


def test_quotas_are_reported_in_the_words_of_aws(aws, run):
    run(NAME, **provisioned(5))
    message = refused(run, **provisioned(50000))
    assert "cannot exceed 40000" in message and "Run again" not in message
    assert len(calls(aws, "UpdateTable", "LimitExceededException")) == 1


def test_short_limits_are_waited_for():
    """AWS takes one change of the deletion protection in 15 seconds, and one index at a time."""
    table = Table(None, {"table_name": "dev_places"})
    for code, text in (
        ("ThrottlingException", "Deletion protection was changed a moment ago"),
        ("LimitExceededException", "Only 1 online index can be created or deleted simultaneously per table"),
    ):
        assert table.is_not_yet(ClientError({"Error": {"Code": code, "Message": text}}, "UpdateTable"), {})


def test_the_source_of_a_young_replica_is_not_removed(aws, run):
    replica, west = "dynamodb_table_replica", {"table_name": "dev_places", "region_name": "us-west-2"}
    run(NAME, **BASE)
    run(replica, **west)
    aws.control.advance(DAY)
    aws.client("dynamodb", "us-west-2").update_table(**T, ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
    created = now(aws)
    aws.control.advance(2 * HOUR)
    message = refused(run, replica, **west, state="absent")
    assert "acted as a source region for new replica" in message and "Remove the other replica first" in message
    assert says(message, created + timedelta(days=1))
    assert len(calls(aws, "UpdateTable", "ValidationException")) == 1
    run(replica, **{**west, "region_name": "eu-west-1"}, state="absent")
    run(replica, **west, state="absent")


LIMIT = {"max_read_request_units": 100, "max_write_request_units": -1}
NO_LIMIT = {"max_read_request_units": -1, "max_write_request_units": -1}


def limited(limits, **more):
    (index,) = INDEXED["global_secondary_indexes"]
    indexes = [{**index, "on_demand_throughput": limits}]
    mode = {"billing_mode": "PAY_PER_REQUEST", "on_demand_throughput": limits}
    return {**INDEXED, **mode, "global_secondary_indexes": indexes, **more}


def maxima(aws):
    found = aws.client("dynamodb").describe_table(**T)["Table"]
    parts = (found, *found["GlobalSecondaryIndexes"])
    return [(part.get("OnDemandThroughput") or {}).get("MaxReadRequestUnits", -1) for part in parts]


def test_the_plan_shows_the_field_of_the_index_that_changes(aws, run):
    run(NAME, **limited(NO_LIMIT))
    planned = run(NAME, check=True, **limited(LIMIT))["diff"]
    lines = [words(difference) for difference in Plan("update", planned["before"], planned["after"]).differences()]
    assert lines == [
        "on_demand_throughput.max_read_request_units: -1 -> 100",
        "global_secondary_indexes.by_a.on_demand_throughput.max_read_request_units: -1 -> 100",
    ]


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (NAME, {**BASE, "tags": {"aws:x": "1"}}, "AWS reserves aws:"),
        (NAME, expiring(""), "AWS takes 1 to 255 bytes"),
        ("dynamodb_table_replica", {"table_name": "ab", "region_name": "us-west-2"}, "table_name is 'ab'"),
        (
            "dynamodb_table_auto_scaling",
            {"table_name": "dev_places", "read": {"min_capacity": 9, "max_capacity": 5}},
            "read.min_capacity is 9 and read.max_capacity is 5",
        ),
    ],
)
def test_impossible_options_are_refused_before_the_first_request(aws, run, worker, name, change, message):
    assert message in refused(run, name, **change)
    worker["context"] = Context(collects=True)
    planned = run(name, check=True, **change)["plan"]
    assert planned["action"] == "refuse" and message in planned["reason"]
    assert aws.control.calls() == []


def test_limits_of_a_table_and_its_indexes_are_set_and_taken_back(aws, run):
    run(NAME, **limited(NO_LIMIT))
    for limits, expected in ((LIMIT, [100, 100]), (NO_LIMIT, [-1, -1])):
        before = len(aws.mutating())
        assert run(NAME, **limited(limits))["settled"] and maxima(aws) == expected
        assert aws.mutating()[before:] == ["dynamodb:UpdateTable"] * 2
        assert not run(NAME, **limited(limits))["changed"]


def test_a_switch_to_on_demand_with_limits_converges(aws, run):
    run(NAME, **{**INDEXED, "billing_mode": "PROVISIONED", "provisioned_throughput": units(5)})
    assert run(NAME, **limited(LIMIT))["settled"] and maxima(aws) == [100, 100]
    assert not run(NAME, **limited(LIMIT))["changed"]
