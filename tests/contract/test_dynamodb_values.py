"""DynamoDB: values, what calls consume, local indexes, and the parameters that expressions replaced."""

from __future__ import annotations

from typing import Any

import pytest
from dynamodb_tables import DAY_ATTR, GSI, PK, UNITS, T, make, refused, schema, show
from promise import keeps

SK = {"AttributeName": "sk", "AttributeType": "N"}
LOCAL = {"IndexName": "local", "KeySchema": schema("pk", "day"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
KEY = {"Key": {"pk": {"S": "1"}}}
ONE = {":v": {"N": "1"}}


def item(name: str = "1", **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": name}, **attributes}


@keeps("dynamodb.numbers")
def test_numbers_are_stored_in_one_notation(here: Any) -> None:
    make(here)
    for given, stored in (
        ("00042", "42"), ("1.5E2", "150"), ("3.1400", "3.14"), ("-0", "0"), ("1E-3", "0.001"), ("9" * 38, "9" * 38),
    ):  # fmt: skip
        here.put_item(**T, Item=item(n={"N": given}, s={"NS": [given]}, deep={"L": [{"M": {"a": {"N": given}}}]}))
        found = here.get_item(**T, **KEY)["Item"]
        assert (found["n"], found["s"]) == ({"N": stored}, {"NS": [stored]})
        assert found["deep"] == {"L": [{"M": {"a": {"N": stored}}}]}
    for given, text in (
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1E+126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
    ):
        assert refused("ValidationException", here.put_item, **T, Item=item(n={"N": given})) == text
    here.put_item(**T, Item=item(n={"N": "100000000000000000000.5"}))
    add = {"UpdateExpression": "SET n = n + :v", "ExpressionAttributeValues": {":v": {"N": "0.25"}}}
    assert here.update_item(**T, **KEY, **add, ReturnValues="ALL_NEW")["Attributes"]["n"] == {
        "N": "100000000000000000000.75"
    }


@keeps("dynamodb.types", "dynamodb.expressions")
@pytest.mark.parametrize(
    ("condition", "value", "found"),
    [
        ("a < :v", {"S": "x"}, 0),
        ("a < :v", {"N": "6"}, 1),
        ("a BETWEEN :v AND :v", {"S": "x"}, 0),
        ("a IN (:v)", {"N": "5.0"}, 1),
        ("a <> :v", {"S": "5"}, 1),
        ("gone <> :v", {"S": "5"}, 1),
        ("gone = :v", {"NULL": True}, 0),
        ("size(gone) > :v", {"N": "0"}, 0),
        ("size(#name) = :v", {"N": "3"}, 1),
        ("begins_with(b, :v)", {"B": b"\x01"}, 1),
        ("b > :v", {"B": b"\x00\xff"}, 1),
        ("NOT (a = :v OR contains(tags, :v))", {"S": "red"}, 0),
        ("l[1].m = :v", {"S": "deep"}, 1),
    ],
)
def test_values_compare_by_type(here: Any, condition: str, value: Any, found: int) -> None:
    make(here)
    deep = {"L": [{"S": "x"}, {"M": {"m": {"S": "deep"}}}]}
    held = {"a": {"N": "5"}, "b": {"B": b"\x01\x02"}, "name": {"S": "a\U0001f600"}, "tags": {"SS": ["red"]}, "l": deep}
    here.put_item(**T, Item={**item(), **held})
    names = {"ExpressionAttributeNames": {"#name": "name"}} if "#name" in condition else {}
    scan = {"FilterExpression": condition, "ExpressionAttributeValues": {":v": value}, **names}
    assert here.scan(**T, **scan)["Count"] == found
    projected = here.get_item(**T, **KEY, ProjectionExpression="#l[1].m, a", ExpressionAttributeNames={"#l": "l"})
    assert projected["Item"] == {"l": {"L": [{"M": {"m": {"S": "deep"}}}]}, "a": {"N": "5"}}


def wide(client: Any) -> None:
    """Create a table with a local index and a global one."""
    make(
        client,
        KeySchema=schema("pk", "sk"),
        AttributeDefinitions=[PK, SK, DAY_ATTR],
        LocalSecondaryIndexes=[LOCAL],
        GlobalSecondaryIndexes=[GSI],
    )


def units(answer: Any) -> float:
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


@keeps("dynamodb.consumed")
def test_calls_tell_what_they_consume(here: Any) -> None:
    wide(here)
    every, key = {**T, "ReturnConsumedCapacity": "INDEXES"}, {"Key": item(sk={"N": "1"})}
    total = {**T, "ReturnConsumedCapacity": "TOTAL"}
    big = item(sk={"N": "1"}, text={"S": "x" * 5000})
    put = here.put_item(**every, Item=big)["ConsumedCapacity"]
    assert put == {"TableName": "orders", "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}}
    put = here.put_item(**every, Item={**big, "day": {"S": "mon"}})["ConsumedCapacity"]
    assert put["CapacityUnits"] == 11.0
    assert put["LocalSecondaryIndexes"] == {"local": {"CapacityUnits": 1.0}}
    assert put["GlobalSecondaryIndexes"] == {"by-day": {"CapacityUnits": 5.0}}
    assert units(here.put_item(**total, Item={**big, "day": {"S": "mon"}})) == 5.0
    change = {"UpdateExpression": "SET #d = :d", "ExpressionAttributeNames": {"#d": "day"}}
    moved = here.update_item(**total, **key, **change, ExpressionAttributeValues={":d": {"S": "tue"}})
    assert moved["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 17.0}  # both entries of each index
    for consistent, consumed in ((False, 1.0), (True, 2.0)):
        assert units(here.get_item(**total, **key, ConsistentRead=consistent, ProjectionExpression="pk")) == consumed
        scan = {"FilterExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "other"}}}
        assert units(here.scan(**total, **scan, ConsistentRead=consistent)) == consumed
        batch = {"orders": {"Keys": [key["Key"], item(sk={"N": "2"})], "ConsistentRead": consistent}}
        (got,) = here.batch_get_item(RequestItems=batch, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
        assert got["CapacityUnits"] == consumed * 1.5
    query = {"ExpressionAttributeValues": {":v": {"S": "tue"}}, "ExpressionAttributeNames": {"#d": "day"}}
    read = here.query(**every, IndexName="by-day", KeyConditionExpression="#d = :v", **query)["ConsumedCapacity"]
    assert (read["CapacityUnits"], read["Table"]) == (1.0, {"CapacityUnits": 0.0})
    assert read["GlobalSecondaryIndexes"] == {"by-day": {"CapacityUnits": 1.0}}
    writes = {"orders": [{"DeleteRequest": key}, {"PutRequest": {"Item": item("2", sk={"N": "1"})}}]}
    (wrote,) = here.batch_write_item(RequestItems=writes, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert (wrote["CapacityUnits"], wrote["Table"]) == (12.0, {"CapacityUnits": 6.0})
    assert units(here.delete_item(**total, **key)) == 1.0
    assert "ConsumedCapacity" not in here.scan(**T, ReturnConsumedCapacity="NONE")


@keeps("dynamodb.collections", "dynamodb.local-indexes")
def test_a_table_with_a_local_index_has_item_collections(here: Any) -> None:
    wide(here)
    table = show(here)
    (local,) = table["LocalSecondaryIndexes"]
    assert local["IndexArn"] == f"{table['TableArn']}/index/local" and local["KeySchema"] == schema("pk", "day")
    size, key = {**T, "ReturnItemCollectionMetrics": "SIZE"}, item(sk={"N": "1"})
    shown = {"ItemCollectionKey": item(), "SizeEstimateRangeGB": [0.0, 1.0]}
    assert here.put_item(**size, Item={**key, "day": {"S": "b"}, "n": {"N": "1"}})["ItemCollectionMetrics"] == shown
    change = {"UpdateExpression": "SET n = :v", "ExpressionAttributeValues": ONE}
    assert here.update_item(**size, Key=key, **change)["ItemCollectionMetrics"] == shown
    writes = {"orders": [{"PutRequest": {"Item": item(sk={"N": "2"}, day={"S": "a"})}}]}
    batch = here.batch_write_item(RequestItems=writes, ReturnItemCollectionMetrics="SIZE")
    assert batch["ItemCollectionMetrics"] == {"orders": [shown]}
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "1"}}}
    found = here.query(**T, IndexName="local", ConsistentRead=True, **query)["Items"]
    assert found == [item(sk={"N": "2"}, day={"S": "a"}), item(sk={"N": "1"}, day={"S": "b"})]
    assert here.delete_item(**size, Key=key)["ItemCollectionMetrics"] == shown
    wrong = item(sk={"N": "1"}, day={"N": "1"})
    assert "Type mismatch for Index Key day" in refused("ValidationException", here.put_item, **T, Item=wrong)
    for bad in (
        {**LOCAL, "KeySchema": schema("day", "sk")},
        {**LOCAL, "KeySchema": schema("pk")},
        *({**LOCAL, "IndexName": f"local-{number}"} for number in range(5)),
    ):
        given = [LOCAL, bad] if bad["IndexName"] == "local" else [LOCAL, bad, bad]
        refused("ValidationException", make, client=here, TableName="other", KeySchema=schema("pk", "sk"),
                AttributeDefinitions=[PK, SK, DAY_ATTR], LocalSecondaryIndexes=given)  # fmt: skip
    plain = make(here, TableName="plain")["TableName"]
    assert "ItemCollectionMetrics" not in here.put_item(**{**size, "TableName": plain}, Item=item())


@keeps("dynamodb.legacy")
def test_the_old_parameters_work(here: Any) -> None:
    wide(here)
    for number in range(4):
        here.put_item(**T, Item=item(sk={"N": str(number)}, n={"N": str(number)}, day={"S": "mon"}))

    def than(operator: str, *values: Any) -> dict[str, Any]:
        return {"ComparisonOperator": operator, "AttributeValueList": list(values)}

    conditions = {"pk": than("EQ", {"S": "1"}), "sk": than("BETWEEN", {"N": "1"}, {"N": "3"})}
    both = {"n": than("GT", {"N": "2"}), "day": than("BEGINS_WITH", {"S": "t"})}
    for operator, count in (("AND", 0), ("OR", 1)):
        more = {"ConditionalOperator": operator}
        assert here.query(**T, KeyConditions=conditions, QueryFilter=both, **more)["Count"] == count
        assert here.scan(**T, ScanFilter=both, **more)["Count"] == count
    filters = {"n": than("IN", {"N": "1"}, {"N": "7"}), "none": than("NULL"), "day": than("NOT_CONTAINS", {"S": "x"})}
    assert here.scan(**T, ScanFilter=filters, AttributesToGet=["n"])["Items"] == [{"n": {"N": "1"}}]
    found = here.query(**T, KeyConditions=conditions, AttributesToGet=["sk"])["Items"]
    assert found == [{"sk": {"N": str(number)}} for number in (1, 2, 3)]
    key = {"Key": item(sk={"N": "1"})}
    assert here.get_item(**T, **key, AttributesToGet=["day"])["Item"] == {"day": {"S": "mon"}}
    many = {"orders": {"Keys": [key["Key"]], "AttributesToGet": ["n"]}}
    assert here.batch_get_item(RequestItems=many)["Responses"] == {"orders": [{"n": {"N": "1"}}]}
    updates = {
        "n": {"Action": "ADD", "Value": {"N": "5"}},
        "day": {"Action": "DELETE"},
        "tags": {"Value": {"SS": ["a", "b"]}},
    }
    expected = {"n": {"Value": {"N": "1"}}, "tags": {"Exists": False}}
    changed = here.update_item(**T, **key, AttributeUpdates=updates, Expected=expected, ReturnValues="ALL_NEW")
    attributes = {**changed["Attributes"], "tags": sorted(changed["Attributes"]["tags"]["SS"])}
    assert attributes == item(sk={"N": "1"}, n={"N": "6"}, tags=["a", "b"])
    for call, given in ((here.put_item, {"Item": key["Key"]}), (here.delete_item, key), (here.update_item, key)):
        both = {"Expected": {"n": than("LE", {"N": "5"}), "tags": than("NOT_NULL")}}
        refused("ConditionalCheckFailedException", call, **T, **given, **both)
        call(**T, **given, **both, ConditionalOperator="OR") if call == here.put_item else None
        here.put_item(**T, Item=item(sk={"N": "1"}, n={"N": "6"}, tags={"S": "x"}))
    either = {"Expected": both["Expected"], "ConditionalOperator": "OR"}
    here.update_item(**T, **key, **either)
    here.delete_item(**T, **key, **either)
    refused("ValidationException", here.scan, **T, ScanFilter=filters, FilterExpression="attribute_exists(n)")


@keeps("dynamodb.table-made", "dynamodb.billing-summary")
def test_new_and_deleted_tables_show_few_fields(aws: Any, here: Any) -> None:
    aws.control.scale(1)
    made = make(here, gsi=True)
    (index,) = made["GlobalSecondaryIndexes"]
    assert made["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert not {"WarmThroughput", "Backfilling"} & {*made, *index} and made["TableStatus"] == "CREATING"
    assert "Backfilling" not in show(here)["GlobalSecondaryIndexes"][0]
    aws.control.advance(60)
    table = show(here)
    assert table["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] and table["WarmThroughput"]
    deleted = here.delete_table(**T)["TableDescription"]
    for shown in (deleted, show(here)):
        assert not {"KeySchema", "AttributeDefinitions", "CreationDateTime", "WarmThroughput"} & set(shown)
        assert (shown["TableId"], shown["TableStatus"]) == (table["TableId"], "DELETING")
    make(here, True, TableName="other")
    aws.control.advance(60)
    switched = here.update_table(TableName="other", BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert switched["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}


@keeps("dynamodb.restore-settings")
def test_a_restore_takes_other_settings(aws: Any, here: Any) -> None:
    wide(here)
    here.put_item(**T, Item=item(sk={"N": "1"}, day={"S": "mon"}))
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = here.create_backup(**T, BackupName="one")["BackupDetails"]["BackupArn"]
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    here.update_continuous_backups(**T, **recovery)
    sources = (
        (here.restore_table_from_backup, {"BackupArn": arn}),
        (here.restore_table_to_point_in_time, {"SourceTableName": "orders", "UseLatestRestorableTime": True}),
    )
    for number, (restore, source) in enumerate(sources):
        name = {"TargetTableName": f"new-{number}"}
        refused("ValidationException", restore, **source, **name, BillingModeOverride="PROVISIONED")
        refused("ValidationException", restore, **source, **name, ProvisionedThroughputOverride=UNITS)
        wrong = [{**GSI, "IndexName": "other"}]
        refused("ValidationException", restore, **source, **name, GlobalSecondaryIndexOverride=wrong)
        settings = {
            "BillingModeOverride": "PROVISIONED",
            "ProvisionedThroughputOverride": UNITS,
            "GlobalSecondaryIndexOverride": [{**GSI, "ProvisionedThroughput": UNITS}],
            "LocalSecondaryIndexOverride": [],
            "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        }
        maximum = {"MaxReadRequestUnits": 5}
        refused("ValidationException", restore, **source, **name, **settings, OnDemandThroughputOverride=maximum)
        restore(**source, **name, **settings)
        table = here.describe_table(TableName=f"new-{number}")["Table"]
        assert table["SSEDescription"]["KMSMasterKeyArn"] == key and "LocalSecondaryIndexes" not in table
        for shown in (table, *table["GlobalSecondaryIndexes"]):
            assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == UNITS["ReadCapacityUnits"]
        restore(**source, TargetTableName=f"few-{number}", GlobalSecondaryIndexOverride=[],
                OnDemandThroughputOverride=maximum)  # fmt: skip
        few = here.describe_table(TableName=f"few-{number}")["Table"]
        assert "GlobalSecondaryIndexes" not in few and few["OnDemandThroughput"]["MaxReadRequestUnits"] == 5
        assert here.scan(TableName=f"few-{number}")["Count"] == 1
