"""DynamoDB: global and local secondary indexes."""

from __future__ import annotations

from typing import Any

import pytest
from dynamodb_tables import (
    DAY_ATTR,
    DROP_GSI,
    GSI,
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
)
from promise import keeps

# Indexes


@keeps(
    "dynamodb.index-one",
    "dynamodb.index-states",
    "dynamodb.index-allocation",
    "dynamodb.index-blocks-delete",
    "dynamodb.index-backfilling",
    "dynamodb.attributes-sorted",
)
def test_an_index_is_created_and_deleted_over_time(aws: Any, here: Any) -> None:
    make(here)
    slow(aws)
    answer = here.update_table(**T, **NEW_GSI)["TableDescription"]
    assert (answer["TableStatus"], answer["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("UPDATING", "CREATING")
    assert answer["GlobalSecondaryIndexes"][0]["Backfilling"] is False
    refused("ResourceInUseException", here.update_table, **T, **DROP_GSI)
    aws.control.advance(30)
    table = show(here)
    assert (table["TableStatus"], table["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("ACTIVE", "CREATING")
    assert table["GlobalSecondaryIndexes"][0]["Backfilling"] is True
    second = {**GSI, "IndexName": "second"}
    again = {"AttributeDefinitions": [DAY_ATTR], "GlobalSecondaryIndexUpdates": [{"Create": second}]}
    assert "Only 1 online index" in refused("LimitExceededException", here.update_table, **T, **again)
    refused("ResourceInUseException", here.delete_table, **T)
    refused("ResourceInUseException", here.update_table, **replica("Create", THERE))
    query = {"KeyConditionExpression": "#d = :d", "ExpressionAttributeNames": {"#d": "day"}}
    query["ExpressionAttributeValues"] = {":d": {"S": "x"}}
    refused("ValidationException", here.query, **T, IndexName="by-day", **query)
    aws.control.advance(450)
    index = show(here)["GlobalSecondaryIndexes"][0]
    assert index["IndexStatus"] == "ACTIVE" and "Backfilling" not in index
    assert here.query(**T, IndexName="by-day", **query)["Count"] == 0
    answer = here.update_table(**T, **DROP_GSI)["TableDescription"]
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    aws.control.advance(30)
    table = show(here)
    assert "GlobalSecondaryIndexes" not in table and table["AttributeDefinitions"] == [PK]


@keeps("dynamodb.index-allocation")
def test_a_backfilling_index_can_be_deleted(aws: Any, here: Any) -> None:
    make(here)
    slow(aws)
    here.update_table(**T, **NEW_GSI)
    aws.control.advance(31)
    here.update_table(**T, **DROP_GSI)
    aws.control.advance(30)
    assert "GlobalSecondaryIndexes" not in show(here)


@keeps("dynamodb.attributes-used")
def test_definitions_that_no_key_uses_are_dropped(here: Any) -> None:
    make(here)
    spare = {"AttributeName": "spare", "AttributeType": "S"}
    here.update_table(**T, **change({"Create": GSI}, attributes=[DAY_ATTR, spare]))
    assert show(here)["AttributeDefinitions"] == [DAY_ATTR, PK]


@keeps("dynamodb.index-one", "dynamodb.index-capacity", "dynamodb.attributes-used", "dynamodb.index-multi")
@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationException", change({"Create": {**GSI, "KeySchema": [{"AttributeName": "z", "KeyType": "HASH"}]}})),
        ("ValidationException", change({"Create": GSI}, attributes=[PK, {**DAY_ATTR, "AttributeType": "BOOL"}])),
        ("ValidationException", change({"Create": GSI}, attributes=[{**PK, "AttributeType": "N"}, DAY_ATTR])),
        ("ValidationException", change({"Create": {**GSI, "IndexName": "old"}})),
        ("ValidationException", change({"Create": {**GSI, "ProvisionedThroughput": UNITS}})),
        ("ValidationException", change({"Create": {**GSI, "KeySchema": schema("pk")}}, attributes=[DAY_ATTR])),
        ("LimitExceededException", change({"Create": GSI}, {"Create": {**GSI, "IndexName": "two"}})),
        ("LimitExceededException", change({"Create": GSI}, {"Delete": {"IndexName": "old"}})),
        ("ResourceNotFoundException", {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "missing"}}]}),
    ],
)
def test_invalid_indexes_are_refused(here: Any, code: str, params: dict[str, Any]) -> None:
    make(here, gsi=True, GlobalSecondaryIndexes=[{**GSI, "IndexName": "old"}])
    refused(code, here.update_table, **T, **params)
    assert [index["IndexName"] for index in show(here)["GlobalSecondaryIndexes"]] == ["old"]


