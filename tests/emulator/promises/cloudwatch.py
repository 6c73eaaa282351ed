"""The rules of CloudWatch: metrics and alarms of tables and clusters."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "DeleteAlarms": "AlarmNames",
    "DescribeAlarmHistory": ("AlarmName AlarmTypes EndDate HistoryItemType MaxRecords NextToken ScanBy StartDate"),
    "DescribeAlarms": (
        "ActionPrefix AlarmNamePrefix AlarmNames AlarmTypes ChildrenOfAlarmName MaxRecords NextToken "
        "ParentsOfAlarmName StateValue"
    ),
    "DescribeAlarmsForMetric": "Dimensions ExtendedStatistic MetricName Namespace Period Statistic Unit",
    "DisableAlarmActions": "AlarmNames",
    "EnableAlarmActions": "AlarmNames",
    "GetMetricStatistics": "Dimensions EndTime MetricName Namespace Period StartTime Statistics",
    "ListMetrics": "Dimensions MetricName Namespace NextToken",
    "ListTagsForResource": "ResourceARN",
    "PutCompositeAlarm": (
        "ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod AlarmActions "
        "AlarmDescription AlarmName AlarmRule InsufficientDataActions OKActions Tags"
    ),
    "PutMetricAlarm": (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions "
        "EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName "
        "Metrics Namespace OKActions Period Statistic Tags Threshold TreatMissingData Unit"
    ),
    "PutMetricData": "MetricData Namespace",
    "SetAlarmState": "AlarmName StateReason StateReasonData StateValue",
    "TagResource": "ResourceARN Tags",
    "UntagResource": "ResourceARN TagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("alarm-state", "A new alarm is INSUFFICIENT_DATA, and SetAlarmState changes that (`ResourceNotFound` without the alarm, `InvalidFormat` for StateReasonData that is not JSON). The local AWS does not evaluate metrics and runs no actions, so nothing else changes the state.", "K PutMetricAlarm"),
    Rule("alarm-upsert", "PutMetricAlarm replaces all settings of an existing alarm except its tags, and keeps its state.", "K PutMetricAlarm"),
    Rule("alarm-checks", "An alarm has one metric (namespace, period, either a statistic or a percentile) and a threshold. Its period is 10, 20, 30 or n x 60 s, and all its periods together last at most a day, or a week from a period of an hour on. DatapointsToAlarm is at most EvaluationPeriods. TreatMissingData and EvaluateLowSampleCountPercentile have AWS's options (`ValidationError`; `InvalidParameterValue` for another percentile).", "K PutMetricAlarm"),
    Rule("alarm-math", "With Metrics, an alarm has none of the settings of one metric. Exactly one of the metrics returns data, each has a unique id and either MetricStat or an Expression, which names only ids of the list (`ValidationError`). Expressions are not parsed further.", "K PutMetricAlarm; I troposphere 1276, cfn-lint 1306"),
    Rule("alarm-actions", "Actions are ARNs of SNS topics, functions, EC2 actions and the like, in the Region of the alarm (`ValidationError`). Whether they exist is not checked.", "K PutMetricAlarm"),
    Rule("composites", "The rule of a composite alarm combines the states of alarms that exist with AND, OR, NOT and brackets (`ValidationError`). A composite alarm is ALARM if its rule holds, otherwise OK, and follows its children at once, except in a cycle. Its actions can have a suppressor, an alarm that exists.", "K PutCompositeAlarm; I cloudformation-user-guide 911"),
    Rule("alarm-listing", "DescribeAlarms selects alarms by names or by prefix, but not both, by state, action and type, 50 to a page. Without AlarmTypes it returns no composite alarms. Children and parents of an alarm come with a few fields, and exclude other parameters (`ValidationError`).", "K DescribeAlarms"),
    Rule("alarms-of-metric", "DescribeAlarmsForMetric returns the alarms on a metric with exactly the given dimensions.", "K DescribeAlarmsForMetric"),
    Rule("alarm-history", "DescribeAlarmHistory returns the changes of settings and states, latest first, also of deleted alarms.", "K DescribeAlarmHistory"),
    Rule("alarm-deletion", "DeleteAlarms deletes the named alarms that exist with their tags, but no alarm on which a composite alarm depends, and one composite alarm at a time (`ValidationError`).", "B; I cloud-custodian 7763"),
    Rule("alarm-tags", "An alarm has at most 50 tags and none that begins with `aws:` (`InvalidParameterValue`). Tag calls refuse an ARN of no alarm (`ResourceNotFoundException`).", "K TagResource"),
    Rule("metrics", "ListMetrics lists the metrics of PutMetricData by namespace, name and dimensions.", "K ListMetrics"),
    Rule("statistics", "GetMetricStatistics returns datapoints with exactly the given dimensions, by whole periods, at most 1,440 (`InvalidParameterCombination`). It knows only data from PutMetricData, because no service sends metrics here. PutMetricData refuses the namespaces `AWS/` (`InvalidParameterValue`).", "K GetMetricStatistics"),
    Rule("more-alarms", "Anomaly detection (ThresholdMetricId and its comparison operators), alarms on logs and PromQL, warm-up, AT_LEAST in rules, and the alarms of other accounts.", "B", missing=True),
    Rule("more-metrics", "GetMetricData, percentiles of GetMetricStatistics, metric streams and dashboards.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch", OPERATIONS, RULES)
