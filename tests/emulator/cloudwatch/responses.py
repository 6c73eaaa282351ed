"""The operations of CloudWatch where moto differs from AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Statistics
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..core import AwsError, paged

DAY = 86400
DATAPOINTS = 1440
OF_ONE_METRIC = {"Namespace", "Period", "Statistic", "ExtendedStatistic", "Dimensions", "Unit"}
TAGGING = {"ListTagsForResource", "TagResource", "UntagResource"}


class LocalCloudWatch(CloudWatchResponse):
    """Answers for CloudWatch."""

    def call_action(self) -> Any:
        """Refuse tags of what is no alarm, then answer."""
        if self._get_action() in TAGGING:
            arn = self._get_param("ResourceARN")
            if arn not in [alarm.alarm_arn for alarm in self.cloudwatch_backend.alarms.values()]:
                raise AwsError("ResourceNotFoundException", "The named resource does not exist.")
            self.cloudwatch_backend.tagger.tags.setdefault(arn, {})  # moto finds no alarm without tags
        if any(tag["Key"].lower().startswith("aws:") for tag in self._get_param("Tags", [])):
            raise AwsError("ValidationError", "Tag keys that begin with aws: are reserved.")
        return super().call_action()

    def _page(self, name: str, items: list[Any], size: int) -> ActionResult:
        token = self._get_param("NextToken") or "0"
        if not token.isdigit():
            raise AwsError("InvalidNextToken", "The next token specified is invalid.")
        page, more = paged(items, {"NextToken": token, "MaxResults": self._get_param("MaxRecords")}, size)
        return ActionResult({name: page, "NextToken": more})

    def put_metric_alarm(self) -> ActionResult:
        """An alarm that has seen no data yet; one that there is keeps its state and its tags."""
        for fault in _faults(self._get_params()):
            raise AwsError("ValidationError", fault)
        alarms, name = self.cloudwatch_backend.alarms, self._get_param("AlarmName")
        state = {"state_value": "INSUFFICIENT_DATA"}
        if name in alarms:
            state = {field: value for field, value in vars(alarms[name]).items() if field.startswith("state_")}
            self.params.pop("Tags", None)
        answer = super().put_metric_alarm()
        vars(alarms[name]).update(state)
        return answer

    def describe_alarms(self) -> ActionResult:
        """Alarms by names or the prefix of the name, by state and by the prefix of an action, in pages."""
        names, prefix = self._get_param("AlarmNames", []), self._get_param("AlarmNamePrefix", "")
        if names and prefix:
            raise AwsError("ValidationError", "AlarmNamePrefix and AlarmNames are mutually exclusive")
        state, action = self._get_param("StateValue"), self._get_param("ActionPrefix", "")
        found = [
            alarm
            for name, alarm in sorted(self.cloudwatch_backend.alarms.items())
            if (name in names or not names)
            and name.startswith(prefix)
            and state in (None, alarm.state_value)
            and (not action or any(arn.startswith(action) for arn in _actions(alarm)))
        ]
        metric = "MetricAlarm" in self._get_param("AlarmTypes", ["MetricAlarm"])
        return self._page("MetricAlarms", found if metric else [], 50)

    def delete_alarms(self) -> ActionResult:
        """Delete all of the alarms, or none where one does not exist."""
        names, alarms = self._get_param("AlarmNames"), self.cloudwatch_backend.alarms
        missing = sorted(set(names) - set(alarms))
        if missing:
            raise AwsError("ResourceNotFound", f"Alarms not found: {', '.join(missing)}")
        for name in names:
            self.cloudwatch_backend.tagger.delete_all_tags_for_resource(alarms[name].alarm_arn)
        return super().delete_alarms()

    def put_metric_data(self) -> ActionResult:
        """Values of metrics, of the virtual moment where they do not say."""
        if self._get_param("Namespace").startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        for datum in self._get_param("MetricData", []):
            datum.setdefault("Timestamp", CLOCK.datetime().replace(tzinfo=None))
        return super().put_metric_data()

    def get_metric_statistics(self) -> ActionResult:
        """What was put for a metric with exactly these dimensions, by whole periods."""
        start, end, period = (self._get_param(name) for name in ("StartTime", "EndTime", "Period"))
        if not self._get_param("Statistics"):
            raise AwsError("InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
        if start >= end or (period not in (1, 5, 10, 20, 30) and period % 60):
            text = "StartTime must be less than EndTime, and Period 1, 5, 10, 20, 30 or a multiple of 60."
            raise AwsError("InvalidParameterValue", text)
        if (end - start).total_seconds() / period > DATAPOINTS:
            raise AwsError("InvalidParameterCombination", f"More than the limit of {DATAPOINTS} datapoints.")
        dimensions = {d["Name"]: d["Value"] for d in self._get_param("Dimensions", [])}
        wanted = (self._get_param("Namespace"), self._get_param("MetricName"), *sorted(dimensions.items()))
        found: dict[datetime, Statistics] = {}
        for datum in self.cloudwatch_backend.metric_data:
            if _metric(datum) == wanted and start <= datum.timestamp < end:
                if self._get_param("Unit") not in (None, datum.unit):
                    continue
                begin = datum.timestamp - timedelta(seconds=(datum.timestamp - datetime.min).total_seconds() % period)
                bucket = found.setdefault(begin, Statistics(self._get_param("Statistics"), begin, datum.unit or "None"))
                bucket.metric_data.append(datum)
        return ActionResult({"Label": wanted[1], "Datapoints": list(found.values())})

    def list_metrics(self) -> ActionResult:
        """Each metric that has data once, in pages."""
        space, name, dimensions = (self._get_param(n) for n in ("Namespace", "MetricName", "Dimensions"))
        found = {_metric(datum): datum for datum in self.cloudwatch_backend.metric_data}
        return self._page("Metrics", [m for m in found.values() if m.filter(space, name, dimensions or [])], 500)


def _actions(alarm: Any) -> list[str]:
    return [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]


def _metric(datum: Any) -> tuple[Any, ...]:
    return datum.namespace, datum.name, *sorted((d.name, d.value) for d in datum.dimensions)


def _faults(p: Mapping[str, Any]) -> Iterator[str]:
    """What AWS refuses in an alarm."""
    if None in (p.get("ComparisonOperator"), p.get("EvaluationPeriods"), p.get("Threshold")):
        yield "ComparisonOperator, EvaluationPeriods and Threshold must be specified."
    if bool(p.get("MetricName")) == bool(p.get("Metrics")):
        yield "Exactly one of MetricName and Metrics must be specified."
    yield from _metrics_faults(p, p["Metrics"]) if p.get("Metrics") else _metric_faults(p)
    if p.get("DatapointsToAlarm", 1) > p["EvaluationPeriods"]:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods."
    if p.get("TreatMissingData", "missing") not in ("breaching", "notBreaching", "ignore", "missing"):
        yield "TreatMissingData must be one of breaching, notBreaching, ignore and missing."


def _metric_faults(p: Mapping[str, Any]) -> Iterator[str]:
    if not p.get("Namespace") or not p.get("Period") or bool(p.get("Statistic")) == bool(p.get("ExtendedStatistic")):
        yield "With MetricName go Namespace, Period and either Statistic or ExtendedStatistic."
    yield from _period_faults(p["Period"], p["EvaluationPeriods"])


def _metrics_faults(p: Mapping[str, Any], queries: list[dict[str, Any]]) -> Iterator[str]:
    if OF_ONE_METRIC & set(p):
        yield f"{', '.join(sorted(OF_ONE_METRIC & set(p)))} cannot be specified with Metrics."
    if sum(query.get("ReturnData", True) for query in queries) != 1:
        yield "Exactly one of Metrics must return data."
    if any(("MetricStat" in query) == ("Expression" in query) for query in queries):
        yield "Each of Metrics has either a MetricStat or an Expression."
    if len({query["Id"] for query in queries}) < len(queries) or not all(q["Id"][0].islower() for q in queries):
        yield "The ids of Metrics must be unique and begin with a lowercase letter."
    for query in queries:
        yield from _period_faults(query.get("MetricStat", {}).get("Period", 60), p["EvaluationPeriods"])


def _period_faults(period: int, times: int) -> Iterator[str]:
    if period not in (10, 20, 30) and period % 60:
        yield "Period must be 10, 20, 30 or a multiple of 60."
    if period * times > (7 * DAY if period >= 3600 else DAY):
        yield "EvaluationPeriods times Period must be a day at most, or a week with periods of an hour or more."
