"""DynamoDB: transactions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from dynamodb_tables import IMAGES, PK, THERE, T, make, refused, replica, schema
from promise import keeps

NEW = {"ConditionExpression": "attribute_not_exists(pk)"}
ADD = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}


def item(name: str, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": name}, **attributes}


def put(name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {**T, "Item": item(name), **more}}


def reasons(call: Any, *actions: Any, **params: Any) -> list[dict[str, Any]]:
    """Return the reasons for which a transaction is cancelled."""
    with pytest.raises(ClientError) as caught:
        call(TransactItems=list(actions), **params)
    error = caught.value.response
    codes = ", ".join(reason["Code"] for reason in error["CancellationReasons"])
    assert error["Error"]["Code"] == "TransactionCanceledException"
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    assert error["Error"]["Message"] == text
    return list(error["CancellationReasons"])


@keeps("dynamodb.transactions")
def test_a_transaction_writes_all_or_nothing_in_every_region(aws: Any, here: Any, there: Any) -> None:
    make(here, StreamSpecification=IMAGES)
    here.update_table(**replica("Create", THERE))
    here.put_item(**T, Item=item("1", n={"N": "1"}))
    update = {"Update": {**T, "Key": item("1"), **ADD}}
    failing = {"ConditionCheck": {**T, "Key": item("9"), "ConditionExpression": "attribute_exists(pk)"}}
    none, failed = reasons(here.transact_write_items, update, failing)
    assert (none["Code"], failed["Code"]) == ("None", "ConditionalCheckFailed")
    (old,) = reasons(here.transact_write_items, put("1", **NEW, ReturnValuesOnConditionCheckFailure="ALL_OLD"))
    assert old["Item"] == item("1", n={"N": "1"})
    there.put_item(**T, Item=item("2"))
    here.transact_write_items(TransactItems=[update, {"Delete": {**T, "Key": item("2")}}, put("3", **NEW)])
    streams = aws.client("dynamodbstreams")
    (stream,) = streams.list_streams(**T)["Streams"]
    (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    place = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(ShardIterator=streams.get_shard_iterator(**place)["ShardIterator"])["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "INSERT", "MODIFY", "REMOVE", "INSERT"]
    for client in (here, there):
        assert sorted(each["pk"]["S"] for each in client.scan(**T)["Items"]) == ["1", "3"]
        assert client.get_item(**T, Key=item("1"))["Item"]["n"] == {"N": "2"}
    got = here.transact_get_items(
        TransactItems=[
            {"Get": {**T, "Key": item("1"), "ProjectionExpression": "n"}},
            {"Get": {**T, "Key": item("9")}},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert got["Responses"] == [{"Item": {"n": {"N": "2"}}}, {}]
    assert got["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 4.0}]


@keeps("dynamodb.transactions")
def test_wrong_transactions_are_refused(here: Any) -> None:
    make(here)
    write, get = here.transact_write_items, here.transact_get_items
    assert "multiple operations on one item" in refused("ValidationException", write, TransactItems=[put("1")] * 2)
    reads = [{"Get": {**T, "Key": item("1")}}] * 2
    assert "multiple operations on one item" in refused("ValidationException", get, TransactItems=reads)
    refused("ValidationException", write, TransactItems=[{**put("1"), "Delete": {**T, "Key": item("1")}}])
    refused("ResourceNotFoundException", write, TransactItems=[{"Put": {"TableName": "missing", "Item": item("1")}}])
    text = refused("ValidationException", get, TransactItems=[{"Get": {**T, "Key": {}, "ProjectionExpression": "!!"}}])
    assert text == 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    (wrong,) = reasons(get, {"Get": {**T, "Key": {}}})
    assert wrong == {"Code": "ValidationError", "Message": "The provided key element does not match the schema"}
    large = [put(str(number), **{"Item": item(str(number), a={"S": "x" * 390000})}) for number in range(12)]
    refused("ValidationException", write, TransactItems=large)
    assert here.scan(**T)["Count"] == 0


@keeps("dynamodb.tokens", "dynamodb.consumed", "dynamodb.collections")
def test_a_token_makes_a_transaction_once(aws: Any, here: Any) -> None:
    day = {"AttributeName": "day", "AttributeType": "S"}
    local = {"IndexName": "local", "KeySchema": schema("pk", "day"), "Projection": {"ProjectionType": "ALL"}}
    make(here, KeySchema=schema("pk", "sk"), LocalSecondaryIndexes=[local],
         AttributeDefinitions=[PK, {**day, "AttributeName": "sk"}, day])  # fmt: skip
    key = item("1", sk={"S": "1"})
    asked = {"ReturnConsumedCapacity": "INDEXES", "ReturnItemCollectionMetrics": "SIZE", "ClientRequestToken": "one"}
    answer = here.transact_write_items(TransactItems=[{"Update": {**T, "Key": key, **ADD}}], **asked)
    assert answer["ConsumedCapacity"] == [
        {"TableName": "orders", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}}
    ]
    assert answer["ItemCollectionMetrics"]["orders"][0]["ItemCollectionKey"] == item("1")
    here.transact_write_items(TransactItems=[{"Update": {**T, "Key": key, **ADD}}], **asked)
    assert here.get_item(**T, Key=key)["Item"]["n"] == {"N": "1"}
    other = [{"Delete": {**T, "Key": key}}]
    refused("IdempotentParameterMismatchException", here.transact_write_items, TransactItems=other, **asked)
    aws.control.advance(601)
    here.transact_write_items(TransactItems=other, **asked)
    assert here.scan(**T)["Count"] == 0
