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


@keeps("cloudwatch.alarm-checks", "cloudwatch.alarm-actions")
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
        {"EvaluationPeriods": None},
        {"ComparisonOperator": None},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"ExtendedStatistic": "p99"},
        {"DatapointsToAlarm": 6},
        {"TreatMissingData": "sometimes"},
        {"EvaluateLowSampleCountPercentile": "sometimes"},
        {"AlarmActions": ["pager"]},
        {"OKActions": [ACTION.replace("us-east-1", "eu-west-1")]},
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
    assert alarms(watch, AlarmTypes=["CompositeAlarm"]) == []
    watch.put_metric_alarm(**{**ALARM, "AlarmName": "c", "AlarmActions": [ACTION]})
    assert alarms(watch, ActionPrefix=ACTION[:-3]) == ["c"]
    refused("ValidationError", watch.describe_alarms, AlarmNames=["b"], AlarmNamePrefix="a")
    refused("InvalidNextToken", watch.describe_alarms, NextToken="nonsense")
    watch.delete_alarms(AlarmNames=["b", "none", "a1", "c"])
    assert alarms(watch) == ["a2", "a3"]


@keeps("cloudwatch.alarm-checks", "cloudwatch.alarm-tags")
def test_an_alarm_on_a_percentile_keeps_all_its_settings(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    given: dict[str, Any] = {name: value for name, value in ALARM.items() if name != "Statistic"}
    given |= {"DatapointsToAlarm": 3, "TreatMissingData": "notBreaching", "EvaluateLowSampleCountPercentile": "ignore"}
    for extended in ("p99", "p99.9", "tm90", "IQM", "PR(100:)", "TC(10%:90%)"):
        watch.put_metric_alarm(**given, ExtendedStatistic=extended, Tags=[{"Key": "a", "Value": "1"}])
    (shown,) = watch.describe_alarms()["MetricAlarms"]
    assert {name: shown[name] for name in given} == given and shown["ExtendedStatistic"] == "TC(10%:90%)"
    assert "Statistic" not in shown and "StateReasonData" not in shown
    assert (shown["StateReason"], shown["Dimensions"]) == ("Unchecked: Initial alarm creation", [])
    refused("InvalidParameterValue", watch.put_metric_alarm, **given, ExtendedStatistic="x9")
    arn = {"ResourceARN": shown["AlarmArn"]}
    watch.put_metric_alarm(**ALARM, Tags=[{"Key": "b", "Value": "2"}])  # AWS ignores the tags of an existing alarm
    assert watch.list_tags_for_resource(**arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    watch.tag_resource(**arn, Tags=[{"Key": "c", "Value": "3"}])
    watch.untag_resource(**arn, TagKeys=["a"])
    assert watch.list_tags_for_resource(**arn)["Tags"] == [{"Key": "c", "Value": "3"}]
    for wrong in ([{"Key": "aws:x", "Value": ""}], [{"Key": str(n), "Value": ""} for n in range(51)]):
        refused("InvalidParameterValue", watch.tag_resource, **arn, Tags=wrong)
        refused("InvalidParameterValue", watch.put_metric_alarm, **{**ALARM, "AlarmName": "new"}, Tags=wrong)
    for call, more in (
        (watch.list_tags_for_resource, {}),
        (watch.tag_resource, {"Tags": []}),
        (watch.untag_resource, {"TagKeys": ["a"]}),
    ):
        refused("ResourceNotFoundException", call, ResourceARN=shown["AlarmArn"] + "s", **more)


def math(*metrics: dict[str, Any]) -> dict[str, Any]:
    kept = ("AlarmName", "EvaluationPeriods", "Threshold", "ComparisonOperator")
    return {**{name: ALARM[name] for name in kept}, "Metrics": list(metrics)}


def stat(number: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "AWS/RDS", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "x", "Value": number}]}
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p90", **more}}


