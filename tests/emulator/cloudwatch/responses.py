"""The operations of CloudWatch where moto differs from AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Statistics
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from ..clock import CLOCK
from ..core import AwsError, paged

DAY = 86400
DATAPOINTS = 1440
OF_ONE_METRIC = ("Namespace", "Period", "Statistic", "ExtendedStatistic", "Dimensions", "Unit")


class LocalCloudWatch(CloudWatchResponse):
    """Answers for CloudWatch."""

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
        old, tags = alarms.get(name), self._get_param("Tags", [])
        if any(tag["Key"].lower().startswith("aws:") for tag in tags):
            raise AwsError("ValidationError", "Tag keys that begin with aws: are reserved.")
        super().put_metric_alarm()
        alarm = alarms[name]
        if old is None:
            alarm.state_value = "INSUFFICIENT_DATA"
            return EmptyResult()
        alarm.state_value, alarm.state_reason, alarm.state_reason_data, alarm.state_updated_timestamp = (
            old.state_value, old.state_reason, old.state_reason_data, old.state_updated_timestamp,
        )  # fmt: skip
        self.cloudwatch_backend.tagger.untag_resource_using_names(alarm.alarm_arn, [tag["Key"] for tag in tags])
        return EmptyResult()

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

    def _check_tagged(self) -> None:
        if all(alarm.alarm_arn != self._get_param("ResourceARN") for alarm in self.cloudwatch_backend.alarms.values()):
            raise AwsError("ResourceNotFoundException", "The named resource does not exist.")

    def list_tags_for_resource(self) -> ActionResult:
        """The tags of an alarm."""
        self._check_tagged()
        return super().list_tags_for_resource()

    def untag_resource(self) -> ActionResult:
        """Take tags from an alarm, also where it has none."""
        self._check_tagged()
        arn = self._get_param("ResourceARN")
        self.cloudwatch_backend.tagger.untag_resource_using_names(arn, self._get_param("TagKeys"))
        return EmptyResult()

    def put_metric_data(self) -> ActionResult:
        """Values of metrics, of the virtual moment where they do not say."""
        for datum in self._get_param("MetricData", []):
            datum.setdefault("Timestamp", CLOCK.datetime().replace(tzinfo=None))
        return super().put_metric_data()

    def get_metric_statistics(self) -> ActionResult:
        """What was put for a metric with exactly these dimensions, by whole periods."""
        start, end, period = (self._get_param(name) for name in ("StartTime", "EndTime", "Period"))
        statistics = self._get_param("Statistics", [])
        if not statistics:
            raise AwsError("InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
        if start >= end:
            raise AwsError("InvalidParameterValue", "StartTime must be less than EndTime.")
        if period not in (1, 5, 10, 20, 30) and period % 60:
            raise AwsError("InvalidParameterValue", "Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
        if (end - start).total_seconds() / period > DATAPOINTS:
            raise AwsError("InvalidParameterCombination", f"More than the limit of {DATAPOINTS} datapoints.")
        metric = (self._get_param("Namespace"), self._get_param("MetricName"), self._get_param("Dimensions", []))
        buckets: dict[float, Statistics] = {}
        for datum in self.cloudwatch_backend.metric_data:
            moment = _seconds(datum.timestamp)
            wanted = self._get_param("Unit") in (None, datum.unit) and _identity(*metric) == _named(datum)
            if wanted and _seconds(start) <= moment < _seconds(end):
                begin = moment - moment % period
                bucket = Statistics(statistics, datetime.fromtimestamp(begin, UTC), datum.unit or "None")
                buckets.setdefault(begin, bucket).metric_data.append(datum)
        return ActionResult({"Label": metric[1], "Datapoints": list(buckets.values())})

    def list_metrics(self) -> ActionResult:
        """Each metric that has data once, in pages."""
        space, name, dimensions = (self._get_param(n) for n in ("Namespace", "MetricName", "Dimensions"))
        found = {_named(datum): datum for datum in self.cloudwatch_backend.metric_data}
        return self._page("Metrics", [m for m in found.values() if m.filter(space, name, dimensions or [])], 500)


def _actions(alarm: Any) -> list[str]:
    return [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]


def _seconds(moment: datetime) -> float:
    """Since the epoch; moto's moments without a zone are in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _identity(space: str, name: str, dimensions: list[dict[str, str]]) -> tuple[Any, ...]:
    return space, name, tuple(sorted((d["Name"], d["Value"]) for d in dimensions))


def _named(datum: Any) -> tuple[Any, ...]:
    return datum.namespace, datum.name, tuple(sorted((d.name, d.value) for d in datum.dimensions))


def _faults(p: Mapping[str, Any]) -> Iterator[str]:
    """What AWS refuses in an alarm."""
    for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold"):
        if p.get(name) is None:
            yield f"The parameter {name} is required."
    if bool(p.get("MetricName")) == bool(p.get("Metrics")):
        yield "Exactly one of MetricName and Metrics must be specified."
    yield from _metrics_faults(p) if p.get("Metrics") else _metric_faults(p)
    if p.get("DatapointsToAlarm", 1) > p["EvaluationPeriods"]:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods."
    if p.get("TreatMissingData", "missing") not in ("breaching", "notBreaching", "ignore", "missing"):
        yield "TreatMissingData must be one of breaching, notBreaching, ignore and missing."


def _metric_faults(p: Mapping[str, Any]) -> Iterator[str]:
    if not p.get("Namespace") or not p.get("Period"):
        yield "Namespace and Period must be specified with MetricName."
    if bool(p.get("Statistic")) == bool(p.get("ExtendedStatistic")):
        yield "Exactly one of Statistic and ExtendedStatistic must be specified."
    yield from _period_faults(p["Period"], p["EvaluationPeriods"])


def _metrics_faults(p: Mapping[str, Any]) -> Iterator[str]:
    queries = p["Metrics"]
    given = [name for name in OF_ONE_METRIC if p.get(name)]
    if given:
        yield f"{', '.join(given)} cannot be specified with Metrics."
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
