"""dynamodb_table."""

from __future__ import annotations

import json

import pytest

from .conftest import ModuleFailed, examples

NAME = "dynamodb_table"


def strings(*names):
    return [{"attribute_name": name, "attribute_type": "S"} for name in names]


def keys(hash_key, range_key=None):
    found = [{"attribute_name": hash_key, "key_type": "HASH"}]
    return [*found, {"attribute_name": range_key, "key_type": "RANGE"}] if range_key else found


def index(name, hash_key, **more):
    projection = {"projection_type": "KEYS_ONLY"}
    return {"index_name": name, "key_schema": keys(hash_key, "when"), "projection": projection, **more}


def table(*indexes, **more):
    used = {key["attribute_name"] for i in indexes for key in i["key_schema"]} | {"id", "when"}
    return {
        "table_name": "dev_places",
        "attribute_definitions": strings(*sorted(used)),
        "key_schema": keys("id", "when"),
        "global_secondary_indexes": list(indexes),
        "wait_timeout": 20,
        **more,
    }


SEED = {"read_capacity_units": 5, "write_capacity_units": 6}


def described(aws, region="us-east-1"):
    return aws.client("dynamodb", region).describe_table(TableName="dev_places")["Table"]


def units(described_):
    throughput = described_["ProvisionedThroughput"]
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


def test_four_beats(aws, run, four_beats, gone):
    params, absent = examples(NAME)
    result = four_beats(NAME, **params)["table"]
    assert (
        result["latest_stream_arn"] and result["point_in_time_recovery_specification"]["recovery_period_in_days"] == 7
    )
    aws.control.advance(60)  # protection has a cooldown
    with pytest.raises(ModuleFailed, match="give deletion_protection_enabled: false"):
        run(NAME, table_name=params["table_name"], state="absent", check=True)
    gone(NAME, **absent)


def test_a_key_without_its_alias_is_found_by_its_name(aws, run):
    params = table(sse_specification={"enabled": True, "kms_master_key_id": "alias/k"})
    run("kms_key", alias="alias/k")
    run(NAME, **params)
    aws.client("kms").delete_alias(AliasName="alias/k")
    assert not run(NAME, check=True, **params)["changed"]
    copy = aws.client("kms").create_key(Tags=[{"TagKey": "Name", "TagValue": "k"}])["KeyMetadata"]["KeyId"]
    assert run(NAME, check=True, **params)["changed"], "the name of two keys identifies none of them"
    aws.client("kms").schedule_key_deletion(KeyId=copy)
    assert not run(NAME, check=True, **params)["changed"]


