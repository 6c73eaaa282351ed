"""The alarms of target tracking in CloudWatch."""

from __future__ import annotations

from typing import Any

from autoscaling_targets import INDEX, NEW_GSI, TARGET, T, track
from promise import keeps


@keeps("application-autoscaling.policy-alarms")
def test_the_alarms_of_a_policy_follow_it_and_its_table(aws: Any, scaling: Any) -> None:
    track(scaling, low=5, TargetValue=70.0)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    watch = aws.client("cloudwatch")

    def shown() -> dict[str, dict[str, Any]]:
        found = watch.describe_alarms(AlarmNamePrefix="TargetTracking-table/orders-")["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix("TargetTracking-table/orders-").split("-")[0]: alarm for alarm in found}

    assert {alarm["AlarmName"] for alarm in shown().values()} == {alarm["AlarmName"] for alarm in policy["Alarms"]}
    watched = {
        kind: (alarm["MetricName"], alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"])
        for kind, alarm in shown().items()
    }
    assert watched == {
        "AlarmHigh": ("ConsumedWriteCapacityUnits", "Sum", 60, 2, 210.0),
        "AlarmLow": ("ConsumedWriteCapacityUnits", "Sum", 60, 15, 150.0),
        "ProvisionedCapacityHigh": ("ProvisionedWriteCapacityUnits", "Average", 300, 3, 5.0),
        "ProvisionedCapacityLow": ("ProvisionedWriteCapacityUnits", "Average", 300, 3, 5.0),
    }
    high = shown()["AlarmHigh"]
    assert (high["AlarmActions"], high["Dimensions"]) == (
        [policy["PolicyARN"]],
        [{"Name": "TableName", "Value": "orders"}],
    )
    assert high["StateValue"] == "INSUFFICIENT_DATA" and high["AlarmDescription"].startswith("DO NOT EDIT OR DELETE.")
    track(scaling, low=10, TargetValue=50.0)
    assert (shown()["AlarmHigh"]["Threshold"], shown()["ProvisionedCapacityLow"]["Threshold"]) == (300.0, 10.0)
    watch.delete_alarms(AlarmNames=[high["AlarmName"]])
    assert "AlarmHigh" not in shown()
    track(scaling, low=10, TargetValue=50.0)
    assert len(shown()) == 4
    aws.client("dynamodb").delete_table(**T)
    assert len(shown()) == 4
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    assert shown() == {}


@keeps("application-autoscaling.policy-alarms")
def test_the_alarms_of_an_index_name_the_index(aws: Any, scaling: Any) -> None:
    aws.client("dynamodb").update_table(**T, **NEW_GSI)
    track(scaling, key=INDEX)
    found = aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking-table/orders/index/by-day-")
    dimensions = [{"Name": "TableName", "Value": "orders"}, {"Name": "GlobalSecondaryIndexName", "Value": "by-day"}]
    assert [alarm["Dimensions"] for alarm in found["MetricAlarms"]] == 4 * [dimensions]
    scaling.deregister_scalable_target(**INDEX)
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
