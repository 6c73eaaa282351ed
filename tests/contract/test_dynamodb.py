"""DynamoDB of the local AWS: tables, capacity, and auto scaling of global tables."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from dynamodb_tables import (
    DAY,
    DAY_ATTR,
    GSI,
    HERE,
    HOUR,
    IMAGES,
    NEW_GSI,
    PK,
    POLICY,
    THERE,
    THIRD,
    UNITS,
    T,
    autoscale,
    make,
    refused,
    replica,
    schema,
    show,
    slow,
    unchecked,
)
from promise import keeps

# Tables


@keeps(
    "dynamodb.table-states",
    "dynamodb.table-busy",
    "dynamodb.table-not-found",
    "dynamodb.table-in-use",
    "dynamodb.table-fields",
)
def test_a_table_is_created_described_and_deleted_in_time(aws: Any, here: Any, there: Any) -> None:
    aws.control.scale(1)
    made = make(here, gsi=True)
    assert (made["TableStatus"], made["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("CREATING", "CREATING")
    refused("ResourceInUseException", here.update_table, **T, DeletionProtectionEnabled=True)
    refused("ResourceInUseException", here.delete_table, **T)
    refused("ResourceNotFoundException", here.put_item, **T, Item={"pk": {"S": "a"}})
    aws.control.advance(10)
    table = show(here)
    assert table["TableStatus"] == table["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    assert table["TableId"] == made["TableId"]
    assert table["GlobalSecondaryIndexes"][0]["IndexArn"] == f"{table['TableArn']}/index/by-day"
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["WarmThroughput"]["Status"] == "ACTIVE"
    absent = {"SSEDescription", "TableClassSummary", "Replicas", "StreamSpecification", "LocalSecondaryIndexes"}
    assert not absent & set(table)
    refused("ResourceNotFoundException", there.describe_table, **T)
    assert here.delete_table(**T)["TableDescription"]["TableStatus"] == "DELETING"
    assert here.delete_table(**T)["TableDescription"]["TableStatus"] == "DELETING"
    refused("ResourceInUseException", make, client=here)
    aws.control.advance(10)
    refused("ResourceNotFoundException", here.describe_table, **T)
    refused("ResourceNotFoundException", here.delete_table, **T)
    assert here.list_tables()["TableNames"] == []


@keeps("dynamodb.table-waiters", "dynamodb.limits")
def test_waiters_and_pages(aws: Any, here: Any) -> None:
    aws.control.scale(0.001)
    for name in ("aaa", "bbb", "ccc"):
        make(here, TableName=name)
    here.get_waiter("table_exists").wait(TableName="ccc", WaiterConfig={"Delay": 1})
    pages = list(here.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2}))
    assert [page["TableNames"] for page in pages] == [["aaa", "bbb"], ["ccc"]]
    here.delete_table(TableName="ccc")
    here.get_waiter("table_not_exists").wait(TableName="ccc", WaiterConfig={"Delay": 1})
    arn = here.describe_table(TableName="aaa")["Table"]["TableArn"]
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": f"{n:02}", "Value": ""} for n in range(12)])
    pages = list(here.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn))
    assert [len(page["Tags"]) for page in pages] == [10, 2]
    assert here.describe_limits()["AccountMaxReadCapacityUnits"] == 80000


@keeps("dynamodb.protection", "dynamodb.sse-key")
def test_what_a_table_is_made_with(aws: Any, here: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    make(
        here,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 7},
        DeletionProtectionEnabled=True,
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]},
        StreamSpecification=IMAGES,
        Tags=[{"Key": "a", "Value": "b"}],
        WarmThroughput={"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 4000},
        KeySchema=schema("pk", "day"),
        AttributeDefinitions=[PK, DAY_ATTR],
        LocalSecondaryIndexes=[{**GSI, "KeySchema": schema("pk", "day")}],
        ResourcePolicy=POLICY,
    )
    table = show(here)
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    assert table["LocalSecondaryIndexes"][0]["IndexArn"] == f"{table['TableArn']}/index/by-day"
    assert here.get_resource_policy(ResourceArn=table["TableArn"])["Policy"] == POLICY
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": -1}
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    assert table["StreamSpecification"] == IMAGES and table["LatestStreamArn"].startswith(table["TableArn"])
    assert "currently protected" in refused("ValidationException", here.delete_table, **T)
    assert here.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


BOOL = {"AttributeName": "pk", "AttributeType": "BOOL"}


def missing(call: Any, **params: Any) -> None:
    with pytest.raises(ClientError, match="The local AWS does not implement"):
        call(**params)


@keeps(
    "dynamodb.mrsc",
    "dynamodb.disassociate",
    "dynamodb.multi-account",
    "dynamodb.vectors",
    "dynamodb.restore-overrides",
    "dynamodb.legacy-parameters",
    "dynamodb.consumed-capacity",
)
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("update_table", {"MultiRegionConsistency": "STRONG", **replica("Create", THERE)}),
        ("update_table", {**T, "GlobalTableWitnessUpdates": [{"Create": {"RegionName": THERE}}]}),
        ("update_table", replica("Disassociate", THERE, DisassociationMode="WAIT_FOR_REPLICATION")),
        ("update_table", {**T, "DisassociationProtectionEnabled": True}),
        ("update_table", {**T, "GlobalTableSettingsReplicationMode": "ENABLED"}),
        ("create_table", {**T, "GlobalTableSourceArn": f"arn:aws:dynamodb:{HERE}:123456789012:table/orders"}),
        ("update_table", {**T, "VectorIndexUpdates": []}),
        ("search_vectors", {**T, "IndexName": "abc"}),
        ("restore_table_to_point_in_time", {"TargetTableName": "new", "RestoreDateTime": 1}),
        ("restore_table_to_point_in_time", {"TargetTableName": "new", "BillingModeOverride": "PROVISIONED"}),
        ("put_item", {**T, "Item": {}, "Expected": {}}),
        ("update_item", {**T, "Key": {}, "AttributeUpdates": {}}),
        ("query", {**T, "KeyConditions": {}}),
        ("query", {**T, "QueryFilter": {}}),
        ("scan", {**T, "ScanFilter": {}}),
        ("get_item", {**T, "Key": {}, "AttributesToGet": ["a"]}),
        ("scan", {**T, "ReturnConsumedCapacity": "TOTAL"}),
    ],
)
def test_what_is_not_there_is_said(aws: Any, here: Any, operation: str, params: dict[str, Any]) -> None:
    make(here)
    missing(getattr(unchecked(aws), operation), **params)


@keeps(
    "dynamodb.backups",
    "dynamodb.global-2017",
    "dynamodb.bulk",
    "dynamodb.kinesis",
    "dynamodb.partiql",
    "dynamodb.vectors",
)
@pytest.mark.parametrize(
    "operation",
    [
        "create_backup",
        "list_backups",
        "restore_table_from_backup",
        "create_global_table",
        "update_global_table",
        "describe_global_table",
        "list_global_tables",
        "describe_global_table_settings",
        "export_table_to_point_in_time",
        "import_table",
        "start_bulk_put_items",
        "enable_kinesis_streaming_destination",
        "execute_statement",
        "batch_execute_statement",
        "execute_transaction",
        "search_vectors",
    ],
)
def test_operations_that_are_not_there_say_so(aws: Any, operation: str) -> None:
    missing(getattr(unchecked(aws), operation))


@keeps(
    "dynamodb.key-schema",
    "dynamodb.attributes-used",
    "dynamodb.index-capacity",
    "dynamodb.index-projection",
    "dynamodb.stream-view",
    "dynamodb.index-local",
    "dynamodb.index-multi",
)
@pytest.mark.parametrize(
    "params",
    [
        {"AttributeDefinitions": [BOOL]},
        {"AttributeDefinitions": [PK, DAY_ATTR]},
        {"AttributeDefinitions": [DAY_ATTR]},
        {"GlobalSecondaryIndexes": [GSI]},
        {"ProvisionedThroughput": UNITS},
        {"BillingMode": "PROVISIONED"},
        {
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "OnDemandThroughput": {"MaxReadRequestUnits": 1},
        },
        {"BillingMode": "FREE"},
        {"TableName": "a b c"},
        {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/missing"}},
        {"SSESpecification": {"Enabled": False, "KMSMasterKeyId": "alias/aws/dynamodb"}},
        {"StreamSpecification": {"StreamEnabled": True}},
        {"Tags": [{"Key": "aws:x", "Value": ""}]},
        {"TableClass": "GOLD"},
        {
            "GlobalSecondaryIndexes": [{**GSI, "ProvisionedThroughput": UNITS}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
        {
            "GlobalSecondaryIndexes": [{**GSI, "Projection": {"ProjectionType": "INCLUDE"}}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
        {
            "GlobalSecondaryIndexes": [{**GSI, "Projection": {"ProjectionType": "ALL", "NonKeyAttributes": ["a"]}}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
        {"LocalSecondaryIndexes": [{**GSI, "KeySchema": schema("pk", "day")}], "AttributeDefinitions": [PK, DAY_ATTR]},
        {
            "KeySchema": schema("pk", "day"),
            "LocalSecondaryIndexes": [{**GSI, "KeySchema": schema("day", "pk")}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
        {"KeySchema": [*schema("pk"), *schema("day")], "AttributeDefinitions": [PK, DAY_ATTR]},
        {"KeySchema": schema("pk", "pk")},
        {"KeySchema": schema("pk", "day")[::-1], "AttributeDefinitions": [PK, DAY_ATTR]},
        {"WarmThroughput": {"ReadUnitsPerSecond": 11999}},
        {"ResourcePolicy": "no json"},
    ],
)
def test_what_a_table_cannot_be(aws: Any, here: Any, params: dict[str, Any]) -> None:
    refused("ValidationException", make, client=unchecked(aws), **params)
    assert here.list_tables()["TableNames"] == []


# One change at a time


@keeps(
    "dynamodb.one-concern",
    "dynamodb.nothing",
    "dynamodb.on-demand-maximum",
    "dynamodb.stream-change",
    "dynamodb.warm-rises",
    "dynamodb.to-provisioned",
)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"DeletionProtectionEnabled": True, "TableClass": "STANDARD_INFREQUENT_ACCESS"},
        {"StreamSpecification": IMAGES, "BillingMode": "PAY_PER_REQUEST"},
        {**NEW_GSI, "StreamSpecification": IMAGES},
        {"ReplicaUpdates": [{"Create": {"RegionName": THERE}}], "DeletionProtectionEnabled": True},
        {"OnDemandThroughput": {"MaxReadRequestUnits": 5}},
        {"ProvisionedThroughput": UNITS},
        {"AttributeDefinitions": [PK, DAY_ATTR], "DeletionProtectionEnabled": True},
        {"TableClass": "STANDARD"},
        {"SSESpecification": {"Enabled": False}},
        {"StreamSpecification": {"StreamEnabled": False}},
        {"WarmThroughput": {"ReadUnitsPerSecond": 11999}},
        {"BillingMode": "PROVISIONED"},
        {"MultiRegionConsistency": "EVENTUAL", "TableClass": "STANDARD_INFREQUENT_ACCESS"},
    ],
)
def test_what_an_update_cannot_be(here: Any, params: dict[str, Any]) -> None:
    make(here)
    before = show(here)
    refused("ValidationException", here.update_table, **T, **params)
    assert show(here) == before


@keeps("dynamodb.table-states", "dynamodb.table-busy", "dynamodb.to-on-demand")
@pytest.mark.parametrize(
    ("params", "seconds"),
    [
        ({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, 30),
        ({"SSESpecification": {"Enabled": True}}, 30),
        ({"StreamSpecification": IMAGES}, 30),
        ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}, 60),
        ({"BillingMode": "PAY_PER_REQUEST"}, 150),
    ],
)
def test_a_change_takes_its_time(aws: Any, here: Any, params: dict[str, Any], seconds: int) -> None:
    make(here, provisioned=params.get("BillingMode") == "PAY_PER_REQUEST")
    slow(aws)
    assert here.update_table(**T, **params)["TableDescription"]["TableStatus"] == "UPDATING"
    refused("ResourceInUseException", here.update_table, **T, DeletionProtectionEnabled=True)
    refused("ResourceInUseException", here.delete_table, **T)
    here.put_item(**T, Item={"pk": {"S": "a"}})
    aws.control.advance(seconds - 5)
    assert show(here)["TableStatus"] == "UPDATING"
    aws.control.advance(5)
    assert show(here)["TableStatus"] == "ACTIVE"


@keeps("dynamodb.protection-cooldown")
def test_protection_is_at_once_but_not_twice_in_a_moment(aws: Any, here: Any) -> None:
    make(here)
    changed = here.update_table(**T, DeletionProtectionEnabled=True)["TableDescription"]
    assert (changed["TableStatus"], changed["DeletionProtectionEnabled"]) == ("ACTIVE", True)
    aws.control.advance(15)
    here.update_table(**T, DeletionProtectionEnabled=False)
    refused("ThrottlingException", here.update_table, **T, DeletionProtectionEnabled=True)
    here.delete_table(**T)


@keeps("dynamodb.stream-change")
def test_streams(here: Any) -> None:
    make(here, StreamSpecification=IMAGES)
    refused("ValidationException", here.update_table, **T, StreamSpecification=IMAGES)
    here.update_table(**T, StreamSpecification={"StreamEnabled": False})
    assert "StreamSpecification" not in show(here)
    other = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    here.update_table(**T, StreamSpecification=other)
    assert show(here)["StreamSpecification"] == other


@keeps("dynamodb.sse-key")
def test_encryption(aws: Any, here: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    make(here)
    here.update_table(**T, SSESpecification={"Enabled": True})
    assert show(here)["SSEDescription"]["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:")
    refused("ValidationException", here.update_table, **T, SSESpecification={"Enabled": True})
    here.update_table(**T, SSESpecification={"Enabled": True, "KMSMasterKeyId": key})
    assert show(here)["SSEDescription"]["KMSMasterKeyArn"] == key
    other = aws.client("kms", THERE).create_key()["KeyMetadata"]["Arn"]
    disabled = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("kms").disable_key(KeyId=disabled)
    for wrong in (key[:-1] + "x", other, disabled):
        spec = {"Enabled": True, "KMSMasterKeyId": wrong}
        refused("ValidationException", here.update_table, **T, SSESpecification=spec)
    here.update_table(**T, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in show(here)


@keeps("dynamodb.sse-limit")
def test_the_kind_of_key_changes_a_few_times_a_day(aws: Any, here: Any) -> None:
    make(here)
    for turn in range(4):
        here.update_table(**T, SSESpecification={"Enabled": turn % 2 == 0})
    on = {"SSESpecification": {"Enabled": True}}
    refused("LimitExceededException", here.update_table, **T, **on)
    aws.control.advance(6 * HOUR)
    here.update_table(**T, **on)
    refused("LimitExceededException", here.update_table, **T, SSESpecification={"Enabled": False})
    aws.control.advance(DAY)
    here.update_table(**T, SSESpecification={"Enabled": False})


@keeps("dynamodb.class-limit")
def test_table_class_changes_twice_a_month(aws: Any, here: Any) -> None:
    make(here)
    names = ["STANDARD_INFREQUENT_ACCESS", "STANDARD"]
    for name in names:
        here.update_table(**T, TableClass=name)
        assert show(here)["TableClassSummary"]["TableClass"] == name
    refused("LimitExceededException", here.update_table, **T, TableClass=names[0])
    aws.control.advance(30 * DAY)
    here.update_table(**T, TableClass=names[0])


# Throughput and billing


@keeps("dynamodb.billing-summary", "dynamodb.same-throughput", "dynamodb.limits")
def test_throughput(aws: Any, here: Any) -> None:
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
    refused("LimitExceededException", here.update_table, **T, ProvisionedThroughput=less)
    here.update_table(**T, ProvisionedThroughput={**units, "ReadCapacityUnits": 30})
    aws.control.advance(HOUR)
    here.update_table(**T, ProvisionedThroughput=less)
    aws.control.advance(DAY)
    assert show(here)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0


@keeps("dynamodb.decreases", "dynamodb.limits")
def test_table_and_index_have_decreases_of_their_own(aws: Any, here: Any) -> None:
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


@keeps("dynamodb.warm-rises")
def test_warm_throughput_rises(aws: Any, here: Any) -> None:
    make(here, gsi=True)
    slow(aws)
    more = {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 4000}
    shown = here.update_table(**T, WarmThroughput=more)["TableDescription"]
    assert (shown["TableStatus"], show(here)["WarmThroughput"]) == ("ACTIVE", {**more, "Status": "UPDATING"})
    aws.control.advance(300)
    assert show(here)["WarmThroughput"]["Status"] == "ACTIVE"
    index = [{"Update": {"IndexName": "by-day", "WarmThroughput": more}}]
    here.update_table(**T, GlobalSecondaryIndexUpdates=index)
    assert show(here)["GlobalSecondaryIndexes"][0]["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    refused("ValidationException", here.update_table, **T, WarmThroughput={"ReadUnitsPerSecond": 12000})
    index[0]["Update"]["IndexName"] = "missing"
    refused("ResourceNotFoundException", here.update_table, **T, GlobalSecondaryIndexUpdates=index)
    nothing = [{"Update": {"IndexName": "by-day"}}]
    refused("ValidationException", here.update_table, **T, GlobalSecondaryIndexUpdates=nothing)


@keeps("dynamodb.to-on-demand", "dynamodb.to-on-demand-limit", "dynamodb.to-provisioned", "dynamodb.on-demand-maximum")
def test_billing_mode(aws: Any, here: Any) -> None:
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
    update(**T, BillingMode="PAY_PER_REQUEST")


# Auto scaling of global tables


def test_replica_autoscaling_shares_the_store(aws: Any, here: Any, there: Any) -> None:
    describe, update = here.describe_table_replica_auto_scaling, here.update_table_replica_auto_scaling
    make(here, provisioned=True)
    refused("ResourceNotFoundException", describe, **T)
    refused("ResourceNotFoundException", update, **T, ReplicaUpdates=[{"RegionName": HERE}])
    autoscale(aws)
    here.update_table(**replica("Create", THERE))
    shown = describe(**T)["TableAutoScalingDescription"]
    assert [r["RegionName"] for r in shown["Replicas"]] == [THERE, HERE]
    for one in shown["Replicas"]:
        write = one["ReplicaProvisionedWriteCapacityAutoScalingSettings"]
        assert (write["MinimumUnits"], write["MaximumUnits"]) == (1, 10)
        assert write["ScalingPolicies"][0]["PolicyName"] == "w"
        off = {"AutoScalingDisabled": True, "ScalingPolicies": []}
        assert one["ReplicaProvisionedReadCapacityAutoScalingSettings"] == off
    policy = {"ScalingPolicyUpdate": {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 50.0}}}
    read = {"MinimumUnits": 6, "MaximumUnits": 20, **policy}
    name = "ReplicaProvisionedReadCapacityAutoScalingUpdate"
    stale = update(**T, ReplicaUpdates=[{"RegionName": THERE, name: read}])["TableAutoScalingDescription"]
    assert stale == shown
    eu = describe(**T)["TableAutoScalingDescription"]["Replicas"][0]
    settings = eu["ReplicaProvisionedReadCapacityAutoScalingSettings"]
    assert settings["ScalingPolicies"][0]["PolicyName"] == "DynamoDBReadCapacityUtilization:table/orders"
    assert show(there)["ProvisionedThroughput"]["ReadCapacityUnits"] == 6
    assert show(here)["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    update(**T, ProvisionedWriteCapacityAutoScalingUpdate={"MaximumUnits": 99})
    scaling = aws.client("application-autoscaling", THERE)
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert [(t["ScalableDimension"].split(":")[2], t["MaxCapacity"]) for t in targets] == [
        ("ReadCapacityUnits", 20),
        ("WriteCapacityUnits", 99),
    ]
    update(**T, ReplicaUpdates=[{"RegionName": THERE, name: {"AutoScalingDisabled": True}}])
    assert len(scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]) == 1


READS = "ReplicaProvisionedReadCapacityAutoScalingUpdate"


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationException", {}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THIRD, READS: {"AutoScalingDisabled": True}}]}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: {"AutoScalingDisabled": True}}] * 2}),
        ("ValidationException", {"ReplicaUpdates": [{"RegionName": THERE, READS: {"MinimumUnits": 1}}]}),
        ("ValidationException", {"ProvisionedWriteCapacityAutoScalingUpdate": {"MinimumUnits": 11}}),
        (
            "ValidationException",
            {"ProvisionedWriteCapacityAutoScalingUpdate": {"AutoScalingDisabled": True, "MinimumUnits": 1}},
        ),
        (
            "ResourceNotFoundException",
            {
                "GlobalSecondaryIndexUpdates": [
                    {"IndexName": "missing", "ProvisionedWriteCapacityAutoScalingUpdate": {"MinimumUnits": 1}}
                ]
            },
        ),
    ],
)
def test_what_replica_autoscaling_refuses(aws: Any, here: Any, code: str, params: dict[str, Any]) -> None:
    make(here, provisioned=True)
    autoscale(aws)
    here.update_table(**replica("Create", THERE))
    refused(code, here.update_table_replica_auto_scaling, **T, **params)


def test_on_demand_tables_are_not_autoscaled(here: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    policy = {"ScalingPolicyUpdate": {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 50.0}}}
    write = {"MinimumUnits": 1, "MaximumUnits": 2, **policy}
    update = here.update_table_replica_auto_scaling
    refused("ValidationException", update, **T, ProvisionedWriteCapacityAutoScalingUpdate=write)
    update(**T, ProvisionedWriteCapacityAutoScalingUpdate={"AutoScalingDisabled": True})
