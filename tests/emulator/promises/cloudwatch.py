"""What is promised of CloudWatch: what one asks of it about a table or a cluster."""

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
    Rule("alarm-state", "An alarm is INSUFFICIENT_DATA: metrics are not watched, and no action is run.", "K PutMetricAlarm"),
    Rule("alarm-upsert", "PutMetricAlarm replaces all of an alarm but its tags.", "K PutMetricAlarm"),
    Rule("alarm-checks", "An alarm is of one metric (namespace, period, one statistic); periods are 10, 20, 30 or n x 60 s and together at most a day (a week from an hour on): `ValidationError` else.", "K PutMetricAlarm"),
    Rule("alarm-listing", "Alarms by names or prefix (not both) and by state, 50 to a page.", "K DescribeAlarms"),
    Rule("alarm-deletion", "All the alarms named are deleted, with their tags, or none: `ResourceNotFound`.", "K DeleteAlarms"),
    Rule("statistics", "Datapoints of what was put, with exactly the dimensions asked for, by whole periods, 1,440 at most (`InvalidParameterCombination`); nothing where nothing was put: no service sends metrics here, and `AWS/` is refused to others (`InvalidParameterValue`).", "K GetMetricStatistics"),
    Rule("more-alarms", "Alarms of several metrics or of some datapoints, how they treat missing data, composite alarms, anomaly detection; setting a state, switching actions; tags but through the Tagging API.", "B", missing=True),
    Rule("more-metrics", "ListMetrics, GetMetricData, extended statistics (percentiles), metric streams and dashboards.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch", OPERATIONS, RULES)