def test_settings_are_changed_and_drift_is_repaired(aws, run):
    ddb = aws.client("dynamodb")
    run(NAME, **table())
    key = run("kms_key", alias="alias/k")["key"]["arn"]
    params = table(
        table_class="STANDARD_INFREQUENT_ACCESS",
        deletion_protection_enabled=True,
        point_in_time_recovery_specification={"point_in_time_recovery_enabled": True},
        time_to_live_specification={"enabled": True, "attribute_name": "expires"},
        sse_specification={"enabled": True, "kms_master_key_id": "alias/k"},
        stream_specification={"stream_enabled": True, "stream_view_type": "KEYS_ONLY"},
        on_demand_throughput={"max_read_request_units": 40},
        contributor_insights_enabled=True,
        tags={"a": "1"},
    )
    assert run(NAME, **params)["table"]["sse_specification"] == {"enabled": True, "kms_master_key_id": key}
    assert not run(NAME, **params)["changed"]
    now = described(aws)
    assert now["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert now["OnDemandThroughput"]["MaxReadRequestUnits"] == 40
    aws.control.advance(60)  # protection has a cooldown
    ddb.update_continuous_backups(
        TableName="dev_places", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    ddb.update_table(TableName="dev_places", DeletionProtectionEnabled=False)
    ddb.tag_resource(ResourceArn=now["TableArn"], Tags=[{"Key": "b", "Value": "2"}])
    drift = run(NAME, check=True, **params)["diff"]["before"]
    assert drift["point_in_time_recovery_specification"] == {"point_in_time_recovery_enabled": False}
    assert drift["deletion_protection_enabled"] is False and drift["tags"] == {"a": "1", "b": "2"}
    aws.control.advance(60)
    params["stream_specification"] = {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"}
    run(NAME, **params)
    assert described(aws)["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert not run(NAME, **params)["changed"]


def test_indexes_are_created_and_deleted_one_at_a_time(aws, run):
    run(NAME, **table())
    aws.control.scale(0.002)
    wanted = table(index("by_a", "x"), index("by_b", "y"))
    run(NAME, **wanted)
    assert not run(NAME, **wanted)["changed"]
    run(NAME, **table(index("by_c", "z")), remove=["dynamodb_table:dev_places"])
    now = described(aws)
    assert [i["IndexName"] for i in now["GlobalSecondaryIndexes"]] == ["by_c"]
    assert {a["AttributeName"] for a in now["AttributeDefinitions"]} == {"id", "when", "z"}
    assert aws.mutating().count("dynamodb:UpdateTable") == 5


def test_an_index_that_others_have_added_is_kept_unless_its_removal_is_named(aws, run):
    wanted = table(index("by_a", "x"))
    run(NAME, **table(index("by_a", "x"), index("by_hand", "y")))
    seen = run(NAME, check=True, **wanted)
    assert not seen["changed"]
    (foreign,) = seen["plan"]["observations"]
    assert (foreign["owner"], foreign["found"]) == ("foreign", "by_hand")
    assert "-e remove=dynamodb_table:dev_places" in foreign["reason"]
    assert run(NAME, **wanted, table_class="STANDARD_INFREQUENT_ACCESS")["changed"]
    switched = {**wanted, "billing_mode": "PROVISIONED", "provisioned_throughput": SEED}
    run(NAME, **switched)
    assert [units(i) for i in described(aws)["GlobalSecondaryIndexes"]] == [(5, 6), (5, 6)]
    assert not run(NAME, **switched)["changed"]
    consent = {"remove": ["dynamodb_table:dev_places"]}
    planned = run(NAME, check=True, **switched, **consent)
    assert planned["changed"] and "observations" not in planned["plan"]
    run(NAME, **switched, **consent)
    assert [i["IndexName"] for i in described(aws)["GlobalSecondaryIndexes"]] == ["by_a"]


def test_replicas_of_others_are_reported(aws, run):
    stream = {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"}
    params = table(stream_specification=stream, replica_regions=["us-west-2"])
    run(NAME, **params)
    for region in ("us-west-2", "eu-west-1"):
        run("dynamodb_table_replica", table_name="dev_places", region_name=region)
    seen = run(NAME, check=True, **params)
    assert not seen["changed"]
    (foreign,) = seen["plan"]["observations"]
    assert (foreign["field"], foreign["owner"], foreign["found"]) == ("replicas", "foreign", "eu-west-1")


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"},
            "Action": "dynamodb:GetItem",
            "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/dev_places",
        }
    ],
}


def test_resource_policies_are_managed(aws, run, four_beats):
    stream = {"stream_enabled": True, "stream_view_type": "NEW_IMAGE"}
    params = table(stream_specification=stream, resource_policy=POLICY, stream_resource_policy={})
    result = four_beats(NAME, **params)["table"]
    ddb = aws.client("dynamodb")
    assert json.loads(ddb.get_resource_policy(ResourceArn=result["table_arn"])["Policy"]) == POLICY
    theirs = json.dumps({**POLICY, "Statement": [{**POLICY["Statement"][0], "Principal": "*"}]})
    for arn in (result["table_arn"], result["latest_stream_arn"]):
        ddb.put_resource_policy(ResourceArn=arn, Policy=theirs)
    drift = run(NAME, check=True, **params)["diff"]
    assert set(drift["before"]) >= {"resource_policy", "stream_resource_policy"}
    after = run(NAME, **params)["table"]
    assert (after["resource_policy"], after["stream_resource_policy"]) == (POLICY, {})
    none = {**params, "resource_policy": {}}
    assert run(NAME, **none)["changed"] and not run(NAME, **none)["changed"]
    with pytest.raises(ModuleFailed, match="resource_policy is .* AWS takes a JSON object with Statement"):
        run(NAME, **{**params, "resource_policy": {"Version": "x"}})


def test_a_restored_table_is_ours_and_gets_back_what_dynamodb_does_not_restore(aws, run):
    params = table(
        index("by_a", "x"),
        tags={"mtk:environment": "dev", "Name": "dev_places"},
        stream_specification={"stream_enabled": True, "stream_view_type": "NEW_IMAGE"},
        point_in_time_recovery_specification={"point_in_time_recovery_enabled": True, "recovery_period_in_days": 7},
        contributor_insights_enabled=True,
        time_to_live_specification={"enabled": True, "attribute_name": "ttl"},
        resource_policy=POLICY,
        deletion_protection_enabled=True,
    )
    run(NAME, **{**params, "table_name": "dev_places_old", "resource_policy": {}})
    ddb = aws.client("dynamodb")
    aws.control.advance(3600)
    ddb.restore_table_to_point_in_time(
        SourceTableName="dev_places_old", TargetTableName="dev_places", UseLatestRestorableTime=True
    )
    with pytest.raises(ModuleFailed, match="has no tag mtk:environment"):
        run(NAME, check=True, table_name="dev_places", state="absent", tags=params["tags"])
    planned = run(NAME, check=True, **params)
    assert planned["plan"]["action"] == "update"
    lost = {"tags", "stream_specification", "point_in_time_recovery_specification", "contributor_insights_enabled"}
    lost |= {"time_to_live_specification", "resource_policy", "deletion_protection_enabled"}
    found = {k for k, v in planned["diff"]["before"].items() if v != planned["diff"]["after"][k]}
    assert found == lost
    run(NAME, **params)
    assert not run(NAME, **params)["changed"]


def test_capacity_belongs_to_auto_scaling_also_without_a_target(aws, run):
    capacity = {"billing_mode": "PROVISIONED", "provisioned_throughput": SEED}
    plain = table(index("by_a", "x"), index("by_b", "y"), **capacity)
    run(NAME, **plain)
    high = {"ReadCapacityUnits": 400, "WriteCapacityUnits": 400}
    updates = [{"Update": {"IndexName": name, "ProvisionedThroughput": high}} for name in ("by_a", "by_b")]
    aws.client("dynamodb").update_table(
        TableName="dev_places", ProvisionedThroughput=high, GlobalSecondaryIndexUpdates=updates
    )
    assert run(NAME, check=True, **plain)["changed"]
    assert not run(NAME, **plain, auto_scaled_indexes=["by_a", "by_b"])["changed"]


def test_an_index_is_replaced_only_with_replace_indexes(aws, run):
    run(NAME, **table(index("by_a", "x")))
    changed = table(index("by_a", "x", projection={"projection_type": "ALL"}))
    with pytest.raises(ModuleFailed, match="set replace_indexes: true"):
        run(NAME, **changed, check=True)
    run(NAME, **changed, replace_indexes=True)
    assert described(aws)["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] == "ALL"
    assert not run(NAME, **changed)["changed"]
    other = index("by_b", "x", projection={"projection_type": "INCLUDE", "non_key_attributes": ["q", "p"]})
    with_include = table(index("by_a", "x", projection={"projection_type": "ALL"}), other)
    run(NAME, **with_include)
    other["projection"]["non_key_attributes"].reverse()
    assert not run(NAME, **with_include)["changed"], "the order of attributes makes no difference"


def test_switching_to_provisioned_sends_the_capacity_of_every_index(aws, run):
    run(NAME, **table(index("by_a", "x"), index("by_b", "y")))
    provisioned = table(index("by_a", "x", provisioned_throughput=SEED), index("by_b", "y"), billing_mode="PROVISIONED")
    with pytest.raises(ModuleFailed, match="give provisioned_throughput"):
        run(NAME, **provisioned, check=True)
    provisioned["provisioned_throughput"] = {"read_capacity_units": 2, "write_capacity_units": 3}
    run(NAME, **provisioned)
    assert not run(NAME, **provisioned)["changed"]
    now = described(aws)
    assert units(now) == (2, 3)
    assert {i["IndexName"]: units(i) for i in now["GlobalSecondaryIndexes"]} == {"by_a": (5, 6), "by_b": (2, 3)}
    back = {**provisioned, "billing_mode": "PAY_PER_REQUEST"}
    run(NAME, **back)
    assert not run(NAME, **back)["changed"]
    run(NAME, table_name="dev_places", provisioned_throughput=SEED, billing_mode="PROVISIONED")
    assert {units(i) for i in described(aws)["GlobalSecondaryIndexes"]} == {(5, 6)}


def test_capacity_of_auto_scaled_tables_is_not_changed(aws, run):
    scaled = index("by_a", "x", provisioned_throughput=SEED)
    params = table(scaled, billing_mode="PROVISIONED", provisioned_throughput=SEED)
    run(NAME, **params)
    scaling = aws.client("application-autoscaling")
    for resource, dimension in (
        ("table/dev_places", "dynamodb:table:WriteCapacityUnits"),
        ("table/dev_places/index/by_a", "dynamodb:index:ReadCapacityUnits"),
    ):
        scaling.register_scalable_target(
            ServiceNamespace="dynamodb",
            ResourceId=resource,
            ScalableDimension=dimension,
            MinCapacity=5,
            MaxCapacity=50,
        )
    aws.client("dynamodb").update_table(
        TableName="dev_places",
        ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 9},
        GlobalSecondaryIndexUpdates=[
            {
                "Update": {
                    "IndexName": "by_a",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9},
                }
            }
        ],
    )
    run(NAME, **params)
    now = described(aws)
    assert units(now) == (5, 9) and units(now["GlobalSecondaryIndexes"][0]) == (9, 6)
    assert not run(NAME, **params)["changed"]


def test_without_wait_a_later_run_waits(aws, run):
    aws.control.scale(0.1)
    assert run(NAME, **table(), wait=False)["table"]["table_status"] == "CREATING"
    result = run(NAME, **table())
    assert not result["changed"] and result["table"]["table_status"] == "ACTIVE"


def test_a_table_with_replicas_is_not_deleted(aws, run):
    stream = {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"}
    run(NAME, **table(stream_specification=stream))
    aws.client("dynamodb").update_table(
        TableName="dev_places", ReplicaUpdates=[{"Create": {"RegionName": "us-west-2"}}]
    )
    with pytest.raises(ModuleFailed, match="has replicas in us-west-2: remove them first"):
        run(NAME, table_name="dev_places", state="absent", check=True)
    said = {"table_name": "dev_places", "removed_replica_regions": ["us-west-2"], "state": "absent"}
    assert run(NAME, **said, check=True)["changed"], "the plan assumes that an earlier task removes the replica"
    with pytest.raises(ModuleFailed, match="has replicas in us-west-2: remove them first"):
        run(NAME, **said)
    with pytest.raises(ModuleFailed, match="its stream stays"):
        run(NAME, **table(stream_specification={"stream_enabled": False}), check=True)
    assert not run(NAME, **table(stream_specification=stream))["changed"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"attribute_definitions": [*strings("id"), {"attribute_name": "when", "attribute_type": "BOOL"}]},
            "S, N or B only",
        ),
        ({"attribute_definitions": strings("id")}, "lacks when"),
        ({"attribute_definitions": strings("id", "when", "note")}, "names note, which no key uses"),
        ({"key_schema": None}, "needs attribute_definitions and key_schema"),
        ({"billing_mode": "PROVISIONED"}, "give provisioned_throughput"),
    ],
)
def test_invalid_options_are_refused_in_check_mode(run, change, message):
    with pytest.raises(ModuleFailed, match=message):
        run(NAME, **{**table(), **change}, check=True)


