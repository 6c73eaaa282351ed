"""The operations of CloudWatch in which moto differs from AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Statistics
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from ..core import AwsError, paged
from . import alarms, checks, rules
from .rules import invalid


class LocalCloudWatch(CloudWatchResponse):
    """The handler of CloudWatch."""

    def call_action(self) -> Any:
        """Bring the alarms of scaling policies up to date, and refuse tags of an alarm that does not exist."""
        from ..autoscaling.alarms import sync  # loaded after this module, which it uses
        from ..autoscaling.models import AUTOSCALING

        sync(AUTOSCALING[self.current_account][self.region])
        arn, known = self._get_param("ResourceARN"), alarms.all_of(self.cloudwatch_backend).values()
        if arn and arn not in [alarm.alarm_arn for alarm in known]:
            raise AwsError("ResourceNotFoundException", f"The resource {arn} does not exist.")
        return super().call_action()

    def put_metric_alarm(self) -> ActionResult:
        """Create or replace an alarm on a metric or on metric math."""
        params = self._get_params()
        for fault in checks.faults(params, self.region):
            raise invalid(fault)
        settings = dict(params)
        if params.get("Metrics"):
            settings["Metrics"] = [{"ReturnData": True, **metric} for metric in params["Metrics"]]
        return self._put(alarms.METRIC, {"Dimensions": [], **settings})

    def put_composite_alarm(self) -> ActionResult:
        """Create or replace an alarm on the states of other alarms."""
        params, known = self._get_params(), alarms.all_of(self.cloudwatch_backend)
        missing = sorted(rules.names(rules.parse(params["AlarmRule"])) - set(known))
        if missing:
            text = f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
            raise invalid(text)
        suppressor = (params.get("ActionsSuppressor") or "").split(":alarm:")[-1]
        periods = [params.get(f"ActionsSuppressor{name}Period") for name in ("Wait", "Extension")]
        if suppressor and (suppressor not in known or None in periods):
            raise invalid("ActionsSuppressor must be an alarm that exists, and needs a wait and an extension period")
        for fault in checks.action_faults(params, self.region):
            raise invalid(fault)
        return self._put(alarms.COMPOSITE, params)

    def _put(self, kind: str, params: dict[str, Any]) -> ActionResult:
        """Put an alarm. AWS ignores the tags of an alarm that exists."""
        backend, tags = self.cloudwatch_backend, params.pop("Tags", None) or []
        known = alarms.all_of(backend).get(params["AlarmName"])
        if known and known.kind != kind:
            raise invalid(f"The alarm {known.name} exists already as another type: {known.kind}")
        checks.check_tags(tags)
        alarm = alarms.put(backend, kind, params)
        if tags and not known:
            backend.tagger.tag_resource(alarm.alarm_arn, tags)
        return EmptyResult()

    def describe_alarms(self) -> ActionResult:
        """List the alarms by name, state, action and relation, by default only those on metrics."""
        params = self._get_params()
        relation = [params.get("ChildrenOfAlarmName"), params.get("ParentsOfAlarmName")]
        if any(relation) and len(set(params) - {"MaxRecords", "NextToken"}) > 1:
            raise invalid("ChildrenOfAlarmName and ParentsOfAlarmName exclude all other parameters")
        found = self._related(*relation) if any(relation) else self._selected(params)
        page, more = self._page(sorted(found, key=lambda alarm: str(alarm["AlarmName"])), 50)
        composites = [alarm for alarm in page if "composite" in alarm]
        metrics = [alarm for alarm in page if "composite" not in alarm]
        return ActionResult({"MetricAlarms": metrics, "CompositeAlarms": composites, "NextToken": more})

    def _selected(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        names, prefix, state = (params.get(name) for name in ("AlarmNames", "AlarmNamePrefix", "StateValue"))
        if names and prefix:
            raise invalid("AlarmNamePrefix and AlarmNames are mutually exclusive")
        kinds, action = params.get("AlarmTypes") or [alarms.METRIC], params.get("ActionPrefix") or ""
        return [
            _shown(alarm)
            for name, alarm in alarms.all_of(self.cloudwatch_backend).items()
            if (not names or name in names)
            and name.startswith(prefix or "")
            and state in (None, alarm.state["StateValue"])
            and alarm.kind in kinds
            and (not action or any(arn.startswith(action) for arn in alarm.settings["AlarmActions"]))
        ]

    def _related(self, parent: str | None, child: str | None) -> list[dict[str, Any]]:
        """Return the few fields that AWS shows of the children or parents of an alarm."""
        backend = self.cloudwatch_backend
        known, fields = alarms.all_of(backend), ["AlarmName", "AlarmArn", "composite"]
        if parent:
            fields += ["StateValue", "StateUpdatedTimestamp"]
            found = [known[name] for name in known[parent].children] if parent in known else []
        else:
            found = alarms.parents(backend, str(child))
        return [{name: value for name, value in _shown(alarm).items() if name in fields} for alarm in found]

    def describe_alarms_for_metric(self) -> ActionResult:
        """List the alarms on a metric with exactly these dimensions."""
        params = self._get_params()
        wanted = {**params, "Dimensions": sorted(params.get("Dimensions") or [], key=str)}
        found = []
        for alarm in alarms.all_of(self.cloudwatch_backend).values():
            settings = {**alarm.settings, "Dimensions": sorted(alarm.settings.get("Dimensions", []), key=str)}
            if all(settings.get(name) == value for name, value in wanted.items()):
                found.append(alarm.shown())
        return ActionResult({"MetricAlarms": found})

    def describe_alarm_history(self) -> ActionResult:
        """List the changes of the settings and states of alarms, also of deleted ones."""
        page, more = self._page(list(alarms.found_in_history(self.cloudwatch_backend, self._get_params())), 100)
        return ActionResult({"AlarmHistoryItems": page, "NextToken": more})

    def delete_alarms(self) -> ActionResult:
        """Delete the given alarms that exist, unless a composite alarm depends on one of them."""
        backend, known = self.cloudwatch_backend, alarms.all_of(self.cloudwatch_backend)
        names = [name for name in dict.fromkeys(self._get_param("AlarmNames")) if name in known]
        if len([name for name in names if known[name].kind == alarms.COMPOSITE]) > 1:
            raise invalid("Only one composite alarm can be deleted at a time")
        needed = [name for name in names if {parent.name for parent in alarms.parents(backend, name)} - set(names)]
        if needed:
            them = "them" if len(needed) > 1 else "it"
            raise invalid(f"Cannot delete {','.join(needed)} as there are composite alarm(s) depending on {them}.")
        for name in names:
            alarms.drop(backend, known[name])
        return EmptyResult()

    def set_alarm_state(self) -> ActionResult:
        """Set the state of an alarm. Here it stays until the next call, because no metric is evaluated."""
        name, data = self._get_param("AlarmName"), self._get_param("StateReasonData")
        alarm = alarms.all_of(self.cloudwatch_backend).get(name)
        if alarm is None:
            raise AwsError("ResourceNotFound", f"The alarm {name} does not exist.")
        try:
            json.loads(data or "{}")
        except ValueError:
            raise AwsError("InvalidFormat", "StateReasonData is not valid JSON.") from None
        value, reason = self._get_param("StateValue"), self._get_param("StateReason")
        alarms.set_state(self.cloudwatch_backend, alarm, value, reason, data)
        return EmptyResult()

    def enable_alarm_actions(self) -> ActionResult:
        """Enable the actions of the given alarms."""
        return self._enable_actions(True)

    def disable_alarm_actions(self) -> ActionResult:
        """Disable the actions of the given alarms."""
        return self._enable_actions(False)

    def _enable_actions(self, enabled: bool) -> ActionResult:
        known = alarms.all_of(self.cloudwatch_backend)
        for name in set(self._get_param("AlarmNames")) & set(known):
            known[name].settings["ActionsEnabled"] = enabled
        return EmptyResult()

    def tag_resource(self) -> ActionResult:
        """Add tags to an alarm."""
        checks.check_tags(self._get_param("Tags"))
        return super().tag_resource()

    def _page(self, found: list[Any], size: int) -> tuple[list[Any], str | None]:
        return paged(found, self._get_params(), size, ("MaxRecords", "NextToken"))

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


def _shown(alarm: alarms.Alarm) -> dict[str, Any]:
    """Return an alarm as DescribeAlarms shows it, with a mark of composite ones."""
    return {**alarm.shown(), **({"composite": True} if alarm.kind == alarms.COMPOSITE else {})}