@keeps("cloudwatch.alarm-math")
def test_an_alarm_on_metric_math_keeps_its_metrics(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    sources = [{**stat(number), "ReturnData": False} for number in "12"]
    total = {"Id": "total", "Expression": "SUM([m1, FILL(m2, 0)]) / 2", "Label": "both"}
    watch.put_metric_alarm(**math(*sources, total))
    (shown,) = watch.describe_alarms()["MetricAlarms"]
    assert shown["Metrics"] == [*sources, {**total, "ReturnData": True}]
    assert not {"MetricName", "Namespace", "Period", "Statistic"} & set(shown)
    assert watch.describe_alarms_for_metric(Namespace="AWS/RDS", MetricName="CPUUtilization")["MetricAlarms"] == []
    for wrong in (
        {**math(*sources, total), "MetricName": "m"},
        {**math(*sources, total), "Unit": "Percent"},
        math(*sources),
        math(*sources, total, stat("3")),
        math(sources[0], total),
        math(sources[0], {**sources[1], "Id": "m1"}, total),
        math({**stat("1"), "Id": "M1"}),
        math({**stat("1"), "Expression": "1"}),
        math({"Id": "m1"}),
        math(stat("1", Period=45)),
        math(stat("1", Stat="Middle")),
    ):
        refused("ValidationError", watch.put_metric_alarm, **wrong)


@keeps("cloudwatch.alarm-state", "cloudwatch.alarm-upsert", "cloudwatch.alarm-history")
def test_the_state_of_an_alarm_is_set_and_recorded(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    watch.put_metric_alarm(**ALARM)
    state = {"AlarmName": "cpu", "StateValue": "ALARM", "StateReason": "test"}
    aws.control.advance(3600)
    watch.set_alarm_state(**state, StateReasonData='{"a": 1}')
    watch.put_metric_alarm(**ALARM)
    (shown,) = watch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert (shown["StateReason"], shown["StateReasonData"]) == ("test", '{"a": 1}')
    assert shown["StateUpdatedTimestamp"] == shown["StateTransitionedTimestamp"]
    refused("ResourceNotFound", watch.set_alarm_state, **{**state, "AlarmName": "none"})
    refused("InvalidFormat", watch.set_alarm_state, **state, StateReasonData="no")
    watch.disable_alarm_actions(AlarmNames=["cpu"])
    assert watch.describe_alarms()["MetricAlarms"][0]["ActionsEnabled"] is False
    watch.enable_alarm_actions(AlarmNames=["cpu"])
    assert watch.describe_alarms()["MetricAlarms"][0]["ActionsEnabled"] is True
    watch.delete_alarms(AlarmNames=["cpu"])

    def summaries(**params: Any) -> list[str]:
        pages = watch.get_paginator("describe_alarm_history").paginate(**params, PaginationConfig={"PageSize": 2})
        return [item["HistorySummary"] for page in pages for item in page["AlarmHistoryItems"]]

    moved = "Alarm updated from INSUFFICIENT_DATA to ALARM"
    every = ['Alarm "cpu" created', moved, 'Alarm "cpu" updated', 'Alarm "cpu" deleted']
    assert summaries(AlarmName="cpu") == every[::-1]
    assert summaries(ScanBy="TimestampAscending", AlarmTypes=["MetricAlarm"]) == every
    assert summaries(HistoryItemType="StateUpdate") == [moved]
    middle = shown["StateUpdatedTimestamp"] - timedelta(minutes=30)
    assert summaries(EndDate=middle) == every[:1] and summaries(StartDate=middle) == every[:0:-1]
    assert summaries(AlarmTypes=["CompositeAlarm"]) == summaries(AlarmName="none") == []


@keeps("cloudwatch.composites", "cloudwatch.alarm-listing", "cloudwatch.alarm-deletion")
def test_a_composite_alarm_follows_its_children(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    for name in ("a", "b", "the disk"):
        watch.put_metric_alarm(**{**ALARM, "AlarmName": name})
    arn = watch.describe_alarms(AlarmNames=["b"])["MetricAlarms"][0]["AlarmArn"]
    rule = f'ALARM(a) AND (ALARM({arn}) OR NOT INSUFFICIENT_DATA("the disk"))'
    actions = {name: [ACTION] for name in ("AlarmActions", "OKActions", "InsufficientDataActions")}
    suppress = {"ActionsSuppressor": "b", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 60}
    more = {"AlarmDescription": "d", "ActionsEnabled": False, "Tags": [{"Key": "a", "Value": "1"}]}
    watch.put_composite_alarm(AlarmName="top", AlarmRule=rule, **actions, **suppress, **more)
    watch.put_composite_alarm(AlarmName="above", AlarmRule="OK(top)")

    def states() -> dict[str, str]:
        found = watch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])["CompositeAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    assert states() == {"above": "ALARM", "top": "OK"} and alarms(watch) == ["a", "b", "the disk"]
    for name in ("a", "the disk"):
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert states() == {"above": "OK", "top": "ALARM"}
    (top,) = watch.describe_alarms(AlarmNames=["top"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    given = {"AlarmRule": rule, "AlarmDescription": "d", "ActionsEnabled": False, **actions, **suppress}
    assert {name: top[name] for name in given} == given
    assert tags(aws) == [{"ResourceARN": top["AlarmArn"], "Tags": [{"Key": "a", "Value": "1"}]}]
    children = watch.describe_alarms(ChildrenOfAlarmName="top")["MetricAlarms"]
    assert [set(child) for child in children] == 3 * [{"AlarmArn", "AlarmName", "StateUpdatedTimestamp", "StateValue"}]
    (parent,) = watch.describe_alarms(ParentsOfAlarmName="a")["CompositeAlarms"]
    assert parent == {"AlarmArn": top["AlarmArn"], "AlarmName": "top"}
    refused("ValidationError", watch.describe_alarms, ParentsOfAlarmName="a", StateValue="OK")
    for wrong in ("ALARM(a", "ALARM(a) ALARM(b)", "AND", "NOT", "ALARM(none)", "(TRUE", "CPU > 1", " TRUE", "TRUE)"):
        refused("ValidationError", watch.put_composite_alarm, AlarmName="wrong", AlarmRule=wrong)
    refused("ValidationError", watch.put_composite_alarm, AlarmName="wrong", AlarmRule="TRUE", ActionsSuppressor="b")
    refused("ValidationError", watch.put_composite_alarm, AlarmName="wrong", AlarmRule="TRUE", OKActions=["pager"])
    refused("ValidationError", watch.put_composite_alarm, AlarmName="a", AlarmRule="TRUE")
    with pytest.raises(ClientError, match="Cannot delete a as there are composite alarm.s. depending on it."):
        watch.delete_alarms(AlarmNames=["a"])
    refused("ValidationError", watch.delete_alarms, AlarmNames=["top", "above"])
    watch.put_composite_alarm(AlarmName="top", AlarmRule="ALARM(above) OR FALSE")  # AWS allows a cycle
    refused("ValidationError", watch.delete_alarms, AlarmNames=["top"])
    watch.put_composite_alarm(AlarmName="above", AlarmRule="FALSE")
    watch.delete_alarms(AlarmNames=["top", "a"])
    watch.delete_alarms(AlarmNames=["above"])


@keeps("cloudwatch.alarms-of-metric")
def test_the_alarms_of_a_metric_are_found(aws: Any) -> None:
    watch = aws.client("cloudwatch")
    two = [{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}]
    watch.put_metric_alarm(**ALARM)
    watch.put_metric_alarm(**{**ALARM, "AlarmName": "two", "Dimensions": two, "Unit": "Percent"})
    percentile = {name: value for name, value in ALARM.items() if name != "Statistic"}
    watch.put_metric_alarm(**{**percentile, "AlarmName": "p", "ExtendedStatistic": "p99"})

    def found(**params: Any) -> list[str]:
        metric = {"Namespace": "AWS/RDS", "MetricName": "CPUUtilization", **params}
        return [alarm["AlarmName"] for alarm in watch.describe_alarms_for_metric(**metric)["MetricAlarms"]]

    assert found() == ["cpu", "p"]
    assert found(Dimensions=two[::-1], Period=60, Unit="Percent") == ["two"]
    assert found(Dimensions=two[:1]) == found(Statistic="Sum") == found(MetricName="other") == []
    assert found(Statistic="Average") == ["cpu"] and found(ExtendedStatistic="p99") == ["p"]


@keeps("cloudwatch.more-alarms", "cloudwatch.more-metrics")
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("put_metric_alarm", {**ALARM, "ThresholdMetricId": "a"}),
        ("put_anomaly_detector", {"Namespace": "n", "MetricName": "m", "Stat": "Sum"}),
        ("list_dashboards", {}),
        ("list_metric_streams", {}),
    ],
)
def test_missing_operations_and_parameters_are_refused(aws: Any, operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="does not implement"):
        getattr(aws.client("cloudwatch"), operation)(**params)


@keeps("cloudwatch.statistics", "cloudwatch.metrics")
def test_metric_statistics_are_computed_from_the_data_that_was_put(aws: Any) -> None:
    watch, now = aws.client("cloudwatch"), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    one, two = [{"Name": "x", "Value": "1"}], [{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}]
    data = [
        {"MetricName": "m", "Dimensions": one, "Timestamp": now + timedelta(seconds=s), "Value": v, "Unit": "Count"}
        for s, v in ((5, 1.0), (55, 3.0), (65, 5.0))
    ]
    data += [{"MetricName": "m", "Dimensions": two, "Value": 9.0}, {"MetricName": "n", "Value": 1.0}]
    watch.put_metric_data(Namespace="mtk", MetricData=data)
    metrics = watch.list_metrics(Namespace="mtk", MetricName="m", Dimensions=[{"Name": "y"}])["Metrics"]
    assert metrics == [{"Namespace": "mtk", "MetricName": "m", "Dimensions": two}]
    assert len(watch.list_metrics()["Metrics"]) == 3
    watch.put_metric_data(Namespace="many", MetricData=[{"MetricName": str(n), "Value": 1.0} for n in range(501)])
    pages = watch.get_paginator("list_metrics").paginate(Namespace="many")
    assert [len(page["Metrics"]) for page in pages] == [500, 1]
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