def test_changes_that_aws_does_not_support_are_refused(run):
    run(NAME, **table(tags={"mtk:environment": "prod"}))
    with pytest.raises(ModuleFailed, match="key_schema from"):
        run(NAME, **table(attribute_definitions=strings("id"), key_schema=keys("id"), global_secondary_indexes=None))
    numbers = [{"attribute_name": "id", "attribute_type": "N"}, *strings("when")]
    with pytest.raises(ModuleFailed, match="change the type of id from S to N"):
        run(NAME, **table(attribute_definitions=numbers))
    with pytest.raises(ModuleFailed, match="belongs to environment 'prod'"):
        run(NAME, **table(tags={"mtk:environment": "dev"}))


def test_a_tag_that_applications_rely_on_is_not_changed(aws, run):
    table = {**examples(NAME)[0], "deletion_protection_enabled": False}
    layout = "mtk:flag-index-layout"

    def tagged(value, **more):
        return {**table, "tags": {**table["tags"], layout: value}, "contract_tags": [layout], **more}

    run(NAME, **table)
    run(NAME, **tagged("sharded-16"))
    before = len(aws.mutating())
    for check in (True, False):
        with pytest.raises(
            ModuleFailed, match="is 'sharded-16', and the settings want 'plain'.*accept_layout_change=true"
        ):
            run(NAME, check=check, **tagged("plain"))
    assert len(aws.mutating()) == before
    assert run(NAME, **tagged("plain", contract_tags=[]))["table"]["tags"][layout] == "plain"
    assert not run(NAME, **tagged("plain"))["changed"]
