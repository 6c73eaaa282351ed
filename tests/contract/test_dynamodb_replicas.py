"""DynamoDB: replicas of tables in other regions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from dynamodb_tables import (
    DAY,
    DAY_ATTR,
    DROP_GSI,
    GSI,
    HERE,
    HOUR,
    IMAGES,
    NEW_GSI,
    PK,
    THERE,
    THIRD,
    UNITS,
    T,
    autoscale,
    change,
    make,
    refused,
    replica,
    show,
    slow,
)
from promise import keeps

# Replicas


@keeps(
    "dynamodb.replica-states",
    "dynamodb.replica-busy",
    "dynamodb.replica-stream",
    "dynamodb.replica-not-self",
    "dynamodb.replica-removed",
)
def test_a_replica_is_created_and_deleted_over_time(aws: Any, here: Any, there: Any) -> None:
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
    aws.control.advance(590)
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


@keeps("dynamodb.replica-one", "dynamodb.replica-name", "dynamodb.replica-key")
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
def test_invalid_replica_updates_are_refused(here: Any, updates: list[dict[str, Any]]) -> None:
    make(here)
    refused("ValidationException", here.update_table, **T, ReplicaUpdates=updates)
    assert "Replicas" not in show(here)


@keeps("dynamodb.replica-name")
def test_a_replica_needs_a_free_name(here: Any, there: Any) -> None:
    make(here)
    make(there)
    assert "already existed" in refused("ValidationException", here.update_table, **replica("Create", THERE))


@keeps("dynamodb.replica-scaled", "dynamodb.overridable")
def test_a_provisioned_table_needs_autoscaled_writes_to_get_a_replica(aws: Any, here: Any, there: Any) -> None:
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


@keeps("dynamodb.replica-scaled")
def test_a_table_with_replicas_needs_autoscaled_writes_to_become_provisioned(aws: Any, here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    index = [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": UNITS}}]
    mode = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS, "GlobalSecondaryIndexUpdates": index}
    for scaled in (None, "by-day"):
        message = refused("ValidationException", here.update_table, **T, **mode)
        assert message == "Table write capacity should either be Pay-Per-Request or AutoScaled."
        autoscale(aws, index=scaled)
    here.update_table(**T, **mode)
    assert show(there)["ProvisionedThroughput"]["WriteCapacityUnits"] == 5


@keeps("dynamodb.index-scaled")
def test_no_index_is_created_or_deleted_while_one_is_not_scaled(aws: Any, here: Any, there: Any) -> None:
    make(here, provisioned=True, gsi=True)
    for index in (None, "by-day"):
        autoscale(aws, index=index)
    here.update_table(**replica("Create", THERE))
    policy = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders/index/by-day", "PolicyName": "w"}
    policy["ScalableDimension"] = "dynamodb:index:WriteCapacityUnits"
    aws.client("application-autoscaling").delete_scaling_policy(**policy)
    second = change({"Create": {**GSI, "IndexName": "second", "ProvisionedThroughput": UNITS}})
    for client in (here, there):
        for params in (second, DROP_GSI):
            refused("ValidationException", client.update_table, **T, **params)
    autoscale(aws, THERE, index="by-day")
    here.update_table(**T, **second)
    here.update_table(**T, **DROP_GSI)
    assert [index["IndexName"] for index in show(there)["GlobalSecondaryIndexes"]] == ["second"]


def lost(description: dict[str, Any]) -> bool:
    return bool(description["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS")


@keeps("dynamodb.key-lost", "dynamodb.archived")
@pytest.mark.parametrize("scale", [0, 1])
def test_a_table_without_its_key_cannot_be_used(aws: Any, here: Any, scale: int) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    make(here, SSESpecification={"Enabled": True, "KMSMasterKeyId": key})
    here.put_item(**T, Item={"pk": {"S": "1"}})
    aws.control.scale(scale)
    kms.disable_key(KeyId=key)
    table = show(here)
    assert lost(table) and table["SSEDescription"]["InaccessibleEncryptionDateTime"]
    refused("AccessDeniedException", here.get_item, **T, Key={"pk": {"S": "1"}})
    refused("AccessDeniedException", here.put_item, **T, Item={"pk": {"S": "2"}})
    refused("ResourceInUseException", here.update_table, **T, SSESpecification={"Enabled": False})
    refused("ResourceInUseException", here.delete_table, **T)
    kms.enable_key(KeyId=key)
    assert show(here)["TableStatus"] == "ACTIVE"
    assert "InaccessibleEncryptionDateTime" not in show(here)["SSEDescription"]
    assert here.scan(**T)["Count"] == 1
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert lost(show(here))
    aws.control.advance(8 * DAY)
    assert lost(show(here))


@keeps("dynamodb.replica-key-lost", "dynamodb.key-lost")
def test_a_replica_without_its_key_leaves_the_global_table(aws: Any, here: Any, there: Any) -> None:
    keys = [aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (HERE, THERE)]
    make(here, SSESpecification={"Enabled": True, "KMSMasterKeyId": keys[0]})
    here.put_item(**T, Item={"pk": {"S": "1"}})
    here.update_table(**replica("Create", THERE, KMSMasterKeyId=keys[1]))
    kms = aws.client("kms", THERE)
    for hours, left in ((19, [HERE]), (21, [])):
        kms.disable_key(KeyId=keys[1])
        (entry,) = show(here)["Replicas"]
        assert entry["ReplicaStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS" and entry["ReplicaInaccessibleDateTime"]
        refused("ResourceInUseException", here.update_table, **replica("Delete", THERE))
        aws.control.advance(hours * HOUR)
        assert lost(show(there))
        kms.enable_key(KeyId=keys[1])
        assert [one["RegionName"] for one in show(there).get("Replicas", [])] == left
    assert show(there)["TableStatus"] == "ACTIVE" and "Replicas" not in show(here)
    here.put_item(**T, Item={"pk": {"S": "2"}})
    assert (here.scan(**T)["Count"], there.scan(**T)["Count"]) == (2, 1)
    refused("ValidationException", here.update_table, **replica("Create", THERE, KMSMasterKeyId=keys[1]))
    there.delete_table(**T)
    assert show(here)["TableStatus"] == "ACTIVE"


@keeps("dynamodb.replica-key-lost")
def test_a_table_that_left_a_global_table_is_independent(aws: Any, here: Any, there: Any) -> None:
    key = aws.client("kms", THERE).create_key()["KeyMetadata"]["Arn"]
    own = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    make(here, SSESpecification={"Enabled": True, "KMSMasterKeyId": own})
    third = aws.client("kms", THIRD).create_key()["KeyMetadata"]["Arn"]
    for region, name in ((THERE, key), (THIRD, third)):
        here.update_table(**replica("Create", region, KMSMasterKeyId=name))
    aws.client("kms", THERE).disable_key(KeyId=key)
    here.list_tables()
    aws.control.advance(21 * HOUR)
    aws.client("kms", THERE).enable_key(KeyId=key)
    assert [one["RegionName"] for one in show(here)["Replicas"]] == [THIRD]
    there.update_table(**T, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert "TableClassSummary" not in show(here)
    refused("ResourceNotFoundException", there.describe_table_replica_auto_scaling, **T)
    refused("ValidationException", there.update_table, **replica("Delete", THIRD))
    with pytest.raises(ClientError, match="does not implement two global tables"):
        there.update_table(**replica("Create", "eu-west-3", KMSMasterKeyId="alias/x"))


@keeps("dynamodb.replica-key")
def test_replicas_of_an_encrypted_table_need_a_key_of_their_region(aws: Any, here: Any, there: Any) -> None:
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


@keeps("dynamodb.synced", "dynamodb.overridable", "dynamodb.not-synced", "dynamodb.stream-frozen")
def test_some_settings_are_synced_between_replicas(aws: Any, here: Any, there: Any) -> None:
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
    for index in (None, "by-day"):
        autoscale(aws, index=index)
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


@keeps("dynamodb.index-replicated")
def test_a_change_updates_every_replica_at_once(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    slow(aws)
    here.update_table(**T, **NEW_GSI)
    assert show(there)["TableStatus"] == "UPDATING"
    assert show(there)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    refused("ResourceInUseException", there.update_table, **T, TableClass="STANDARD_INFREQUENT_ACCESS")


@keeps("dynamodb.replica-source", "dynamodb.replica-own-delete")
def test_a_source_region_cannot_be_deleted_for_a_day(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    assert "acted as a source region" in refused("ValidationException", here.delete_table, **T)
    refused("ValidationException", there.update_table, **replica("Delete", HERE))
    aws.control.advance(DAY + 1)
    here.delete_table(**T)
    table = show(there)
    assert table["TableStatus"] == "ACTIVE" and "Replicas" not in table
    there.delete_table(**T)


@keeps("dynamodb.replica-source", "dynamodb.protection")
def test_the_source_can_be_deleted_after_its_replicas(aws: Any, here: Any, there: Any) -> None:
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


def test_a_global_table_survives_save_and_load(aws: Any, here: Any, there: Any) -> None:
    make(here)
    here.update_table(**replica("Create", THERE))
    aws.control.save("table")
    aws.control.reset()
    refused("ResourceNotFoundException", here.describe_table, **T)
    aws.control.load("table")
    assert [r["RegionName"] for r in show(there)["Replicas"]] == [HERE]
    here.put_item(**T, Item={"pk": {"S": "1"}})
    assert there.scan(**T)["Count"] == 1


@keeps("dynamodb.replica-role")
def test_the_first_replica_creates_the_service_linked_role(aws: Any, here: Any) -> None:
    iam, name = aws.client("iam"), "AWSServiceRoleForDynamoDBReplication"
    make(here)
    refused("NoSuchEntity", iam.get_role, RoleName=name)
    here.update_table(**replica("Create", THERE))
    here.update_table(**replica("Create", THIRD))
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Path"] == "/aws-service-role/replication.dynamodb.amazonaws.com/"


@keeps("dynamodb.replica-states", "dynamodb.to-on-demand")
def test_an_empty_replica_is_created_within_a_minute(aws: Any, here: Any, there: Any) -> None:
    make(here)
    slow(aws)
    here.update_table(**replica("Create", THERE))
    aws.control.advance(40)
    assert show(here)["TableStatus"] == show(there)["TableStatus"] == "ACTIVE"
    autoscale(aws)
    here.update_table(**T, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    aws.control.advance(217)
    assert show(there)["TableStatus"] == "UPDATING"
    aws.control.advance(1)
    assert show(there)["TableStatus"] == "ACTIVE"


@keeps("dynamodb.overridable")
def test_the_maximum_of_reads_can_differ_between_regions(here: Any, there: Any) -> None:
    make(here, gsi=True)
    here.update_table(**replica("Create", THERE))
    low, high = {"MaxReadRequestUnits": 5}, {"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 8}
    index = {"IndexName": "by-day", "OnDemandThroughputOverride": low}
    more = {"OnDemandThroughputOverride": low, "GlobalSecondaryIndexes": [index]}
    here.update_table(**replica("Update", THERE, **more))
    (entry,) = show(here)["Replicas"]
    assert (
        entry["OnDemandThroughputOverride"] == entry["GlobalSecondaryIndexes"][0]["OnDemandThroughputOverride"] == low
    )
    table = show(there)
    for one in (table, table["GlobalSecondaryIndexes"][0]):
        assert one["OnDemandThroughput"] == {**low, "MaxWriteRequestUnits": -1}
    change = [{"Update": {"IndexName": "by-day", "OnDemandThroughput": high}}]
    mode = {"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": high}
    here.update_table(**T, **mode, GlobalSecondaryIndexUpdates=change)
    table, (entry,) = show(there), show(here)["Replicas"]
    for one in (table, table["GlobalSecondaryIndexes"][0]):
        assert one["OnDemandThroughput"] == high
    assert "OnDemandThroughputOverride" not in str(entry)


@keeps("dynamodb.replica-failed")
@pytest.mark.parametrize("state", ["CREATION_FAILED", "failed"])
def test_creation_of_a_replica_can_fail(aws: Any, here: Any, there: Any, state: str) -> None:
    make(here)
    slow(aws)
    aws.control.fault("dynamodb:UpdateTable", "fail", state=state, message="no permission")
    here.update_table(**replica("Create", THERE))
    aws.control.advance(11)
    assert show(here)["Replicas"][0]["ReplicaStatus"] == "CREATING"
    aws.control.advance(30)
    table = show(here)
    assert table["TableStatus"] == "ACTIVE"
    if state == "CREATION_FAILED":
        entry = {"RegionName": THERE, "ReplicaStatus": state, "ReplicaStatusDescription": "no permission"}
        assert table["Replicas"] == [entry]
        refused("ValidationException", here.update_table, **replica("Create", THERE))
        here.update_table(**replica("Delete", THERE))
        aws.control.advance(10)
    assert "Replicas" not in show(here)
    refused("ResourceNotFoundException", there.describe_table, **T)
    assert aws.client("dynamodbstreams", THERE).list_streams()["Streams"] == []
    here.update_table(**replica("Create", THERE))
    aws.control.advance(40)
    assert show(there)["TableStatus"] == "ACTIVE"
