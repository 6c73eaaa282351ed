"""CloudWatch: alarms and metrics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from promise import keeps

ALARM = {
    "AlarmName": "cpu",
    "Namespace": "AWS/RDS",
    "MetricName": "CPUUtilization",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 5,
    "Threshold": 80.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
ACTION = "arn:aws:sns:us-east-1:123456789012:pager"


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value


def alarms(watch: Any, **params: Any) -> list[str]:
    pages = watch.get_paginator("describe_alarms").paginate(**params, PaginationConfig={"PageSize": 2})
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


def tags(aws: Any) -> list[Any]:
    return list(aws.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"])


@keeps("cloudwatch.alarm-state", "cloudwatch.alarm-upsert", "cloudwatch.alarm-deletion")
def test_putting_an_alarm_again_replaces_all_but_its_tags(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    more = {
        "AlarmDescription": "d",
        "ActionsEnabled": False,
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "c"}],
        "Unit": "Percent",
        "OKActions": [ACTION],
        "AlarmActions": [ACTION],
        "InsufficientDataActions": [ACTION],
    }
    watch.put_metric_alarm(**ALARM, **more)
    shown = watch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
    assert {name: shown[name] for name in {**ALARM, **more}} == {**ALARM, **more}
    assert shown["StateValue"] == "INSUFFICIENT_DATA"
    assert shown["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu"
    aws.client("resourcegroupstaggingapi").tag_resources(ResourceARNList=[shown["AlarmArn"]], Tags={"a": "1"})
    watch.put_metric_alarm(**{**ALARM, "Threshold": 90.0})
    shown = watch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
    assert (shown["StateValue"], shown["Threshold"]) == ("INSUFFICIENT_DATA", 90.0)
    assert shown["AlarmActions"] == [] and "AlarmDescription" not in shown
    assert tags(aws) == [{"ResourceARN": shown["AlarmArn"], "Tags": [{"Key": "a", "Value": "1"}]}]
    assert alarms(aws.client("cloudwatch", "eu-west-1")) == []
    watch.delete_alarms(AlarmNames=["cpu"])
    assert tags(aws) == []
    watch.put_metric_alarm(**ALARM)
    assert tags(aws) == []


@keeps("cloudwatch.alarm-checks")
@pytest.mark.parametrize(
    "change",
    [
        {"MetricName": None},
        {"Namespace": None},
        {"Period": None},
        {"Period": 45},
        {"Period": 3000, "EvaluationPeriods": 30},
        {"Period": 3600, "EvaluationPeriods": 200},
        {"Statistic": None},
        {"Threshold": None},
    ],
)
def test_invalid_alarms_are_refused(aws: Any, change: dict[str, Any]) -> None:
    watch = aws.client("cloudwatch")
    given = {name: value for name, value in {**ALARM, **change}.items() if value is not None}
    refused("ValidationError", watch.put_metric_alarm, **given)
    assert alarms(watch) == []
    watch.put_metric_alarm(**{**ALARM, "Period": 3600, "EvaluationPeriods": 168})


@keeps("cloudwatch.alarm-listing", "cloudwatch.alarm-deletion")
def test_alarms_are_found_and_deleted(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    for name in ("a1", "a2", "a3", "b"):
        watch.put_metric_alarm(**{**ALARM, "AlarmName": name})
    assert alarms(watch) == ["a1", "a2", "a3", "b"]
    assert alarms(watch, AlarmNamePrefix="a") == ["a1", "a2", "a3"]
    assert alarms(watch, AlarmNames=["b", "none"], StateValue="INSUFFICIENT_DATA") == ["b"]
    assert alarms(watch, StateValue="OK") == []
    refused("ValidationError", watch.describe_alarms, AlarmNames=["b"], AlarmNamePrefix="a")
    refused("InvalidNextToken", watch.describe_alarms, NextToken="nonsense")
    refused("ResourceNotFound", watch.delete_alarms, AlarmNames=["b", "none"])
    watch.delete_alarms(AlarmNames=["b", "a1"])
    assert alarms(watch) == ["a2", "a3"]


@keeps("cloudwatch.more-alarms", "cloudwatch.more-metrics")
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("put_composite_alarm", {"AlarmName": "c", "AlarmRule": "TRUE"}),
        ("put_metric_alarm", {**ALARM, "Metrics": []}),
        ("put_metric_alarm", {**ALARM, "ThresholdMetricId": "a"}),
        ("put_metric_alarm", {**ALARM, "ExtendedStatistic": "p99"}),
        ("put_metric_alarm", {**ALARM, "DatapointsToAlarm": 3}),
        ("put_metric_alarm", {**ALARM, "TreatMissingData": "breaching"}),
        ("put_metric_alarm", {**ALARM, "Tags": [{"Key": "a", "Value": "1"}]}),
        ("describe_alarms", {"AlarmTypes": ["CompositeAlarm"]}),
        ("set_alarm_state", {"AlarmName": "c", "StateValue": "OK", "StateReason": "x"}),
        ("disable_alarm_actions", {"AlarmNames": ["c"]}),
        ("list_tags_for_resource", {"ResourceARN": ACTION}),
        ("list_metrics", {}),
        ("list_dashboards", {}),
        ("list_metric_streams", {}),
    ],
)
def test_missing_operations_and_parameters_are_refused(aws: Any, operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="does not implement"):
        getattr(aws.client("cloudwatch"), operation)(**params)


@keeps("cloudwatch.statistics")
def test_metric_statistics_are_computed_from_the_data_that_was_put(aws: Any) -> None:
    watch, now = aws.client("cloudwatch"), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    one, two = [{"Name": "x", "Value": "1"}], [{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}]
    data = [
        {"MetricName": "m", "Dimensions": one, "Timestamp": now + timedelta(seconds=s), "Value": v, "Unit": "Count"}
        for s, v in ((5, 1.0), (55, 3.0), (65, 5.0))
    ]
    data += [{"MetricName": "m", "Dimensions": two, "Value": 9.0}, {"MetricName": "n", "Value": 1.0}]
    watch.put_metric_data(Namespace="mtk", MetricData=data)
    ask = {"Namespace": "mtk", "MetricName": "m", "StartTime": now, "EndTime": now + timedelta(hours=1), "Period": 60}
    found = watch.get_metric_statistics(**ask, Dimensions=one, Statistics=["Sum", "Maximum"])
    assert [(d["Timestamp"], d["Sum"], d["Maximum"], d["Unit"]) for d in found["Datapoints"]] == [
        (now, 4.0, 3.0, "Count"),
        (now + timedelta(seconds=60), 5.0, 5.0, "Count"),
    ]
    assert len(watch.get_metric_statistics(**ask, Dimensions=two, Statistics=["Sum"])["Datapoints"]) == 1
    assert watch.get_metric_statistics(**ask, Statistics=["Sum"])["Datapoints"] == []
    rds = {**ask, "Namespace": "AWS/RDS", "MetricName": "CPUUtilization"}
    assert watch.get_metric_statistics(**rds, Statistics=["Average"])["Datapoints"] == []
    for code, change in (
        ("InvalidParameterCombination", {"Statistics": None}),
        ("InvalidParameterCombination", {"EndTime": now + timedelta(hours=25)}),
        ("InvalidParameterValue", {"EndTime": now}),
        ("InvalidParameterValue", {"Period": 45}),
    ):
        given = {**ask, "Statistics": ["Sum"], **change}
        refused(code, watch.get_metric_statistics, **{k: v for k, v in given.items() if v is not None})
    refused("InvalidParameterValue", watch.put_metric_data, Namespace="AWS/RDS", MetricData=data[:1])
