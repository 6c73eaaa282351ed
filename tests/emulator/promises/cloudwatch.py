"""The rules of CloudWatch: metrics and alarms of tables and clusters."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "DeleteAlarms": "AlarmNames",
    "DescribeAlarms": "AlarmNamePrefix AlarmNames MaxRecords NextToken StateValue",
    "GetMetricStatistics": "Dimensions EndTime MetricName Namespace Period StartTime Statistics",
    "PutMetricAlarm": (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator Dimensions EvaluationPeriods "
        "InsufficientDataActions MetricName Namespace OKActions Period Statistic Threshold Unit"
    ),
    "PutMetricData": "MetricData Namespace",
}
RULES: tuple[Rule, ...] = (
    Rule("alarm-state", "An alarm is always INSUFFICIENT_DATA: the local AWS does not evaluate metrics and runs no actions.", "K PutMetricAlarm"),
    Rule("alarm-upsert", "PutMetricAlarm replaces all settings of an existing alarm except its tags.", "K PutMetricAlarm"),
    Rule("alarm-checks", "An alarm has one metric (namespace, period, one statistic). Its period is 10, 20, 30 or n x 60 s, and all its periods together last at most a day, or a week from a period of an hour on (`ValidationError`).", "K PutMetricAlarm"),
    Rule("alarm-listing", "DescribeAlarms selects alarms by names or by prefix, but not both, and by state, 50 to a page.", "K DescribeAlarms"),
    Rule("alarm-deletion", "DeleteAlarms deletes all named alarms with their tags. If one of them does not exist, it deletes none (`ResourceNotFound`).", "K DeleteAlarms"),
    Rule("statistics", "GetMetricStatistics returns datapoints with exactly the given dimensions, by whole periods, at most 1,440 (`InvalidParameterCombination`). It knows only data from PutMetricData, because no service sends metrics here. PutMetricData refuses the namespaces `AWS/` (`InvalidParameterValue`).", "K GetMetricStatistics"),
    Rule("more-alarms", "Alarms of several metrics or of some datapoints, treatment of missing data, composite alarms, anomaly detection, SetAlarmState, enabling and disabling actions, tag calls outside the Tagging API.", "B", missing=True),
    Rule("more-metrics", "ListMetrics, GetMetricData, extended statistics (percentiles), metric streams and dashboards.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch", OPERATIONS, RULES)
