"""Alarms: their settings, states and history. The state of a composite alarm follows its children."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.core.utils import utcnow

from ..core import arn_of
from . import rules

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")
INITIAL = "Unchecked: Initial alarm creation"


class Alarm:
    """An alarm with the settings of its last put and its present state, both as DescribeAlarms shows them."""

    def __init__(self, backend: CloudWatchBackend, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        self.alarm_arn = arn_of(backend, "cloudwatch", f"alarm:{name}")
        self.settings: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self.move("INSUFFICIENT_DATA", INITIAL, None)

    def move(self, value: str, reason: str, data: str | None) -> None:
        """Set the state."""
        moved = self.state["StateTransitionedTimestamp"] if self.state.get("StateValue") == value else utcnow()
        self.state = {"StateValue": value, "StateReason": reason, "StateReasonData": data}
        self.state |= {"StateUpdatedTimestamp": utcnow(), "StateTransitionedTimestamp": moved}

    @property
    def children(self) -> set[str]:
        """Return the names of the alarms in the rule."""
        return rules.names(rules.parse(self.settings["AlarmRule"])) if self.kind == COMPOSITE else set()

    def shown(self) -> dict[str, Any]:
        """Return the alarm as DescribeAlarms shows it."""
        return {"AlarmArn": self.alarm_arn, **self.settings, **self.state}


def history(backend: CloudWatchBackend) -> list[dict[str, Any]]:
    """Return the history of all alarms of the Region, which outlives them."""
    items: list[dict[str, Any]] = backend.__dict__.setdefault("alarm_history", [])
    return items


def put(backend: CloudWatchBackend, kind: str, settings: Mapping[str, Any]) -> Alarm:
    """Create an alarm, or replace the settings of an alarm and keep its state."""
    name, alarms = settings["AlarmName"], all_of(backend)
    known = alarms.get(name)
    alarm = alarms[name] = known or Alarm(backend, name, kind)
    alarm.settings = {
        "ActionsEnabled": True,
        **{action: [] for action in ACTIONS},
        **settings,
        "AlarmConfigurationUpdatedTimestamp": utcnow(),
    }
    verb = "updated" if known else "created"
    _record(backend, alarm, "ConfigurationUpdate", f'Alarm "{name}" {verb}', {"type": verb[:-1].capitalize()})
    _follow(backend, alarm)
    return alarm


def set_state(backend: CloudWatchBackend, alarm: Alarm, value: str, reason: str, data: str | None = None) -> None:
    """Set the state of an alarm, and then those of the composite alarms that follow it."""
    old = alarm.state
    alarm.move(value, reason, data)
    if old["StateValue"] == value:
        return
    states = {
        name: {"stateValue": state["StateValue"], "stateReason": state["StateReason"]}
        for name, state in (("oldState", old), ("newState", alarm.state))
    }
    _record(backend, alarm, "StateUpdate", f"Alarm updated from {old['StateValue']} to {value}", states)
    for parent in parents(backend, alarm.name):
        _follow(backend, parent, alarm)


def drop(backend: CloudWatchBackend, alarm: Alarm) -> None:
    """Delete an alarm with its tags. Its history remains."""
    backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
    del backend.alarms[alarm.name]
    _record(backend, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" deleted', {"type": "Delete"})


def parents(backend: CloudWatchBackend, name: str) -> list[Alarm]:
    """Return the composite alarms with this alarm in their rules."""
    return [alarm for alarm in all_of(backend).values() if name in alarm.children]


def all_of(backend: CloudWatchBackend) -> dict[str, Alarm]:
    """Return the alarms of the Region by name."""
    alarms: dict[str, Any] = backend.alarms
    return alarms


def _follow(backend: CloudWatchBackend, alarm: Alarm, cause: Alarm | None = None) -> None:
    """Give a composite alarm the state of its rule. AWS stops when it finds a cycle."""
    if alarm.kind != COMPOSITE or alarm.name in _ancestors(backend, alarm):
        return
    rule = rules.parse(alarm.settings["AlarmRule"])
    states = {name: child.state["StateValue"] for name, child in all_of(backend).items()}
    value = "ALARM" if rules.holds(rule, states) else "OK"
    if alarm.state["StateValue"] != value:
        reason = f"{cause.alarm_arn} transitioned to {cause.state['StateValue']}" if cause else "The rule was set"
        set_state(backend, alarm, value, reason)


def _ancestors(backend: CloudWatchBackend, alarm: Alarm) -> set[str]:
    found: set[str] = set()
    waiting = [alarm.name]
    while waiting:
        above = {parent.name for parent in parents(backend, waiting.pop())} - found
        found |= above
        waiting += above
    return found


def _record(backend: CloudWatchBackend, alarm: Alarm, kind: str, summary: str, data: dict[str, Any]) -> None:
    item = {"AlarmName": alarm.name, "AlarmType": alarm.kind, "Timestamp": utcnow(), "HistoryItemType": kind}
    item |= {"HistorySummary": summary, "HistoryData": json.dumps({"version": "1.0", **data})}
    history(backend).append(item)


def found_in_history(backend: CloudWatchBackend, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the items that DescribeAlarmHistory selects, latest first by default."""
    start, end = params.get("StartDate") or datetime.min, params.get("EndDate") or datetime.max
    items = history(backend)
    for item in items if params.get("ScanBy") == "TimestampAscending" else reversed(items):
        if (
            params.get("AlarmName") in (None, item["AlarmName"])
            and params.get("HistoryItemType") in (None, item["HistoryItemType"])
            and item["AlarmType"] in (params.get("AlarmTypes") or [METRIC])
            and start <= item["Timestamp"] <= end
        ):
            yield item
