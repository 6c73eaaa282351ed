"""Errors of DynamoDB that real AWS was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest
from dynamodb_tables import GSI, PK, T, make, unchecked
from promise import keeps
from recorded import Recorded, check

INVALID, GONE = "ValidationException", "ResourceNotFoundException"
ITEM, KEY = {"Item": {"pk": {"S": "1"}}}, {"Key": {"pk": {"S": "1"}}}
WRONG = "One or more parameter values were invalid: "
MIXED = "Can not use both expression and non-expression parameters in the same request: "
CONSTRAINT = "1 validation error detected: Value {} failed to satisfy constraint: Member must "
NEW = {**T, "AttributeDefinitions": [PK], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
UNITS = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
RANGE = {"AttributeName": "sk", "AttributeType": "S"}
LOCAL = {**GSI, "IndexName": "local", "KeySchema": [*NEW["KeySchema"], {"AttributeName": "sk", "KeyType": "RANGE"}]}
VALUE = {"ExpressionAttributeValues": {":v": {"S": "1"}}}
QUERY = {"KeyConditionExpression": "pk = :v", **VALUE}
MANY = [{"pk": {"S": str(number)}} for number in range(101)]


def row(call: str, mistake: str, message: str, code: str = INVALID, **request: Any) -> Recorded:
    """Return the error of a call on the table `orders`, which exists."""

    def prepared(aws: Any) -> dict[str, Any]:
        make(aws.client("dynamodb"))
        return {**T, **request}

    return Recorded(f"dynamodb:{call}", mistake, code, 400, message, prepared)


def bare(call: str, mistake: str, message: str, code: str = INVALID, **request: Any) -> Recorded:
    return Recorded(f"dynamodb:{call}", mistake, code, 400, message, request)


def policyless(aws: Any) -> dict[str, Any]:
    return {"ResourceArn": make(aws.client("dynamodb"))["TableArn"]}


def existing(aws: Any) -> dict[str, Any]:
    client = aws.client("dynamodb")
    make(client)
    client.put_item(**T, **ITEM)
    return {**T, **ITEM, "ConditionExpression": "attribute_not_exists(pk)"}


NAMELESS = "The parameter 'TableName' is required but was not present in the request"
SHORT = CONSTRAINT.format("'ab' at 'tableName'") + "have length greater than or equal to 3"
PATTERN = CONSTRAINT.format("'x!' at 'tableName'") + "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
LONG = CONSTRAINT.format(f"'{'a' * 256}' at 'tableName'") + "have length less than or equal to 255"
KEY_TYPE = CONSTRAINT.format("'X' at 'keySchema.1.member.keyType'") + "satisfy enum value set: [HASH, RANGE]"
ATTRIBUTE_TYPE = (
    CONSTRAINT.format("'X' at 'attributeDefinitions.1.member.attributeType'") + "satisfy enum value set: [B, N, S]"
)
ELEMENTS = ", ".join(f"KeySchemaElement(attributeName={name}, keyType={kind})" for name, kind in (
    ("pk", "HASH"), ("sk", "RANGE"), ("z", "RANGE"),
))  # fmt: skip
THREE_KEYS = CONSTRAINT.format(f"'[{ELEMENTS}]' at 'keySchema'") + "have length less than or equal to 2"
SELECT = CONSTRAINT.format("'X' at 'select'") + (
    "satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
)
TOO_MANY_KEYS = CONSTRAINT.format("at 'RequestItems.orders.member.Keys'") + "have length less than or equal to 100"
UNDEFINED = "An expression attribute {0} used in {1} is not defined; attribute {0}: {2}"
NO_RANGE_KEY = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
    "path one: [a], path two: [a, b]"
)
ROWS = (
    # recorded by cloud-custodian and LocalStack
    bare("DescribeContinuousBackups", "no table", "Table not found: orders", "TableNotFoundException", **T),
    bare("DeleteTable", "no table", "Requested resource not found: Table: orders not found", GONE, **T),
    bare("BatchWriteItem", "no table", "Requested resource not found", GONE,
         RequestItems={"orders": [{"PutRequest": ITEM}]}),
    Recorded("dynamodb:GetResourcePolicy", "no policy", "PolicyNotFoundException", 400,
             "Resource-based policy not found for the provided ResourceArn: {ResourceArn}", policyless),
    Recorded("dynamodb:PutItem", "a false condition", "ConditionalCheckFailedException", 400,
             "The conditional request failed", existing),
    # observed by the suite dynamodb-conformance
    bare("CreateTable", "no name", NAMELESS, **{name: value for name, value in NEW.items() if name != "TableName"}),
    bare("CreateTable", "a short name", SHORT, **{**NEW, "TableName": "ab"}),
    bare("CreateTable", "a key type", KEY_TYPE, **{**NEW, "KeySchema": [{"AttributeName": "pk", "KeyType": "X"}]}),
    bare("CreateTable", "a type", ATTRIBUTE_TYPE, **{**NEW, "AttributeDefinitions": [{**PK, "AttributeType": "X"}]}),
    bare("CreateTable", "one attribute as both keys", "Invalid KeySchema: Some index key attribute have no definition",
         **{**NEW, "KeySchema": [{"AttributeName": "pk", "KeyType": kind} for kind in ("HASH", "RANGE")]}, **UNITS),
    bare("CreateTable", "three keys", THREE_KEYS, **{**NEW, "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"}, *({"AttributeName": n, "KeyType": "RANGE"} for n in ("sk", "z"))]}),
    bare("CreateTable", "a local index without a range key", WRONG + NO_RANGE_KEY,
         **{**NEW, "AttributeDefinitions": [PK, RANGE]}, **UNITS, LocalSecondaryIndexes=[LOCAL]),
    bare("CreateTable", "two indexes of one name", f"{WRONG}Duplicate index name: by-day",
         **{**NEW, "AttributeDefinitions": [PK, {**RANGE, "AttributeName": "day"}]},
         BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[GSI, GSI]),
    row("PutItem", "a long name of the table", LONG, **ITEM, TableName="a" * 256),
    row("DeleteItem", "a name with other signs", PATTERN, Key={}, TableName="x!", ReturnValues="X"),
    row("PutItem", "an empty set", f"{WRONG}An string set  may not be empty", Item={**KEY["Key"], "a": {"SS": []}}),
    row("PutItem", "no numbers", f"{WRONG}An number set  may not be empty", Item={**KEY["Key"], "a": {"NS": []}}),
    row("PutItem", "duplicates", f"{WRONG}Input collection [a, a] contains duplicates.",
        Item={**KEY["Key"], "a": {"SS": ["a", "a"]}}),
    row("PutItem", "NULL of false", f"{WRONG}Null attribute value types must have the value of true",
        Item={**KEY["Key"], "a": {"NULL": False}}),
    row("PutItem", "Expected and a condition",
        f"{MIXED}Non-expression parameters: {{{{Expected}}}} Expression parameters: {{{{ConditionExpression}}}}",
        **ITEM, Expected={"pk": {"Exists": False}}, ConditionExpression="attribute_not_exists(pk)"),
    row("PutItem", "values without an expression",
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        **ITEM, **VALUE),
    row("GetItem", "a wrong projection", 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"',
        **KEY, ProjectionExpression="!!! INVALID !!!"),
    row("GetItem", "another key", "The provided key element does not match the schema", Key={"no": {"S": "1"}}),
    row("GetItem", "overlapping paths", f"Invalid ProjectionExpression: {OVERLAP}",
        **KEY, ProjectionExpression="a, a.b"),
    row("UpdateItem", "no clause", 'Invalid UpdateExpression: Syntax error; token: "NO", near: "NO CLAUSE"',
        **KEY, UpdateExpression="NO CLAUSE HERE", **VALUE),
    row("UpdateItem", "a value that is missing",
        "Invalid UpdateExpression: " + UNDEFINED.format("value", "expression", ":v"),
        **KEY, UpdateExpression="SET a = :v"),
    row("UpdateItem", "a name that is not used",
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {{#n}}",
        **KEY, UpdateExpression="SET a = :v", **VALUE, ExpressionAttributeNames={"#n": "n"}),
    row("UpdateItem", "an empty expression", "Invalid UpdateExpression: The expression can not be empty;",
        **KEY, UpdateExpression=""),
    row("UpdateItem", "a key", f"{WRONG}Cannot update attribute pk. This attribute is part of the key",
        **KEY, UpdateExpression="SET pk = :v", **VALUE),
    row("Query", "no limit", "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must "
        "have value greater than or equal to 1", **QUERY, Limit=0),
    row("Query", "an unknown Select", SELECT, **QUERY, Select="X"),
    row("Query", "no key condition", "Invalid KeyConditionExpression: The expression can not be empty;",
        KeyConditionExpression="", **VALUE),
    row("Query", "another key", "Query condition missed key schema element: pk",
        KeyConditionExpression="a = :v", **VALUE),
    row("Query", "a name that is missing",
        "Invalid FilterExpression: " + UNDEFINED.format("name", "the document path", "#n"),
        **QUERY, FilterExpression="#n = :v"),
    row("Scan", "the last segment", "The Segment parameter is zero-based and must be less than parameter "
        "TotalSegments: Segment: 5 is not less than TotalSegments: 5", Segment=5, TotalSegments=5),
    row("Scan", "no limit", CONSTRAINT.format("'0' at 'limit'") + "have value greater than or equal to 1", Limit=0),
    bare("BatchGetItem", "nothing", "The requestItems parameter is required for BatchGetItem", RequestItems={}),
    bare("BatchWriteItem", "nothing", "The requestItems parameter is required for BatchWriteItem", RequestItems={}),
    bare("BatchGetItem", "101 keys", TOO_MANY_KEYS, RequestItems={"orders": {"Keys": MANY}}),
)  # fmt: skip


class _Unchecked:
    """Clients that leave the validation of parameters to the service."""

    def __init__(self, aws: Any) -> None:
        self._aws = aws

    def client(self, _: str) -> Any:
        return unchecked(self._aws)


@keeps("dynamodb.order", "dynamodb.sets", "dynamodb.table-name", "dynamodb.local-indexes", "dynamodb.legacy")
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_errors_are_those_of_aws(aws: Any, row: Recorded) -> None:
    check(_Unchecked(aws), row)


@keeps("dynamodb.order")
def test_all_violations_of_the_model_are_told_together(aws: Any) -> None:
    with pytest.raises(Exception, match=r"^.*3 validation errors detected: .*returnConsumedCapacity.*; .*") as caught:
        unchecked(aws).put_item(
            **T, **ITEM, ReturnValues="X", ReturnConsumedCapacity="X", ReturnItemCollectionMetrics="X"
        )
    assert "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]" in str(caught.value)
    with pytest.raises(Exception, match="Map value must satisfy constraint: .Member must have length less than"):
        unchecked(aws).batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": key}} for key in MANY[:26]]})
