"""CloudWatch: alarms, metrics and dashboards, as far as a user looks at them."""

from __future__ import annotations

import json
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
ONE = {"MetricStat": {"Metric": {"Namespace": "a", "MetricName": "b"}, "Period": 60, "Stat": "Sum"}}


def refused(code: str, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code, error.value


def alarms(watch: Any, **params: Any) -> list[str]:
    pages = watch.get_paginator("describe_alarms").paginate(**params, PaginationConfig={"PageSize": 2})
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


@keeps("cloudwatch.alarm-state", "cloudwatch.alarm-upsert")
def test_an_alarm_keeps_its_state_and_tags(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    more = {
        "AlarmDescription": "d",
        "ActionsEnabled": False,
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "c"}],
        "Unit": "Percent",
        "DatapointsToAlarm": 3,
        "TreatMissingData": "breaching",
        "OKActions": [ACTION],
        "AlarmActions": [ACTION],
        "InsufficientDataActions": [ACTION],
    }
    watch.put_metric_alarm(**ALARM, **more, Tags=[{"Key": "a", "Value": "1"}])
    shown = watch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
    assert {name: shown[name] for name in {**ALARM, **more}} == {**ALARM, **more}
    assert shown["StateValue"] == "INSUFFICIENT_DATA"
    assert shown["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu"
    watch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="told", StateReasonData="{}")
    watch.put_metric_alarm(**{**ALARM, "Threshold": 90.0}, Tags=[{"Key": "a", "Value": "2"}])
    shown = watch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
    assert (shown["StateValue"], shown["StateReason"], shown["Threshold"]) == ("ALARM", "told", 90.0)
    assert shown["AlarmActions"] == [] and "AlarmDescription" not in shown
    assert watch.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"] == [{"Key": "a", "Value": "1"}]
    refused("ResourceNotFound", watch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x")
    assert alarms(aws.client("cloudwatch", "eu-west-1")) == []


@keeps("cloudwatch.alarm-checks")
def test_alarms_that_are_refused(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    for change in (
        {"MetricName": None},
        {"Metrics": [{"Id": "a", **ONE}]},
        {"Namespace": None},
        {"Period": None},
        {"Period": 45},
        {"Period": 3000, "EvaluationPeriods": 30},
        {"Period": 3600, "EvaluationPeriods": 200},
        {"Statistic": None},
        {"ExtendedStatistic": "p99"},
        {"Threshold": None},
        {"ComparisonOperator": None},
        {"EvaluationPeriods": None},
        {"DatapointsToAlarm": 6},
        {"TreatMissingData": "perhaps"},
        {"Tags": [{"Key": "aws:x", "Value": ""}]},
    ):
        given = {name: value for name, value in {**ALARM, **change}.items() if value is not None}
        refused("ValidationError", watch.put_metric_alarm, **given)
    math = {k: v for k, v in ALARM.items() if k not in ("Namespace", "MetricName", "Statistic", "Period")}
    half = {"Id": "b", "Expression": "a/2", "ReturnData": True}
    for metrics in (
        [{"Id": "a", **ONE}, half],
        [{"Id": "a", **ONE, "ReturnData": False}],
        [{"Id": "a", **ONE, "Expression": "1"}],
        [{"Id": "b", **ONE, "ReturnData": False}, half],
        [{"Id": "A", **ONE}],
    ):
        refused("ValidationError", watch.put_metric_alarm, **math, Metrics=metrics)
    refused("ValidationError", watch.put_metric_alarm, **math, Metrics=[{"Id": "a", **ONE}], Period=60)
    assert alarms(watch) == []
    watch.put_metric_alarm(**math, Metrics=[{"Id": "a", **ONE, "ReturnData": False}, half])
    shown = watch.describe_alarms()["MetricAlarms"][0]
    assert [query["Id"] for query in shown["Metrics"]] == ["a", "b"] and "MetricName" not in shown
    given = {name: value for name, value in ALARM.items() if name != "Statistic"}
    watch.put_metric_alarm(**{**given, "ExtendedStatistic": "p99", "Period": 3600, "EvaluationPeriods": 168})


@keeps("cloudwatch.alarm-listing", "cloudwatch.alarm-deletion", "cloudwatch.alarm-tags", "cloudwatch.composite")
def test_alarms_are_found_tagged_and_deleted(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    for name in ("a1", "a2", "a3", "b"):
        watch.put_metric_alarm(**{**ALARM, "AlarmName": name}, OKActions=[ACTION] if name == "b" else [])
    assert alarms(watch) == ["a1", "a2", "a3", "b"]
    assert alarms(watch, AlarmNamePrefix="a", AlarmTypes=["MetricAlarm"]) == ["a1", "a2", "a3"]
    assert alarms(watch, AlarmNames=["b", "none"], StateValue="INSUFFICIENT_DATA") == ["b"]
    assert alarms(watch, ActionPrefix="arn:aws:sns") == ["b"]
    assert alarms(watch, StateValue="OK") == alarms(watch, AlarmTypes=["CompositeAlarm"]) == []
    refused("ValidationError", watch.describe_alarms, AlarmNames=["b"], AlarmNamePrefix="a")
    refused("InvalidNextToken", watch.describe_alarms, NextToken="nonsense")
    for call, enabled in ((watch.disable_alarm_actions, False), (watch.enable_alarm_actions, True)):
        call(AlarmNames=["b", "none"])
        assert watch.describe_alarms(AlarmNames=["b"])["MetricAlarms"][0]["ActionsEnabled"] is enabled
    arn = watch.describe_alarms(AlarmNames=["b"])["MetricAlarms"][0]["AlarmArn"]
    watch.untag_resource(ResourceARN=arn, TagKeys=["none"])
    watch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    watch.untag_resource(ResourceARN=arn, TagKeys=["b"])
    assert watch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    refused("ResourceNotFound", watch.delete_alarms, AlarmNames=["b", "none"])
    watch.delete_alarms(AlarmNames=["b", "a1"])
    assert alarms(watch) == ["a2", "a3"]
    for call, params in (
        (watch.list_tags_for_resource, {}),
        (watch.tag_resource, {"Tags": []}),
        (watch.untag_resource, {"TagKeys": ["a"]}),
    ):
        refused("ResourceNotFoundException", call, ResourceARN=arn, **params)
    for call, params in (
        (watch.put_composite_alarm, {"AlarmName": "c", "AlarmRule": "TRUE"}),
        (watch.put_metric_alarm, {**ALARM, "ThresholdMetricId": "a"}),
    ):
        with pytest.raises(ClientError, match="does not implement"):
            call(**params)


@keeps("cloudwatch.statistics", "cloudwatch.metrics")
def test_metrics_are_what_was_put(aws: Any) -> None:
    watch, now = aws.client("cloudwatch"), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    one, two = [{"Name": "x", "Value": "1"}], [{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}]
    data = [
        {"MetricName": "m", "Dimensions": one, "Timestamp": now + timedelta(seconds=s), "Value": v, "Unit": "Count"}
        for s, v in ((5, 1.0), (55, 3.0), (65, 5.0))
    ]
    data += [{"MetricName": "m", "Dimensions": two, "Value": 9.0}, {"MetricName": "n", "Value": 1.0}]
    data += [{"MetricName": "n", "Value": 1.0}]
    watch.put_metric_data(Namespace="mtk", MetricData=data)
    ask = {"Namespace": "mtk", "MetricName": "m", "StartTime": now, "EndTime": now + timedelta(hours=1), "Period": 60}
    found = watch.get_metric_statistics(**ask, Dimensions=one, Statistics=["Sum", "Maximum"], Unit="Count")
    assert [(d["Timestamp"], d["Sum"], d["Maximum"], d["Unit"]) for d in found["Datapoints"]] == [
        (now, 4.0, 3.0, "Count"),
        (now + timedelta(seconds=60), 5.0, 5.0, "Count"),
    ]
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

    def listed(**params: Any) -> list[tuple[str, int]]:
        pages = watch.get_paginator("list_metrics").paginate(**params)
        return sorted((m["MetricName"], len(m["Dimensions"])) for page in pages for m in page["Metrics"])

    assert listed() == [("m", 1), ("m", 2), ("n", 0)]
    assert listed(Namespace="mtk", MetricName="m", Dimensions=[{"Name": "y"}]) == [("m", 2)]
    many = [{"MetricName": f"m{n}", "Value": 1.0} for n in range(501)]
    watch.put_metric_data(Namespace="many", MetricData=many)
    assert len(listed(Namespace="many")) == 501


@keeps("cloudwatch.dashboards")
def test_dashboards(aws: Any) -> None:
    watch, body = aws.client("cloudwatch"), json.dumps({"widgets": []})
    watch.put_dashboard(DashboardName="mtk", DashboardBody=body)
    assert watch.get_dashboard(DashboardName="mtk")["DashboardBody"] == body
    assert [d["DashboardName"] for d in watch.list_dashboards(DashboardNamePrefix="m")["DashboardEntries"]] == ["mtk"]
    refused("InvalidParameterInput", watch.put_dashboard, DashboardName="x", DashboardBody="no")
    refused("ResourceNotFound", watch.delete_dashboards, DashboardNames=["mtk", "none"])
    watch.delete_dashboards(DashboardNames=["mtk"])
    refused("ResourceNotFound", watch.get_dashboard, DashboardName="mtk")
