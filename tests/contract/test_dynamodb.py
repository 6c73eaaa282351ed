"""DynamoDB of the local AWS: tables, indexes, replicas and what it refuses."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

HERE, THERE, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
DAY, HOUR = 86400, 3600
CLIENTS: dict[tuple[str, str], Any] = {}
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
IMAGES = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
T = {"TableName": "orders"}
GSI = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
PK, DAY_ATTR = {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "S"}
NEW_GSI = {"AttributeDefinitions": [PK, DAY_ATTR], "GlobalSecondaryIndexUpdates": [{"Create": GSI}]}
DROP_GSI = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-day"}}]}


def refused(code: str, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return str(caught.value.response["Error"]["Message"])


def make(client: Any, provisioned: bool = False, gsi: bool = False, **params: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        **T,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [PK, DAY_ATTR] if gsi else [PK],
        "BillingMode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
    }
    units = {"ProvisionedThroughput": UNITS} if provisioned else {}
    given.update(units)
    if gsi:
        given["GlobalSecondaryIndexes"] = [{**GSI, **units}]
    return dict(client.create_table(**{**given, **params})["TableDescription"])


def show(client: Any) -> dict[str, Any]:
    return dict(client.describe_table(**T)["Table"])


def replica(action: str, region: str, **params: Any) -> dict[str, Any]:
    return {**T, "ReplicaUpdates": [{action: {"RegionName": region, **params}}]}


def unchecked(aws: Any, region: str = HERE) -> Any:
    """A client that lets the service check the parameters."""
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
    config = Config(parameter_validation=False)
    return boto3.client("dynamodb", region, endpoint_url=aws.url, config=config, **keys)


def once(aws: Any, region: str) -> Any:
    """A client that does not retry, as botocore does even where a limit will not go away."""
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}
    if (aws.url, region) not in CLIENTS:
        config = Config(retries={"total_max_attempts": 1})
        CLIENTS[aws.url, region] = boto3.client("dynamodb", region, endpoint_url=aws.url, config=config, **keys)
    return CLIENTS[aws.url, region]


@pytest.fixture
def here(aws: Any) -> Any:
    return once(aws, HERE)


@pytest.fixture
def there(aws: Any) -> Any:
    return once(aws, THERE)


def slow(aws: Any) -> None:
    """From now on time passes only as fast as it does, and what was made before is done."""
    aws.control.scale(1)
    aws.control.advance(HOUR)


def autoscale(aws: Any, region: str = HERE, index: str | None = None, policy: bool = True) -> None:
    scaling = aws.client("application-autoscaling", region)
    kind = "index" if index else "table"
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/orders/index/{index}" if index else "table/orders",
        "ScalableDimension": f"dynamodb:{kind}:WriteCapacityUnits",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)
    metric = {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}
    config = {"PredefinedMetricSpecification": metric, "TargetValue": 70.0}
    if policy:
        scaling.put_scaling_policy(
            **target,
            PolicyName="w",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=config,
        )


# Tables


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
    )
    table = show(here)
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": -1}
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    assert table["StreamSpecification"] == IMAGES and table["LatestStreamArn"].startswith(table["TableArn"])
    assert "currently protected" in refused("ValidationException", here.delete_table, **T)
    assert here.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


BOOL = {"AttributeName": "pk", "AttributeType": "BOOL"}


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
        {"GlobalTableSourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/x"},
        {
            "GlobalSecondaryIndexes": [{**GSI, "ProvisionedThroughput": UNITS}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
        {
            "GlobalSecondaryIndexes": [{**GSI, "Projection": {"ProjectionType": "INCLUDE"}}],
            "AttributeDefinitions": [PK, DAY_ATTR],
        },
    ],
)
def test_what_a_table_cannot_be(aws: Any, here: Any, params: dict[str, Any]) -> None:
    refused("ValidationException", make, client=unchecked(aws), **params)
    assert here.list_tables()["TableNames"] == []


# One change at a time


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
        {"MultiRegionConsistency": "STRONG", "ReplicaUpdates": [{"Create": {"RegionName": THERE}}]},
    ],
)
def test_what_an_update_cannot_be(here: Any, params: dict[str, Any]) -> None:
    make(here)
    before = show(here)
    refused("ValidationException", here.update_table, **T, **params)
    assert show(here) == before


@pytest.mark.parametrize(
    ("params", "seconds"),
    [
        ({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, 30),
        ({"SSESpecification": {"Enabled": True}}, 30),
        ({"StreamSpecification": IMAGES}, 30),
        ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}, 60),
    ],
)
def test_a_change_takes_its_time(aws: Any, here: Any, params: dict[str, Any], seconds: int) -> None:
    make(here)
    slow(aws)
    assert here.update_table(**T, **params)["TableDescription"]["TableStatus"] == "UPDATING"
    refused("ResourceInUseException", here.update_table, **T, DeletionProtectionEnabled=True)
    refused("ResourceInUseException", here.delete_table, **T)
    here.put_item(**T, Item={"pk": {"S": "a"}})
    aws.control.advance(seconds - 5)
    assert show(here)["TableStatus"] == "UPDATING"
    aws.control.advance(5)
    assert show(here)["TableStatus"] == "ACTIVE"


def test_protection_is_at_once_but_not_twice_in_a_moment(aws: Any, here: Any) -> None:
    make(here)
    changed = here.update_table(**T, DeletionProtectionEnabled=True)["TableDescription"]
    assert (changed["TableStatus"], changed["DeletionProtectionEnabled"]) == ("ACTIVE", True)
    aws.control.advance(15)
    here.update_table(**T, DeletionProtectionEnabled=False)
    refused("ThrottlingException", here.update_table, **T, DeletionProtectionEnabled=True)
    here.delete_table(**T)


def test_streams(here: Any) -> None:
    make(here, StreamSpecification=IMAGES)
    refused("ValidationException", here.update_table, **T, StreamSpecification=IMAGES)
    here.update_table(**T, StreamSpecification={"StreamEnabled": False})
    assert "StreamSpecification" not in show(here)
    other = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    here.update_table(**T, StreamSpecification=other)
    assert show(here)["StreamSpecification"] == other


def test_encryption(aws: Any, here: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    make(here)
    here.update_table(**T, SSESpecification={"Enabled": True})
    assert show(here)["SSEDescription"]["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:")
    refused("ValidationException", here.update_table, **T, SSESpecification={"Enabled": True})
    here.update_table(**T, SSESpecification={"Enabled": True, "KMSMasterKeyId": key})
    assert show(here)["SSEDescription"]["KMSMasterKeyArn"] == key
    aws.client("kms").disable_key(KeyId=key)
    other = aws.client("kms", THERE).create_key()["KeyMetadata"]["Arn"]
    for wrong in (key[:-1] + "x", other):
        spec = {"Enabled": True, "KMSMasterKeyId": wrong}
        refused("ValidationException", here.update_table, **T, SSESpecification=spec)
    here.update_table(**T, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in show(here)


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


# Indexes


def test_an_index_is_made_and_removed_in_time(aws: Any, here: Any) -> None:
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


def test_a_backfilling_index_can_be_given_up(aws: Any, here: Any) -> None:
    make(here)
    slow(aws)
    here.update_table(**T, **NEW_GSI)
    aws.control.advance(31)
    here.update_table(**T, **DROP_GSI)
    aws.control.advance(30)
    assert "GlobalSecondaryIndexes" not in show(here)


def change(*updates: dict[str, Any], attributes: Any = (PK, DAY_ATTR)) -> dict[str, Any]:
    return {"AttributeDefinitions": list(attributes), "GlobalSecondaryIndexUpdates": list(updates)}


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationException", change({"Create": {**GSI, "KeySchema": [{"AttributeName": "z", "KeyType": "HASH"}]}})),
        ("ValidationException", change({"Create": GSI}, attributes=[PK, {**DAY_ATTR, "AttributeType": "BOOL"}])),
        ("ValidationException", change({"Create": GSI}, attributes=[{**PK, "AttributeType": "N"}, DAY_ATTR])),
        ("ValidationException", change({"Create": {**GSI, "IndexName": "old"}})),
        ("ValidationException", change({"Create": {**GSI, "ProvisionedThroughput": UNITS}})),
        ("ValidationException", change({"Create": GSI}, attributes=[DAY_ATTR, {**DAY_ATTR, "AttributeName": "z"}])),
        ("LimitExceededException", change({"Create": GSI}, {"Create": {**GSI, "IndexName": "two"}})),
        ("LimitExceededException", change({"Create": GSI}, {"Delete": {"IndexName": "old"}})),
        ("ResourceNotFoundException", {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "missing"}}]}),
    ],
)
def test_what_an_index_cannot_be(here: Any, code: str, params: dict[str, Any]) -> None:
    make(here, gsi=True, GlobalSecondaryIndexes=[{**GSI, "IndexName": "old"}])
    refused(code, here.update_table, **T, **params)
    assert [index["IndexName"] for index in show(here)["GlobalSecondaryIndexes"]] == ["old"]


def test_index_keys_have_their_type(here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    wrong = {"pk": {"S": "a"}, "day": {"N": "1"}}
    for client in (here, there):
        refused("ValidationException", client.put_item, **T, Item=wrong)
        batch = {"orders": [{"PutRequest": {"Item": wrong}}]}
        refused("ValidationException", client.batch_write_item, RequestItems=batch)
        transaction = [{"Put": {**T, "Item": wrong}}]
        refused("ValidationException", client.transact_write_items, TransactItems=transaction)
        update = {"Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET #d = :d"}
        update |= {"ExpressionAttributeNames": {"#d": "day"}, "ExpressionAttributeValues": {":d": {"N": "1"}}}
        refused("ValidationException", client.update_item, **T, **update)
        refused("ValidationException", client.transact_write_items, TransactItems=[{"Update": {**T, **update}}])
    assert here.scan(**T)["Count"] == there.scan(**T)["Count"] == 0


# Replicas


def test_a_replica_is_made_and_removed_in_time(aws: Any, here: Any, there: Any) -> None:
    make(here, Tags=[{"Key": "a", "Value": "b"}])
    here.put_item(**T, Item={"pk": {"S": "old"}})
    slow(aws)
    answer = here.update_table(**replica("Create", THERE))["TableDescription"]
    assert answer["TableStatus"] == "UPDATING" and "Replicas" not in answer
    assert "Replicas" not in show(here)
    refused("ResourceNotFoundException", there.describe_table, **T)
    assert there.list_tables()["TableNames"] == []
    refused("ResourceInUseException", make, client=there)
    aws.control.advance(11)
    table = show(here)
    assert table["TableStatus"] == "UPDATING" and table["GlobalTableVersion"] == "2019.11.21"
    assert [(r["RegionName"], r["ReplicaStatus"]) for r in table["Replicas"]] == [(THERE, "CREATING")]
    assert show(there)["TableStatus"] == "CREATING"
    refused("ResourceInUseException", here.update_table, **replica("Create", THIRD))
    refused("ResourceNotFoundException", there.get_item, **T, Key={"pk": {"S": "old"}})
    aws.control.advance(290)
    for client, other in ((here, THERE), (there, HERE)):
        table = show(client)
        assert table["TableStatus"] == "ACTIVE" and table["StreamSpecification"] == IMAGES
        assert [(r["RegionName"], r["ReplicaStatus"]) for r in table["Replicas"]] == [(other, "ACTIVE")]
        assert "MultiRegionConsistency" not in table
    arn = show(there)["TableArn"]
    assert arn == show(here)["TableArn"].replace(HERE, THERE)
    assert there.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    assert there.get_item(**T, Key={"pk": {"S": "old"}})["Item"] == {"pk": {"S": "old"}}
    answer = here.update_table(**replica("Delete", THERE))["TableDescription"]
    assert answer["Replicas"][0]["ReplicaStatus"] == "DELETING"
    refused("ResourceInUseException", here.delete_table, **T)
    aws.control.advance(180)
    table = show(here)
    assert not {"Replicas", "GlobalTableVersion", "MultiRegionConsistency"} & set(table)
    assert show(there)["TableStatus"] == "DELETING"
    refused("ValidationException", here.update_table, **replica("Create", THERE))
    aws.control.advance(15)
    refused("ResourceNotFoundException", there.describe_table, **T)
    here.update_table(**replica("Create", THERE))


@pytest.mark.parametrize(
    "updates",
    [
        [{"Create": {"RegionName": THERE}}, {"Create": {"RegionName": THIRD}}],
        [{"Create": {"RegionName": THERE}, "Delete": {"RegionName": THIRD}}],
        [{}],
        [{"Create": {"RegionName": HERE}}],
        [{"Create": {"RegionName": "mars-north-1"}}],
        [{"Create": {"RegionName": THERE, "KMSMasterKeyId": "alias/aws/dynamodb"}}],
        [{"Create": {"RegionName": THERE, "ProvisionedThroughputOverride": {"ReadCapacityUnits": 5}}}],
        [{"Delete": {"RegionName": THERE}}],
        [{"Update": {"RegionName": THERE, "TableClassOverride": "STANDARD"}}],
        [{"Disassociate": {"RegionName": THERE, "DisassociationMode": "WAIT_FOR_REPLICATION"}}],
    ],
)
def test_what_replica_updates_cannot_be(here: Any, updates: list[dict[str, Any]]) -> None:
    make(here)
    refused("ValidationException", here.update_table, **T, ReplicaUpdates=updates)
    assert "Replicas" not in show(here)


def test_a_replica_needs_a_free_name(here: Any, there: Any) -> None:
    make(here)
    make(there)
    assert "already existed" in refused("ValidationException", here.update_table, **replica("Create", THERE))


def test_a_provisioned_table_needs_autoscaled_writes(aws: Any, here: Any, there: Any) -> None:
    make(here, provisioned=True, gsi=True)
    create = replica("Create", THERE)
    for index, policy in ((None, False), (None, True), ("by-day", False)):
        message = refused("ValidationException", here.update_table, **create)
        assert message == "Table write capacity should either be Pay-Per-Request or AutoScaled."
        autoscale(aws, index=index, policy=policy)
    refused("ValidationException", here.update_table, **create)
    autoscale(aws, index="by-day")
    override = replica("Create", THERE, ProvisionedThroughputOverride={"ReadCapacityUnits": 9})
    here.update_table(**override)
    assert show(here)["Replicas"][0]["ProvisionedThroughputOverride"] == {"ReadCapacityUnits": 9}
    units = show(there)["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (9, 5)
    scaling = aws.client("application-autoscaling", THERE)
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert [t["ResourceId"] for t in targets] == ["table/orders", "table/orders/index/by-day"]
    assert len(scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]) == 2
    second = {**GSI, "IndexName": "second", "ProvisionedThroughput": UNITS}
    there.update_table(**T, **change({"Create": second}))
    found = scaling.describe_scalable_targets(ServiceNamespace="dynamodb", ResourceIds=["table/orders/index/second"])
    assert [(t["MinCapacity"], t["MaxCapacity"]) for t in found["ScalableTargets"]] == [(1, 10)]


def test_replicas_of_an_encrypted_table(aws: Any, here: Any, there: Any) -> None:
    keys = [aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (HERE, THERE)]
    make(here, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[0]})
    refused("ValidationException", here.update_table, **replica("Create", THERE))
    refused("ValidationException", here.update_table, **replica("Create", THERE, KMSMasterKeyId=keys[0]))
    here.update_table(**replica("Create", THERE, KMSMasterKeyId=keys[1]))
    assert show(here)["Replicas"][0]["KMSMasterKeyId"] == keys[1]
    assert show(there)["SSEDescription"]["KMSMasterKeyArn"] == keys[1]
    other = aws.client("kms", THERE).create_key()["KeyMetadata"]["Arn"]
    refused("ValidationException", here.update_table, **replica("Update", THERE, KMSMasterKeyId=other))
    there.update_table(**T, SSESpecification={"Enabled": True, "KMSMasterKeyId": other})
    assert show(here)["Replicas"][0]["KMSMasterKeyId"] == other
    assert show(here)["SSEDescription"]["KMSMasterKeyArn"] == keys[0]


def test_settings_that_are_synced_and_settings_that_are_not(aws: Any, here: Any, there: Any) -> None:
    make(here, DeletionProtectionEnabled=True)
    here.update_table(**replica("Create", THERE, TableClassOverride="STANDARD_INFREQUENT_ACCESS"))
    assert show(there)["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert "TableClassSummary" not in show(here)
    assert show(there)["DeletionProtectionEnabled"] is False
    there.update_table(**T, **NEW_GSI)
    assert [index["IndexName"] for index in show(here)["GlobalSecondaryIndexes"]] == ["by-day"]
    assert show(here)["AttributeDefinitions"] == [DAY_ATTR, PK]
    assert show(here)["Replicas"][0]["GlobalSecondaryIndexes"] == [{"IndexName": "by-day"}]
    index = [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": UNITS}}]
    mode = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS, "GlobalSecondaryIndexUpdates": index}
    here.update_table(**T, **mode)
    assert show(there)["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    here.update_table(**T, BillingMode="PAY_PER_REQUEST")
    here.update_table(**T, **DROP_GSI)
    assert "GlobalSecondaryIndexes" not in show(there)
    here.update_table(**T, SSESpecification={"Enabled": True})
    assert ":eu-west-1:" in show(there)["SSEDescription"]["KMSMasterKeyArn"]
    refused("ValidationException", here.update_table, **T, StreamSpecification={"StreamEnabled": False})
    ttl = {"Enabled": True, "AttributeName": "expires"}
    there.update_time_to_live(**T, TimeToLiveSpecification=ttl)
    shown = here.describe_time_to_live(**T)["TimeToLiveDescription"]
    assert shown == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    here.update_table(**T, TableClass="STANDARD_INFREQUENT_ACCESS")
    here.update_table(**T, TableClass="STANDARD")
    assert show(there)["TableClassSummary"]["TableClass"] == "STANDARD"


def test_a_change_concerns_every_replica_at_once(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    slow(aws)
    here.update_table(**T, **NEW_GSI)
    assert show(there)["TableStatus"] == "UPDATING"
    assert show(there)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    refused("ResourceInUseException", there.update_table, **T, TableClass="STANDARD_INFREQUENT_ACCESS")


def test_items_are_in_every_region(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.put_item(**T, Item={"pk": {"S": "1"}})
    here.update_table(**replica("Create", THERE))
    third = aws.client("dynamodb", THIRD)
    there.update_table(**replica("Create", THIRD))
    clients = (here, there, third)
    assert {r["RegionName"] for r in show(there)["Replicas"]} == {HERE, THIRD}
    there.put_item(**T, Item={"pk": {"S": "2"}})
    third.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": {"pk": {"S": "3"}}}}]})
    here.transact_write_items(TransactItems=[{"Put": {**T, "Item": {"pk": {"S": "4"}}}}])
    for client in clients:
        assert sorted(item["pk"]["S"] for item in client.scan(**T)["Items"]) == ["1", "2", "3", "4"]
    third.delete_item(**T, Key={"pk": {"S": "1"}})
    update = {"UpdateExpression": "ADD hits :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    for client in clients:
        client.update_item(**T, Key={"pk": {"S": "2"}}, **update)
    failing = {"ConditionExpression": "attribute_not_exists(pk)"}
    transaction = [{"Put": {**T, "Item": {"pk": {"S": name}}, **failing}} for name in ("5", "4")]
    refused("TransactionCanceledException", there.transact_write_items, TransactItems=transaction)
    there.execute_statement(Statement="DELETE FROM orders WHERE pk = '3'")
    for client in clients:
        assert sorted(item["pk"]["S"] for item in client.scan(**T)["Items"]) == ["2", "4"]
        assert client.get_item(**T, Key={"pk": {"S": "2"}})["Item"]["hits"] == {"N": "3"}


def test_a_source_cannot_go_for_a_day(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    assert "acted as a source region" in refused("ValidationException", here.delete_table, **T)
    refused("ValidationException", there.update_table, **replica("Delete", HERE))
    aws.control.advance(DAY + 1)
    here.delete_table(**T)
    table = show(there)
    assert table["TableStatus"] == "ACTIVE" and "Replicas" not in table
    there.delete_table(**T)


def test_replicas_first_makes_the_source_deletable(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    there.update_table(**replica("Create", THIRD))
    refused("ValidationException", there.delete_table, **T)
    third = aws.client("dynamodb", THIRD)
    third.update_table(**T, DeletionProtectionEnabled=True)
    refused("ValidationException", here.update_table, **replica("Delete", THIRD))
    aws.control.advance(15)
    third.update_table(**T, DeletionProtectionEnabled=False)
    third.delete_table(**T)
    assert [r["RegionName"] for r in show(here)["Replicas"]] == [THERE]
    here.update_table(**replica("Delete", THERE))
    here.delete_table(**T)
    for client in (here, there, third):
        refused("ResourceNotFoundException", client.describe_table, **T)


def test_a_global_table_survives_save_and_load(aws: Any, here: Any, there: Any, tmp_path: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    path = str(tmp_path / "state")
    aws.control.ask("POST", "save", path=path)
    aws.control.reset()
    refused("ResourceNotFoundException", here.describe_table, **T)
    aws.control.ask("POST", "load", path=path)
    assert [r["RegionName"] for r in show(there)["Replicas"]] == [HERE]
    here.put_item(**T, Item={"pk": {"S": "1"}})
    assert there.scan(**T)["Count"] == 1


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


# TTL, backups, tags, insights


def test_ttl(aws: Any, here: Any) -> None:
    update = here.update_time_to_live
    on, off = ({"TimeToLiveSpecification": {"Enabled": e, "AttributeName": "x"}} for e in (True, False))
    refused("ResourceNotFoundException", update, **T, **on)
    refused("ResourceNotFoundException", here.describe_time_to_live, **T)
    make(here)
    assert here.describe_time_to_live(**T)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    refused("ValidationException", update, **T, **off)
    update(**T, **on)
    assert "already enabled" in refused("ValidationException", update, **T, **on)
    assert "multiple times" in refused("ValidationException", update, **T, **off)
    other = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "y"}}
    assert "different" in refused("ValidationException", update, **T, **other)
    aws.control.advance(HOUR)
    update(**T, **off)
    assert here.describe_time_to_live(**T)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_continuous_backups(aws: Any, here: Any, there: Any) -> None:
    update, describe = unchecked(aws).update_continuous_backups, here.describe_continuous_backups
    on = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    refused("TableNotFoundException", update, **T, **on)
    refused("TableNotFoundException", describe, **T)
    aws.control.scale(1)
    make(here)
    aws.control.advance(11)
    refused("ContinuousBackupsUnavailableException", update, **T, **on)
    aws.control.scale(0)
    for days in (0, 36):
        spec = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        refused("ValidationException", update, **T, PointInTimeRecoverySpecification=spec)
    spec = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}
    refused("ValidationException", update, **T, PointInTimeRecoverySpecification=spec)
    here.update_table(**replica("Create", THERE))
    update(**T, **on)
    shown = describe(**T)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (shown["PointInTimeRecoveryStatus"], shown["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    other = there.describe_continuous_backups(**T)["ContinuousBackupsDescription"]
    assert other["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


def test_tags_are_per_region(here: Any, there: Any) -> None:
    arn = make(here)["TableArn"]
    here.update_table(**replica("Create", THERE))
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    here.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    here.untag_resource(ResourceArn=arn, TagKeys=["b", "missing"])
    assert here.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]
    assert there.list_tags_of_resource(ResourceArn=arn.replace(HERE, THERE))["Tags"] == []
    refused("ResourceNotFoundException", there.list_tags_of_resource, ResourceArn=arn)
    refused("ValidationException", here.tag_resource, ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": ""}])
    many = [{"Key": str(n), "Value": ""} for n in range(50)]
    refused("ValidationException", here.tag_resource, ResourceArn=arn, Tags=many)


def test_contributor_insights_are_per_region(here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    describe = here.describe_contributor_insights
    assert describe(**T)["ContributorInsightsStatus"] == "DISABLED"
    for index in ({}, {"IndexName": "by-day"}):
        here.update_contributor_insights(**T, **index, ContributorInsightsAction="ENABLE")
        assert describe(**T, **index)["ContributorInsightsStatus"] == "ENABLED"
        assert describe(**T, **index)["ContributorInsightsMode"] == "ACCESSED_AND_THROTTLED_KEYS"
    assert there.describe_contributor_insights(**T)["ContributorInsightsStatus"] == "DISABLED"
    refused("ResourceNotFoundException", describe, **T, IndexName="missing")
    here.update_contributor_insights(**T, ContributorInsightsAction="DISABLE")
    assert describe(**T)["ContributorInsightsStatus"] == "DISABLED"


def test_the_tagging_api_sees_tables_while_they_are_there(aws: Any, here: Any) -> None:
    tagging = aws.client("resourcegroupstaggingapi")
    arn = make(here, Tags=[{"Key": "a", "Value": "1"}])["TableArn"]
    answer = tagging.tag_resources(ResourceARNList=[arn], Tags={"a": "2"})
    assert answer["FailedResourcesMap"] == {}
    query = {"ResourceTypeFilters": ["dynamodb:table"]}
    (found,) = tagging.get_resources(**query)["ResourceTagMappingList"]
    assert found == {"ResourceARN": arn, "Tags": [{"Key": "a", "Value": "2"}]}
    here.delete_table(**T)
    assert tagging.get_resources(**query)["ResourceTagMappingList"] == []


def test_keys_must_fit(here: Any) -> None:
    make(here)
    update = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"S": "1"}}}
    for key in ({"other": {"S": "1"}}, {"pk": {"S": "1"}, "other": {"S": "1"}}):
        refused("ValidationException", here.update_item, **T, Key=key, **update)
        action = {"Update": {**T, "Key": key, **update}}
        refused("ValidationException", here.transact_write_items, TransactItems=[action])
    arn = show(here)["TableArn"]
    here.transact_write_items(TransactItems=[{"Put": {"TableName": arn, "Item": {"pk": {"S": "1"}}}}])
    assert here.get_item(TableName=arn, Key={"pk": {"S": "1"}})["Item"] == {"pk": {"S": "1"}}
