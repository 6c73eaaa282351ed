"""DynamoDB: items, reads, writes and streams."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from dynamodb_tables import DAY, HERE, HOUR, IMAGES, THERE, THIRD, T, make, refused, replica, show
from promise import keeps


@keeps("dynamodb.index-key-types")
def test_an_index_key_of_the_wrong_type_is_refused(here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    wrong = {"pk": {"S": "a"}, "day": {"N": "1"}}
    for client in (here, there):
        refused("ValidationException", client.put_item, **T, Item=wrong)
        batch = {"orders": [{"PutRequest": {"Item": wrong}}]}
        refused("ValidationException", client.batch_write_item, RequestItems=batch)
        update = {"Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET #d = :d"}
        update |= {"ExpressionAttributeNames": {"#d": "day"}, "ExpressionAttributeValues": {":d": {"N": "1"}}}
        refused("ValidationException", client.update_item, **T, **update)
    assert here.scan(**T)["Count"] == there.scan(**T)["Count"] == 0
    good = {"pk": {"S": "a"}, "day": {"S": "mon"}, "more": {"B": b"\x01"}}
    here.put_item(**T, Item=good)
    refused("ValidationException", here.update_item, **T, **update)
    for client in (here, there):
        assert client.get_item(**T, Key={"pk": {"S": "a"}})["Item"] == good


@keeps("dynamodb.items-replicated")
def test_items_are_copied_to_every_region(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.put_item(**T, Item={"pk": {"S": "1"}})
    here.update_table(**replica("Create", THERE))
    third = aws.client("dynamodb", THIRD)
    there.update_table(**replica("Create", THIRD))
    clients = (here, there, third)
    assert {r["RegionName"] for r in show(there)["Replicas"]} == {HERE, THIRD}
    there.put_item(**T, Item={"pk": {"S": "2"}})
    third.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": {"pk": {"S": "3"}}}}]})
    for client in clients:
        assert sorted(item["pk"]["S"] for item in client.scan(**T)["Items"]) == ["1", "2", "3"]
    third.delete_item(**T, Key={"pk": {"S": "1"}})
    update = {"UpdateExpression": "ADD hits :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    for client in clients:
        client.update_item(**T, Key={"pk": {"S": "2"}}, **update)
    there.delete_item(**T, Key={"pk": {"S": "3"}})
    for client in clients:
        assert sorted(item["pk"]["S"] for item in client.scan(**T)["Items"]) == ["2"]
        assert client.get_item(**T, Key={"pk": {"S": "2"}})["Item"]["hits"] == {"N": "3"}


@keeps("dynamodb.item-keys")
def test_keys_must_match_the_key_schema(here: Any) -> None:
    make(here)
    update = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"S": "1"}}}
    for key in ({"other": {"S": "1"}}, {"pk": {"S": "1"}, "other": {"S": "1"}}):
        refused("ValidationException", here.update_item, **T, Key=key, **update)
    arn = show(here)["TableArn"]
    here.put_item(TableName=arn, Item={"pk": {"S": "1"}})
    assert here.get_item(TableName=arn, Key={"pk": {"S": "1"}})["Item"] == {"pk": {"S": "1"}}


NOT_THERE = {"ConditionExpression": "attribute_not_exists(pk)"}


def item(name: str, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": name}, **attributes}


@keeps("dynamodb.item-keys", "dynamodb.item-size", "dynamodb.index-key-types")
def test_invalid_items_are_refused(aws: Any, here: Any) -> None:
    make(here, gsi=True)
    bad = [
        {"other": {"S": "1"}},
        {"pk": {"N": "1"}},
        item(""),
        item("1", day={"S": ""}),
        item("1", day={"BOOL": True}),
        item("1", day={"NULL": True}),
        item("1", large={"S": "x" * 410000}),
        item("1", number={"N": "many"}),
        item("1", set={"SS": []}),
        item("1", deep={"M": {"a": {"L": [{"NS": ["1", "1"]}]}}}),
        item("1", two={"S": "a", "N": "1"}),
    ]
    for one in bad:
        refused("ValidationException", here.put_item, **T, Item=one)
        batch = {"orders": [{"PutRequest": {"Item": one}}]}
        refused("ValidationException", here.batch_write_item, RequestItems=batch)
    for key in bad[:3]:
        for call in (here.get_item, here.delete_item):
            refused("ValidationException", call, **T, Key=key)
        refused("ValidationException", here.batch_get_item, RequestItems={"orders": {"Keys": [key]}})
        batch = {"orders": [{"DeleteRequest": {"Key": key}}]}
        refused("ValidationException", here.batch_write_item, RequestItems=batch)
    for wrong in ({}, {"PutRequest": {"Item": item("1")}, "DeleteRequest": {"Key": item("1")}}):
        refused("ValidationException", here.batch_write_item, RequestItems={"orders": [wrong]})
    assert here.scan(**T)["Count"] == 0


@keeps("dynamodb.expressions")
@pytest.mark.parametrize(
    ("condition", "names", "values", "more"),
    [
        ("day = :d", {}, {":d": {"S": "mon"}}, {"IndexName": "by-day"}),
        ("pk = :p", {}, {":p": {"N": "1"}}, {}),
        ("pk = :p", {}, {}, {}),
        ("pk = :p", {}, {":p": {"S": "1"}, ":q": {"S": "1"}}, {}),
        ("#p = :p", {}, {":p": {"S": "1"}}, {}),
        ("#p = :p", {"#p": "pk", "#q": "q"}, {":p": {"S": "1"}}, {}),
        ("begins_with(pk, :p)", {}, {":p": {"S": "1"}}, {}),
        ("other = :p", {}, {":p": {"S": "1"}}, {}),
        ("pk = :p", {}, {":p": {"S": "1"}}, {"FilterExpression": "a b"}),
        ("pk = :p", {}, {":p": {"S": "1"}}, {"FilterExpression": "name = :p"}),
        ("pk = :p", {}, {":p": {"S": "1"}}, {"FilterExpression": "n = :p OR pk = :p"}),
        ("pk = :p", {"#k": "pk"}, {":p": {"S": "1"}}, {"FilterExpression": "#k = :p"}),
        ("", {}, {}, {}),
    ],
)
def test_invalid_queries_are_refused(here: Any, condition: str, names: Any, values: Any, more: Any) -> None:
    make(here, gsi=True)
    given = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    given = {"KeyConditionExpression": condition, **{name: value for name, value in given.items() if value}}
    refused("ValidationException", here.query, **T, **given, **more)


@keeps("dynamodb.conditions")
def test_writes_check_conditions_and_return_values(here: Any) -> None:
    make(here)
    here.put_item(**T, Item=item("1", n={"N": "1"}), **NOT_THERE)
    failing = {**NOT_THERE, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    refused("ConditionalCheckFailedException", here.put_item, **T, Item=item("1"), **failing)
    names, values = {"#n": "n"}, {":n": {"N": "1"}}
    same = {"ConditionExpression": "#n = :n", "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    same["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    change = {**T, "Key": item("1"), "UpdateExpression": "SET #n = #n + :n", **same}
    assert here.update_item(**change, ReturnValues="UPDATED_NEW")["Attributes"] == {"n": {"N": "2"}}
    refused("ConditionalCheckFailedException", here.update_item, **change)
    values[":n"] = {"N": "2"}
    put = here.put_item(**T, Item=item("1", n={"N": "3"}), **same, ReturnValues="ALL_OLD")
    assert put["Attributes"] == item("1", n={"N": "2"})
    refused("ConditionalCheckFailedException", here.delete_item, **T, Key=item("1"), **same)
    values[":n"] = {"N": "3"}
    deleted = here.delete_item(**T, Key=item("1"), **same, ReturnValues="ALL_OLD")
    assert deleted["Attributes"] == item("1", n={"N": "3"})
    assert "Item" not in here.get_item(**T, Key=item("1"), ConsistentRead=True)
    assert "ConsumedCapacity" not in here.update_item(**T, Key=item("2"))
    assert here.get_item(**T, Key=item("2"))["Item"] == item("2")


@keeps("dynamodb.index-eventual", "dynamodb.index-unknown", "dynamodb.table-waiters")
def test_query_scan_and_batch_get_read_many_items(here: Any) -> None:
    make(here, gsi=True)
    for number in range(5):
        here.put_item(**T, Item=item(str(number), day={"S": "mon"}, n={"N": str(number)}, b={"B": b"\x00\xff"}))
    words = {"#d": "day", "#n": "n"}
    values = {":d": {"S": "mon"}, ":n": {"N": "1"}}
    query = {
        **T,
        "IndexName": "by-day",
        "KeyConditionExpression": "#d = :d",
        "FilterExpression": "#n > :n",
        "ExpressionAttributeNames": words,
        "ExpressionAttributeValues": values,
    }
    pages = list(
        here.get_paginator("query").paginate(
            **query,
            ProjectionExpression="pk",
            ScanIndexForward=False,
            ConsistentRead=False,
            PaginationConfig={"PageSize": 2},
        )
    )
    assert [one["pk"]["S"] for page in pages for one in page["Items"]] == ["4", "3", "2"]
    assert here.query(**query, Select="COUNT")["Count"] == 3
    scan = {
        **T,
        "IndexName": "by-day",
        "FilterExpression": "#n > :n",
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    paginator = here.get_paginator("scan")
    pages = list(paginator.paginate(**scan, ProjectionExpression="pk", PaginationConfig={"PageSize": 2}))
    assert sum(len(page["Items"]) for page in pages) == 3
    parts = [here.scan(**T, Segment=n, TotalSegments=2, ConsistentRead=True, Select="COUNT")["Count"] for n in (0, 1)]
    assert sum(parts) == 5
    for call, params in ((here.query, query), (here.scan, scan)):
        refused("ValidationException", call, **params, ConsistentRead=True)
        refused("ValidationException", call, **{**params, "IndexName": "missing"})
    names = {"ProjectionExpression": "#n, b", "ExpressionAttributeNames": {"#n": "n"}}
    assert here.get_item(**T, Key=item("3"), **names)["Item"] == {"n": {"N": "3"}, "b": {"B": b"\x00\xff"}}
    keys = {"orders": {"Keys": [item("1"), item("2"), item("9")]}}
    assert len(here.batch_get_item(RequestItems=keys)["Responses"]["orders"]) == 2


@keeps("dynamodb.item-count")
def test_items_are_counted_every_six_hours(aws: Any, here: Any) -> None:
    make(here, gsi=True)
    here.put_item(**T, Item=item("1", day={"S": "mon"}))
    here.put_item(**T, Item=item("2"))
    assert (show(here)["ItemCount"], show(here)["TableSizeBytes"]) == (0, 0)
    aws.control.advance(6 * HOUR)
    table = show(here)
    assert (table["ItemCount"], table["GlobalSecondaryIndexes"][0]["ItemCount"]) == (2, 1)
    assert table["TableSizeBytes"] > table["GlobalSecondaryIndexes"][0]["IndexSizeBytes"] > 0


@keeps("dynamodb.batches")
def test_batch_writes_take_25_items_without_duplicates(here: Any) -> None:
    make(here)
    puts = [{"PutRequest": {"Item": item(str(number))}} for number in range(25)]
    here.batch_write_item(RequestItems={"orders": puts})
    assert here.scan(**T)["Count"] == 25
    refused("ValidationException", here.batch_write_item, RequestItems={"orders": [*puts, *puts[:1]]})
    twice = [{"PutRequest": {"Item": item("1", a={"S": "b"})}}, {"DeleteRequest": {"Key": item("1")}}]
    assert "duplicates" in refused("ValidationException", here.batch_write_item, RequestItems={"orders": twice})
    refused("ResourceNotFoundException", here.batch_write_item, RequestItems={"missing": puts[:1]})


# Streams


def streams(aws: Any, region: str = HERE) -> list[str]:
    """Return the ARNs of the streams of the table in a region."""
    return [one["StreamArn"] for one in aws.client("dynamodbstreams", region).list_streams(**T)["Streams"]]


def records(aws: Any, region: str = HERE, kind: str = "TRIM_HORIZON", **params: Any) -> list[dict[str, Any]]:
    """Return the records of the only stream of the table in a region."""
    client, (arn,) = aws.client("dynamodbstreams", region), streams(aws, region)
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": kind}
    return list(
        client.get_records(ShardIterator=client.get_shard_iterator(**place, **params)["ShardIterator"])["Records"]
    )


@keeps("dynamodbstreams.records")
@pytest.mark.parametrize("view", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"])
def test_a_stream_holds_the_changes_of_items(aws: Any, here: Any, view: str) -> None:
    make(here, gsi=True, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    update = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    here.update_item(**T, Key=item("1"), **update)
    here.put_item(**T, Item=item("1", n={"N": "1"}))
    here.put_item(**T, Item=item("1", b={"B": b"\x01"}))
    wrong = {"UpdateExpression": "SET day = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    for number in ("1", "2"):
        refused("ValidationException", here.update_item, **T, Key=item(number), **wrong)
    here.delete_item(**T, Key=item("1"))
    here.delete_item(**T, Key=item("1"))
    one, two = item("1", n={"N": "1"}), item("1", b={"B": b"\x01"})
    expected = [("INSERT", None, one), ("MODIFY", one, two), ("REMOVE", two, None)]
    found = records(aws)
    assert [record["eventName"] for record in found] == [kind for kind, _, _ in expected]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in found]
    assert numbers == sorted(set(numbers))
    for record, (_, old, new) in zip(found, expected, strict=True):
        change = record["dynamodb"]
        assert (change["Keys"], change["StreamViewType"], record["awsRegion"]) == (item("1"), view, HERE)
        assert change.get("OldImage") == (old if "OLD" in view else None)
        assert change.get("NewImage") == (new if "NEW" in view else None)


@keeps("dynamodbstreams.each-region", "dynamodb.items-replicated")
def test_a_write_is_in_the_stream_of_each_region(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    there.put_item(**T, Item=item("1"))
    here.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": item("2")}}]})
    here.delete_item(**T, Key=item("1"))
    for region in (HERE, THERE):
        found = records(aws, region)
        changes = [(record["eventName"], record["dynamodb"]["Keys"]) for record in found]
        assert changes == [("INSERT", item("1")), ("INSERT", item("2")), ("REMOVE", item("1"))]
        assert {record["awsRegion"] for record in found} == {region}


@keeps("dynamodbstreams.a-day", "dynamodbstreams.closed", "dynamodbstreams.iterators-expire")
def test_stream_records_are_kept_for_a_day(aws: Any, here: Any) -> None:
    arn, client = make(here, StreamSpecification=IMAGES)["LatestStreamArn"], aws.client("dynamodbstreams")
    here.put_item(**T, Item=item("1"))
    (old,) = records(aws)
    number = old["dynamodb"]["SequenceNumber"]
    aws.control.advance(DAY + 60)
    here.put_item(**T, Item=item("2"))
    (new,) = records(aws)
    assert new["dynamodb"]["Keys"] == item("2")
    assert records(aws, kind="AFTER_SEQUENCE_NUMBER", SequenceNumber=number) == [new]
    with pytest.raises(ClientError, match="TrimmedDataAccessException"):
        records(aws, kind="AT_SEQUENCE_NUMBER", SequenceNumber=number)
    assert records(aws, kind="LATEST") == []
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.get_shard_iterator(**place)["ShardIterator"]
    assert client.get_records(ShardIterator=iterator)["NextShardIterator"]
    aws.control.advance(901)
    refused("ExpiredIteratorException", client.get_records, ShardIterator=iterator)
    here.update_table(**T, StreamSpecification={"StreamEnabled": False})
    here.delete_table(**T)
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    assert shard["SequenceNumberRange"]["EndingSequenceNumber"] == new["dynamodb"]["SequenceNumber"]
    answer = client.get_records(ShardIterator=client.get_shard_iterator(**place)["ShardIterator"], Limit=10)
    assert answer["Records"] == [new] and "NextShardIterator" not in answer


@keeps("dynamodbstreams.each-region")
def test_each_region_of_a_global_table_has_its_own_stream(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE), MultiRegionConsistency="EVENTUAL")
    for region, client in ((HERE, here), (THERE, there)):
        (arn,) = streams(aws, region)
        assert arn == show(client)["LatestStreamArn"] and f":{region}:" in arn
        stream = aws.client("dynamodbstreams", region).describe_stream(StreamArn=arn)["StreamDescription"]
        assert (stream["StreamStatus"], stream["StreamViewType"]) == ("ENABLED", "NEW_AND_OLD_IMAGES")
        assert stream["KeySchema"] == show(client)["KeySchema"] and len(stream["Shards"]) == 1


@keeps("dynamodbstreams.closed", "dynamodbstreams.not-found")
def test_a_stream_is_shown_for_a_day_after_its_end(aws: Any, here: Any) -> None:
    arn = make(here, StreamSpecification=IMAGES)["LatestStreamArn"]
    client = aws.client("dynamodbstreams")
    assert streams(aws) == [arn]
    assert client.list_streams(ExclusiveStartStreamArn=arn)["Streams"] == []
    here.update_table(**T, StreamSpecification={"StreamEnabled": False})
    here.update_table(**T, StreamSpecification=IMAGES)
    here.delete_table(**T)
    first = client.list_streams(**T, Limit=1)
    assert first["LastEvaluatedStreamArn"] == first["Streams"][0]["StreamArn"] == arn
    assert len(streams(aws)) == 2
    assert client.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    aws.control.advance(DAY)
    refused("ResourceNotFoundException", client.describe_stream, StreamArn=arn)
    assert streams(aws) == []


@keeps("dynamodbstreams.not-found", "dynamodbstreams.several-shards", "dynamodbstreams.at-timestamp")
def test_invalid_stream_requests_are_refused(aws: Any, here: Any) -> None:
    arn, client = make(here, StreamSpecification=IMAGES)["LatestStreamArn"], aws.client("dynamodbstreams")
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "AT_SEQUENCE_NUMBER"}
    refused("ResourceNotFoundException", client.describe_stream, StreamArn=arn.replace("orders", "others"))
    refused("ResourceNotFoundException", client.get_shard_iterator, **{**place, "ShardId": shard["ShardId"] + "x"})
    refused("ValidationException", client.get_shard_iterator, **place)
    refused(
        "ValidationException",
        client.get_shard_iterator,
        **{**place, "ShardIteratorType": "LATEST"},
        SequenceNumber="1" * 21,
    )
    refused("ValidationException", client.get_records, ShardIterator="no iterator")
    for call, params in (
        (client.get_shard_iterator, {**place, "Timestamp": 1}),
        (
            client.describe_stream,
            {"StreamArn": arn, "ShardFilter": {"Type": "CHILD_SHARDS", "ShardId": shard["ShardId"]}},
        ),
        (client.describe_stream, {"StreamArn": arn, "Limit": 1}),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(**params)
