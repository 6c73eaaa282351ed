"""DynamoDB: tables and their refusals."""

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
    THERE,
    UNITS,
    T,
    change,
    make,
    refused,
    replica,
    schema,
    show,
    slow,
    unchecked,
)
from emulator.dynamodb import state
from promise import keeps

# Tables


@keeps(
    "dynamodb.table-states",
    "dynamodb.table-busy",
    "dynamodb.table-not-found",
    "dynamodb.table-in-use",
    "dynamodb.table-fields",
)
def test_a_table_is_created_described_and_deleted_over_time(aws: Any, here: Any, there: Any) -> None:
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
def test_waiters_and_paginators_work(aws: Any, here: Any) -> None:
    aws.control.scale(0.001)
    for name in ("aaa", "bbb", "ccc"):
        make(here, TableName=name)
    here.get_waiter("table_exists").wait(TableName="ccc", WaiterConfig={"Delay": 0, "MaxAttempts": 1000})
    pages = list(here.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2}))
    assert [page["TableNames"] for page in pages] == [["aaa", "bbb"], ["ccc"]]
    here.delete_table(TableName="ccc")
    here.get_waiter("table_not_exists").wait(TableName="ccc", WaiterConfig={"Delay": 0, "MaxAttempts": 1000})
    arn = here.describe_table(TableName="aaa")["Table"]["TableArn"]
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": f"{n:02}", "Value": ""} for n in range(12)])
    pages = list(here.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn))
    assert [len(page["Tags"]) for page in pages] == [10, 2]
    assert here.describe_limits()["AccountMaxReadCapacityUnits"] == 80000


@keeps("dynamodb.protection", "dynamodb.sse-key")
def test_all_options_of_create_table_are_described(aws: Any, here: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    make(
        here,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 7},
        DeletionProtectionEnabled=True,
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]},
        StreamSpecification=IMAGES,
        Tags=[{"Key": "a", "Value": "b"}],
    )
    table = show(here)
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": -1}
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    assert table["StreamSpecification"] == IMAGES and table["LatestStreamArn"].startswith(table["TableArn"])
    assert "currently protected" in refused("ValidationException", here.delete_table, **T)
    assert here.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


BOOL = {"AttributeName": "pk", "AttributeType": "BOOL"}
WARM = {"WarmThroughput": {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 4000}}


def missing(call: Any, **params: Any) -> None:
    with pytest.raises(ClientError, match="The local AWS does not implement"):
        call(**params)


@keeps(
    "dynamodb.mrsc",
    "dynamodb.disassociate",
    "dynamodb.multi-account",
    "dynamodb.vectors",
    "dynamodb.warm-new",
    "dynamodb.new-policies",
    "dynamodb.index-insights",
    "dynamodb.restore-moments",
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
        ("update_table", {**T, **change({"Create": {**GSI, "IndexName": "new", **WARM}})}),
        ("create_table", {**T, "WarmThroughput": {}}),
        ("create_table", {**T, "ResourcePolicy": "{}"}),
        ("put_resource_policy", {"ResourceArn": "x", "Policy": "{}", "ConfirmRemoveSelfResourceAccess": True}),
        ("describe_contributor_insights", {**T, "IndexName": "by-day"}),
        ("update_contributor_insights", {**T, "ContributorInsightsMode": "THROTTLED_KEYS"}),
        ("search_vectors", {**T, "IndexName": "abc"}),
        ("restore_table_to_point_in_time", {"TargetTableName": "new", "RestoreDateTime": 1}),
    ],
)
def test_missing_parameters_are_refused(aws: Any, here: Any, operation: str, params: dict[str, Any]) -> None:
    make(here, gsi=True)
    missing(getattr(unchecked(aws), operation), **params)


@keeps(
    "dynamodb.global-2017",
    "dynamodb.bulk",
    "dynamodb.kinesis",
    "dynamodb.partiql",
    "dynamodb.vectors",
    "dynamodb.new-policies",
    "dynamodb.index-insights",
)
@pytest.mark.parametrize(
    "operation",
    [
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
        "list_contributor_insights",
    ],
)
def test_missing_operations_are_refused(aws: Any, operation: str) -> None:
    missing(getattr(unchecked(aws), operation))


@keeps(
    "dynamodb.key-schema",
    "dynamodb.attributes-used",
    "dynamodb.index-capacity",
    "dynamodb.index-projection",
    "dynamodb.stream-view",
    "dynamodb.index-multi",
    "dynamodb.tags",
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
        {"KeySchema": [*schema("pk"), *schema("day")], "AttributeDefinitions": [PK, DAY_ATTR]},
        {"KeySchema": schema("pk", "pk")},
        {"KeySchema": schema("pk", "day")[::-1], "AttributeDefinitions": [PK, DAY_ATTR]},
        {"Tags": [{"Key": "a", "Value": ""}] * 2},
    ],
)
def test_invalid_tables_are_refused(aws: Any, here: Any, params: dict[str, Any]) -> None:
    refused("ValidationException", make, client=unchecked(aws), **params)
    assert here.list_tables()["TableNames"] == []


