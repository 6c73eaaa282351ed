"""What is promised of CloudWatch."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "DeleteAlarms": "AlarmNames",
    "DeleteDashboards": "DashboardNames",
    "DescribeAlarms": "ActionPrefix AlarmNamePrefix AlarmNames AlarmTypes MaxRecords NextToken StateValue",
    "DisableAlarmActions": "AlarmNames",
    "EnableAlarmActions": "AlarmNames",
    "GetDashboard": "DashboardName",
    "GetMetricStatistics": "Dimensions EndTime MetricName Namespace Period StartTime Statistics Unit",
    "ListDashboards": "DashboardNamePrefix",
    "ListMetrics": "Dimensions MetricName Namespace NextToken",
    "ListTagsForResource": "ResourceARN",
    "PutDashboard": "DashboardBody DashboardName",
    "PutMetricAlarm": (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions EvaluationPeriods "
        "ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic Tags Threshold TreatMissingData Unit"
    ),
    "PutMetricData": "MetricData Namespace",
    "SetAlarmState": "AlarmName StateReason StateReasonData StateValue",
    "TagResource": "ResourceARN Tags",
    "UntagResource": "ResourceARN TagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("alarm-state", "An alarm begins as INSUFFICIENT_DATA and stays as it is until SetAlarmState: metrics are not watched, and no action is run.", "K PutMetricAlarm"),
    Rule("alarm-upsert", "PutMetricAlarm replaces all of an alarm but its state and its tags.", "K PutMetricAlarm"),
    Rule("alarm-checks", "An alarm is of one metric (namespace, period, one statistic) or of metrics of which one returns data; periods are 10, 20, 30 or n x 60 s and together at most a day (a week from an hour on); no more datapoints than periods: `ValidationError` else.", "K PutMetricAlarm"),
    Rule("alarm-listing", "Alarms by names or prefix (not both), state and action, 50 to a page; composite alarms only where asked for.", "K DescribeAlarms"),
    Rule("alarm-deletion", "All the alarms named are deleted, or none: `ResourceNotFound`. Enabling and disabling passes over unknown ones.", "K DeleteAlarms"),
    Rule("alarm-tags", "Tags belong to the alarm's ARN (`ResourceNotFoundException` for another) and go with it.", "K TagResource"),
    Rule("statistics", "Datapoints of what was put, with exactly the dimensions asked for, by whole periods, 1,440 at most (`InvalidParameterCombination`); nothing where nothing was put: no service sends metrics here, and `AWS/` is refused to others (`InvalidParameterValue`).", "K GetMetricStatistics"),
    Rule("metrics", "Each metric that has data is listed once.", "K ListMetrics"),
    Rule("dashboards", "Dashboards are kept as given; JSON only (`InvalidParameterInput`); unknown ones are `ResourceNotFound`.", "K PutDashboard"),
    Rule("composite", "Composite alarms, anomaly detection, metric streams and GetMetricData.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch", OPERATIONS, RULES)
