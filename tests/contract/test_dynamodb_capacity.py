"""DynamoDB: billing mode, provisioned, on-demand and warm throughput."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from dynamodb_tables import DAY, GSI, HOUR, THERE, UNITS, T, make, refused, replica, show, slow
from promise import keeps


@keeps("dynamodb.billing-summary", "dynamodb.nothing", "dynamodb.limits")
def test_throughput_of_table_and_index_can_be_changed(aws: Any, here: Any) -> None:
    make(here, provisioned=True, gsi=True)
    assert "BillingModeSummary" not in show(here)
    assert "will not change" in refused("ValidationException", here.update_table, **T, ProvisionedThroughput=UNITS)
    more = {"ReadCapacityUnits": 6, "WriteCapacityUnits": 7}
    index = [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": more}}]
    here.update_table(**T, ProvisionedThroughput=more, GlobalSecondaryIndexUpdates=index)
    table = show(here)
    for units in (table["ProvisionedThroughput"], table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]):
        assert {k: units[k] for k in more} == more
        assert units["NumberOfDecreasesToday"] == 0 and "LastIncreaseDateTime" in units
    refused("ValidationException", here.update_table, **T, GlobalSecondaryIndexUpdates=index)
    index[0]["Update"]["IndexName"] = "missing"
    refused("ResourceNotFoundException", here.update_table, **T, GlobalSecondaryIndexUpdates=index)
    huge = {**UNITS, "ReadCapacityUnits": 40001}
    refused("LimitExceededException", here.update_table, **T, ProvisionedThroughput=huge)


@keeps("dynamodb.decreases")
def test_decreases_are_limited_per_day(aws: Any, here: Any) -> None:
    units = {"ReadCapacityUnits": 20, "WriteCapacityUnits": 5}
    make(here, provisioned=True, ProvisionedThroughput=units)
    now = aws.control.ask("GET", "health")["now"]
    aws.control.advance(DAY - now % DAY + 60)
    for read in (19, 18, 17, 16):
        here.update_table(**T, ProvisionedThroughput={**units, "ReadCapacityUnits": read})
    assert show(here)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    less = {**units, "ReadCapacityUnits": 15}
    message = refused("LimitExceededException", here.update_table, **T, ProvisionedThroughput=less)
    last = show(here)["ProvisionedThroughput"]["LastDecreaseDateTime"].astimezone(UTC)
    times = (f"{when:%A, %B %d, %Y at %I:%M:%S %p}" for when in (last, last + timedelta(hours=1)))
    texts = ("Number of decreases today: 4", *(f"{next(times)} Coordinated Universal Time" for _ in range(2)))
    assert all(text in message for text in texts), message
    here.update_table(**T, ProvisionedThroughput={**units, "ReadCapacityUnits": 30})
    aws.control.advance(HOUR)
    here.update_table(**T, ProvisionedThroughput=less)
    aws.control.advance(DAY)
    assert show(here)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0


@keeps("dynamodb.decreases", "dynamodb.limits")
def test_decreases_of_table_and_index_are_counted_separately(aws: Any, here: Any) -> None:
    units = {"ReadCapacityUnits": 40, "WriteCapacityUnits": 40}
    make(here, provisioned=True, ProvisionedThroughput=units, gsi=True,
         GlobalSecondaryIndexes=[{**GSI, "ProvisionedThroughput": units}])  # fmt: skip
    now = aws.control.ask("GET", "health")["now"]
    aws.control.advance(DAY - now % DAY + 60)

    def less(read: int) -> list[dict[str, Any]]:
        return [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": {**units, "ReadCapacityUnits": read}}}]

    for read in (39, 38, 37, 36):
        here.update_table(**T, GlobalSecondaryIndexUpdates=less(read))
    both = {"ProvisionedThroughput": UNITS, "GlobalSecondaryIndexUpdates": less(35)}
    refused("LimitExceededException", here.update_table, **T, **both)
    assert show(here)["ProvisionedThroughput"]["ReadCapacityUnits"] == 40
    here.update_table(**T, ProvisionedThroughput=UNITS)
    for read in range(35, 12, -1):
        if read > 16:
            aws.control.advance(HOUR)
            here.update_table(**T, GlobalSecondaryIndexUpdates=less(read))
    shown = show(here)["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    assert shown["NumberOfDecreasesToday"] == 23


@keeps("dynamodb.to-on-demand")
def test_the_second_switch_to_on_demand_is_fast(aws: Any, here: Any) -> None:
    make(here, provisioned=True)
    slow(aws)
    for seconds in (150, 5):
        here.update_table(**T, BillingMode="PAY_PER_REQUEST")
        aws.control.advance(seconds - 1)
        assert show(here)["TableStatus"] == "UPDATING"
        aws.control.advance(1)
        assert show(here)["TableStatus"] == "ACTIVE"
        here.update_table(**T, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
        aws.control.advance(60)


@keeps("dynamodb.warm-rises", "dynamodb.synced")
def test_warm_throughput_can_only_be_raised(aws: Any, here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    slow(aws)
    more = {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 4000}
    shown = here.update_table(**T, WarmThroughput=more)["TableDescription"]
    assert (shown["TableStatus"], show(there)["WarmThroughput"]) == ("ACTIVE", {**more, "Status": "UPDATING"})
    assert show(here)["Replicas"][0]["WarmThroughput"] == show(here)["WarmThroughput"] == {**more, "Status": "UPDATING"}
    assert show(here)["GlobalSecondaryIndexes"][0]["WarmThroughput"]["Status"] == "ACTIVE"
    aws.control.advance(300)
    assert show(here)["WarmThroughput"]["Status"] == "ACTIVE"
    index = [{"Update": {"IndexName": "by-day", "WarmThroughput": {"ReadUnitsPerSecond": 13000}}}]
    here.update_table(**T, GlobalSecondaryIndexUpdates=index)
    for client in (here, there):
        warm = show(client)["GlobalSecondaryIndexes"][0]["WarmThroughput"]
        assert (warm["ReadUnitsPerSecond"], warm["Status"]) == (13000, "UPDATING")
        assert show(client)["WarmThroughput"]["Status"] == "ACTIVE"
    refused("ValidationException", here.update_table, **T, WarmThroughput={"ReadUnitsPerSecond": 12000})
    refused("ValidationException", here.update_table, **T, GlobalSecondaryIndexUpdates=index)
    refused("ValidationException", here.update_table, **T, WarmThroughput=more, BillingMode="PAY_PER_REQUEST")
    index[0]["Update"]["IndexName"] = "missing"
    refused("ResourceNotFoundException", here.update_table, **T, GlobalSecondaryIndexUpdates=index)
    nothing = [{"Update": {"IndexName": "by-day"}}]
    refused("ValidationException", here.update_table, **T, GlobalSecondaryIndexUpdates=nothing)


@keeps("dynamodb.to-on-demand", "dynamodb.to-on-demand-limit", "dynamodb.to-provisioned", "dynamodb.on-demand-maximum")
def test_billing_mode_can_be_switched_four_times_a_day(aws: Any, here: Any) -> None:
    make(here, provisioned=True, gsi=True)
    update = here.update_table
    refused("ValidationException", update, **T, BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=UNITS)
    index = [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": UNITS}}]
    for _ in range(4):
        update(**T, BillingMode="PAY_PER_REQUEST")
        assert show(here)["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
        refused("ValidationException", update, **T, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
        update(**T, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS, GlobalSecondaryIndexUpdates=index)
    assert show(here)["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    refused("LimitExceededException", update, **T, BillingMode="PAY_PER_REQUEST")
    aws.control.advance(DAY)
    maximum = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    update(**T, BillingMode="PAY_PER_REQUEST", OnDemandThroughput=maximum)
    assert show(here)["OnDemandThroughput"] == maximum
    update(**T, BillingMode="PAY_PER_REQUEST", OnDemandThroughput=dict.fromkeys(maximum, -1))
    assert "OnDemandThroughput" not in show(here)
    update(**T, OnDemandThroughput=maximum)
    update(**T, OnDemandThroughput={"MaxReadRequestUnits": 30})
    assert show(here)["OnDemandThroughput"] == {**maximum, "MaxReadRequestUnits": 30}
    make(here, provisioned=True, TableName="other")
    provisioned = refused("ValidationException", update, TableName="other", OnDemandThroughput=maximum)
    assert provisioned.endswith(
        "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"
    )
    update(**T, GlobalSecondaryIndexUpdates=[{"Update": {"IndexName": "by-day", "OnDemandThroughput": maximum}}])
    assert show(here)["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == maximum
    update(**T, BillingMode="PAY_PER_REQUEST")