@keeps("dynamodb.index-limit")
def test_a_table_has_20_global_indexes_at_most(here: Any) -> None:
    indexes = [{**GSI, "IndexName": f"index{n}"} for n in range(21)]
    refused("ValidationException", make, client=here, gsi=True, GlobalSecondaryIndexes=indexes)
    make(here, gsi=True, GlobalSecondaryIndexes=indexes[1:])
    refused("LimitExceededException", here.update_table, **T, **NEW_GSI)


@keeps("dynamodb.limits")
def test_table_operations_at_a_time_are_limited(aws: Any, here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.AT_ONCE == (500, 250)
    monkeypatch.setattr(state, "AT_ONCE", (5, 2))  # creating hundreds of tables takes long
    make(here)
    slow(aws)
    last = {"client": here, "TableName": "last"}
    for number in range(2):
        make(here, gsi=True, TableName=f"indexed{number}")
    assert "concurrent" in refused("LimitExceededException", make, gsi=True, **last)
    for number in range(3):
        make(here, TableName=f"table{number}")
    refused("LimitExceededException", make, **last)
    refused("LimitExceededException", here.update_table, **T, TableClass="STANDARD_INFREQUENT_ACCESS")
    refused("LimitExceededException", here.delete_table, **T)
    make(aws.client("dynamodb", THERE), gsi=True)
    aws.control.advance(10)
    make(gsi=True, **last)


@keeps("dynamodb.quotas")
def test_tag_requests_are_not_throttled(aws: Any, here: Any) -> None:
    arn = make(here)["TableArn"]
    aws.control.scale(1)
    for number in range(20):
        here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": str(number)}])
    assert here.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "19"}]


# One change at a time


@keeps(
    "dynamodb.one-concern",
    "dynamodb.nothing",
    "dynamodb.on-demand-maximum",
    "dynamodb.stream-change",
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
        {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
        {"ProvisionedThroughput": UNITS},
        {"AttributeDefinitions": [PK, DAY_ATTR], "DeletionProtectionEnabled": True},
        {"TableClass": "STANDARD"},
        {"SSESpecification": {"Enabled": False}},
        {"StreamSpecification": {"StreamEnabled": False}},
        {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by_day"}}]},
        {"BillingMode": "PROVISIONED"},
        {"MultiRegionConsistency": "EVENTUAL", "TableClass": "STANDARD_INFREQUENT_ACCESS"},
    ],
)
def test_invalid_updates_are_refused(here: Any, params: dict[str, Any]) -> None:
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
def test_a_table_is_updating_until_its_change_is_done(
    aws: Any, here: Any, params: dict[str, Any], seconds: int
) -> None:
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
def test_deletion_protection_changes_at_once_but_not_twice_within_seconds(aws: Any, here: Any) -> None:
    make(here)
    changed = here.update_table(**T, DeletionProtectionEnabled=True)["TableDescription"]
    assert (changed["TableStatus"], changed["DeletionProtectionEnabled"]) == ("ACTIVE", True)
    aws.control.advance(15)
    here.update_table(**T, DeletionProtectionEnabled=False)
    refused("ThrottlingException", here.update_table, **T, DeletionProtectionEnabled=True)
    here.delete_table(**T)


@keeps("dynamodb.stream-change")
def test_a_stream_is_enabled_changed_and_disabled(here: Any) -> None:
    make(here, StreamSpecification=IMAGES)
    refused("ValidationException", here.update_table, **T, StreamSpecification=IMAGES)
    here.update_table(**T, StreamSpecification={"StreamEnabled": False})
    assert "StreamSpecification" not in show(here)
    other = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    here.update_table(**T, StreamSpecification=other)
    assert show(here)["StreamSpecification"] == other


@keeps("dynamodb.sse-key")
def test_the_key_of_a_table_can_be_changed(aws: Any, here: Any) -> None:
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
def test_changes_of_the_kind_of_key_are_limited_per_day(aws: Any, here: Any) -> None:
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
def test_the_table_class_can_change_twice_in_30_days(aws: Any, here: Any) -> None:
    make(here)
    names = ["STANDARD_INFREQUENT_ACCESS", "STANDARD"]
    for name in names:
        here.update_table(**T, TableClass=name)
        assert show(here)["TableClassSummary"]["TableClass"] == name
    refused("LimitExceededException", here.update_table, **T, TableClass=names[0])
    aws.control.advance(30 * DAY)
    here.update_table(**T, TableClass=names[0])
