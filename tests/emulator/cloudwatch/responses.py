"""The operations of CloudWatch in which moto differs from AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Statistics
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from ..core import AwsError, paged

DAY = 86400


class LocalCloudWatch(CloudWatchResponse):
    """The handler of CloudWatch."""

    def put_metric_alarm(self) -> ActionResult:
        """Create or replace an alarm, which has seen no data yet."""
        for fault in _faults(self._get_params()):
            raise AwsError("ValidationError", fault)
        answer = super().put_metric_alarm()
        self.cloudwatch_backend.alarms[self._get_param("AlarmName")].state_value = "INSUFFICIENT_DATA"
        return answer

    def describe_alarms(self) -> ActionResult:
        """List the alarms by names or name prefix, and by state, 50 to a page."""
        names, prefix, state = (self._get_param(name) for name in ("AlarmNames", "AlarmNamePrefix", "StateValue"))
        if names and prefix:
            raise AwsError("ValidationError", "AlarmNamePrefix and AlarmNames are mutually exclusive")
        found = [
            alarm
            for name, alarm in sorted(self.cloudwatch_backend.alarms.items())
            if (not names or name in names) and name.startswith(prefix or "") and state in (None, alarm.state_value)
        ]
        paging = {"NextToken": self._get_param("NextToken"), "MaxResults": self._get_param("MaxRecords")}
        page, more = paged(found, paging, 50)
        return ActionResult({"MetricAlarms": page, "NextToken": more})

    def delete_alarms(self) -> ActionResult:
        """Delete all given alarms, or none if any is missing."""
        names, alarms = self._get_param("AlarmNames"), self.cloudwatch_backend.alarms
        missing = sorted(set(names) - set(alarms))
        if missing:
            raise AwsError("ResourceNotFound", f"Alarms not found: {', '.join(missing)}")
        for name in names:
            self.cloudwatch_backend.tagger.delete_all_tags_for_resource(alarms[name].alarm_arn)
        return super().delete_alarms()

    def put_metric_data(self) -> ActionResult:
        """Store values of metrics, except those of AWS's own namespaces."""
        if self._get_param("Namespace").startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        return super().put_metric_data()

    def get_metric_statistics(self) -> ActionResult:
        """Return the statistics of a metric with exactly these dimensions, by whole periods."""
        start, end, period = (self._get_param(name) for name in ("StartTime", "EndTime", "Period"))
        if start >= end or (period not in (1, 5, 10, 20, 30) and period % 60):
            raise AwsError("InvalidParameterValue", "StartTime is before EndTime, Period 1, 5, 10, 20, 30 or n x 60.")
        if not self._get_param("Statistics") or (end - start).total_seconds() / period > 1440:
            raise AwsError(
                "InvalidParameterCombination", "Statistics must be given, and are of 1,440 datapoints at most."
            )
        dimensions = {d["Name"]: d["Value"] for d in self._get_param("Dimensions", [])}
        wanted = (self._get_param("Namespace"), self._get_param("MetricName"), dimensions)
        found: dict[datetime, Statistics] = {}
        for datum in self.cloudwatch_backend.metric_data:
            metric = (datum.namespace, datum.name, {d.name: d.value for d in datum.dimensions})
            if metric == wanted and start <= datum.timestamp < end:
                begin = datum.timestamp - timedelta(seconds=(datum.timestamp - datetime.min).total_seconds() % period)
                bucket = found.setdefault(begin, Statistics(self._get_param("Statistics"), begin, datum.unit or "None"))
                bucket.metric_data.append(datum)
        return ActionResult({"Label": wanted[1], "Datapoints": list(found.values())})


def _faults(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the errors of an alarm on a single metric."""
    if None in (params.get(name) for name in ("MetricName", "Namespace", "Period", "Statistic", "Threshold")):
        yield "MetricName, Namespace, Period, Statistic and Threshold must be specified."
    period = params["Period"]
    if period not in (10, 20, 30) and period % 60:
        yield "Period must be 10, 20, 30 or a multiple of 60."
    if period * params["EvaluationPeriods"] > (7 * DAY if period >= 3600 else DAY):
        yield "EvaluationPeriods times Period must be a day at most, or a week with periods of an hour or more."