MULTI = {
    "IndexName": "multi",
    "KeySchema": [
        {"AttributeName": "flag", "KeyType": "HASH"},
        {"AttributeName": "shard", "KeyType": "HASH"},
        {"AttributeName": "day", "KeyType": "RANGE"},
        {"AttributeName": "hour", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


@keeps("dynamodb.index-multi", "dynamodb.index-multi-query", "dynamodb.index-key-types")
def test_an_index_key_can_have_several_attributes(here: Any) -> None:
    make(here)
    types = {"flag": "S", "shard": "N", "day": "S", "hour": "N"}
    attributes = [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
    here.update_table(**T, **change({"Create": MULTI}, attributes=[PK, *attributes]))
    assert show(here)["GlobalSecondaryIndexes"][0]["KeySchema"] == MULTI["KeySchema"]
    for number in range(6):
        item = {"pk": {"S": str(number)}, "flag": {"S": "yes"}, "shard": {"N": str(number % 2)}, "more": {"S": "x"}}
        here.put_item(**T, Item={**item, "day": {"S": "mon"}, "hour": {"N": str(number)}})
    here.put_item(**T, Item={"pk": {"S": "7"}, "flag": {"S": "yes"}, "shard": {"N": "0"}, "day": {"S": "mon"}})
    wrong = {"pk": {"S": "8"}, "flag": {"BOOL": True}}
    refused("ValidationException", here.put_item, **T, Item=wrong)

    def keys(condition: str, **values: Any) -> list[str]:
        names = {f"#{name}": name for name in types if f"#{name}" in condition}
        given = {f":{name}": value for name, value in values.items()}
        found = here.query(
            **T,
            IndexName="multi",
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=given,
        )["Items"]
        assert all(set(item) == {"pk", *types} for item in found)
        return [item["pk"]["S"] for item in found]

    part = {"f": {"S": "yes"}, "s": {"N": "0"}}
    both, day = "#flag = :f AND #shard = :s", {"d": {"S": "mon"}}
    assert keys(both, **part) == ["0", "2", "4"]
    assert keys(f"{both} AND #day = :d AND #hour > :h", **part, **day, h={"N": "1"}) == ["2", "4"]
    refused("ValidationException", keys, condition="#flag = :f", f={"S": "yes"})
    refused("ValidationException", keys, condition="#flag = :f AND #shard > :s", **part)
    refused("ValidationException", keys, condition=f"{both} AND #hour = :h", **part, h={"N": "1"})
    refused("ValidationException", keys, condition=f"{both} AND #day > :d AND #hour = :h", **part, **day, h={"N": "1"})


@keeps("dynamodb.index-multi")
@pytest.mark.parametrize(
    "kinds", [["HASH"] * 5, ["HASH", *["RANGE"] * 5], ["HASH", "RANGE", "HASH"], ["RANGE", "HASH"]]
)
def test_an_index_key_has_four_hash_and_four_range_parts_in_order_at_most(here: Any, kinds: list[str]) -> None:
    make(here)
    parts = "abcdefghi"[: len(kinds)]
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in zip(parts, kinds, strict=True)]
    attributes = [PK, *({"AttributeName": name, "AttributeType": "S"} for name in parts)]
    params = change({"Create": {**MULTI, "KeySchema": keys}}, attributes=attributes)
    refused("ValidationException", here.update_table, **T, **params)


@keeps("dynamodb.index-projected", "dynamodb.index-projection")
def test_indexes_project_at_most_100_attributes_together(here: Any) -> None:
    projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": [f"a{number}" for number in range(20)]}
    indexes = [{**GSI, "IndexName": f"by-{number}", "Projection": projection} for number in range(6)]
    text = refused("ValidationException", make, client=here, gsi=True, GlobalSecondaryIndexes=indexes)
    assert "exceeds 100" in text
    make(here, gsi=True, GlobalSecondaryIndexes=indexes[:5])
    one = {**indexes[5], "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}}
    assert "exceeds 100" in refused("ValidationException", here.update_table, **T, **change({"Create": one}))
    here.update_table(**T, **change({"Create": {**one, "Projection": {"ProjectionType": "KEYS_ONLY"}}}))
