"""The scaler: moves the capacity of provisioned tables and indexes towards what is consumed, as time passes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from ..dynamodb.describe import PROVISIONED, billing_mode
from ..dynamodb.state import IndexState, TableState, find, set_units, state_of, units_of, usage_of
from .models import AUTOSCALING, READ, WRITE, AutoscalingBackend, Key, key_of

# Seconds that consumption has to last: two minutes above the target, a quarter of an hour well below it.
ABOVE, BELOW, IDLE = 120, 900, 90
UPDATING = 10
UNITS = {"read": READ, "write": WRITE}


@dataclass(frozen=True)
class Place:
    """One capacity of a table or of an index."""

    table: Table
    index: str | None
    units: str

    @property
    def value(self) -> int:
        """The units now."""
        return int(units_of(self.table, self.index)[self.units])

    @property
    def states(self) -> list[TableState | IndexState]:
        """What must be ACTIVE before the capacity can be changed."""
        state = state_of(self.table)
        return [state, state.index(self.index)] if self.index else [state]

    @property
    def ready(self) -> float:
        """The moment from which it can be changed; infinite where it never can."""
        lines = [state.timeline for state in self.states]
        if any(line.steps[-1][0] != "ACTIVE" for line in lines):
            return math.inf
        return max(min(line.end, CLOCK.now()) if line.settled else line.end for line in lines)

    def move(self, value: int, moment: float) -> None:
        """Change it, at a moment that has come."""
        set_units(self.table, self.index, {**units_of(self.table, self.index), self.units: value}, moment)
        for state in self.states:
            state.timeline = Timeline(("UPDATING", UPDATING), ("ACTIVE", 0))
            state.timeline.start = moment


class Step(NamedTuple):
    """What the scaler will do next, when, and why."""

    value: int
    moment: float
    cause: str


def place(account: str, region: str, key: Key) -> Place | None:
    """The capacity that a target is about; None where the table or the index is not there."""
    _, name, _, index = [*key[0].split("/"), "", ""][:4]
    table = find(account, region, name)
    if table is None or (index and index not in {i.name for i in table.global_indexes}):
        return None
    return Place(table, index or None, key[1].rsplit(":", 1)[1])


def registered(store: AutoscalingBackend, key: Key) -> None:
    """A target was registered or changed: a capacity that is there already comes within its bounds."""
    found = place(store.account_id, store.region_name, key)
    if not found or billing_mode(found.table) != PROVISIONED:
        return
    if all(one.timeline.state in ("ACTIVE", "UPDATING") for one in found.states):
        store.due[key] = CLOCK.now()


def consume(region: str, table: str, index: str | None, units: dict[str, float]) -> None:
    """From now on a table or an index consumes so many units per second."""
    store = AUTOSCALING[DEFAULT_ACCOUNT_ID][region]
    for name, consumed in units.items():
        key = key_of(table, index, name)
        if place(DEFAULT_ACCOUNT_ID, region, key) is None or not 0 <= consumed < math.inf:
            raise ValueError(f"{name} of {key[0]} in {region} cannot be {consumed}")
        store.loads[key] = (CLOCK.now(), consumed)


def run() -> None:
    """Do all that has become due since it ran last."""
    for account, region, store in list(AUTOSCALING.iter_backends()):
        for key in sorted({*store.due, *store.loads}):
            found = place(account, region, key)
            if found is None:
                store.due.pop(key, None)
                store.loads.pop(key, None)
            elif key in store.targets and billing_mode(found.table) == PROVISIONED:
                while _advance(store, key, found):
                    pass


def _advance(store: AutoscalingBackend, key: Key, found: Place) -> bool:
    """Make the next step, if its moment has come."""
    step = _bounding(store, key, found) or _tracking(store, key, found)
    if step is None:
        return False
    down = step.value < found.value
    moment = CLOCK.now() if CLOCK.scale == 0 else max(step.moment, found.ready)
    if down:
        moment = usage_of(found.table, found.index).next_decrease(moment)
    if moment > CLOCK.now() or found.ready == math.inf:
        return False
    found.move(step.value, moment)
    store.due.pop(key, None)
    store.moves.setdefault(key, {})[down] = (moment, step.value)
    store.record(key, found.units, step.value, step.cause, moment)
    return True


def _bounding(store: AutoscalingBackend, key: Key, found: Place) -> Step | None:
    value, low = _bounded(store, key, found.value), store.targets[key]["MinCapacity"]
    if key not in store.due or value == found.value:
        store.due.pop(key, None)
        return None
    return Step(value, store.due[key], f"{'minimum' if value == low else 'maximum'} capacity was set to {value}")


def _bounded(store: AutoscalingBackend, key: Key, value: int) -> int:
    target = store.targets[key]
    return int(min(max(value, target["MinCapacity"]), target["MaxCapacity"]))


def _tracking(store: AutoscalingBackend, key: Key, found: Place) -> Step | None:
    policy = next(iter(store.policies.get(key, {}).values()), None)
    if policy is None or key not in store.loads:
        return None
    told, consumed = store.loads[key]
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    wanted = math.ceil(round(consumed * 100 / config["TargetValue"], 6))
    changed = usage_of(found.table, found.index).changed.get(found.units, 0.0)
    since, value = max(told, changed, policy["CreationTime"]), _bounded(store, key, wanted)
    down = wanted <= found.value
    if _stays(store.targets[key]["SuspendedState"], config, found.value, consumed, value, down):
        return None
    lasts = (BELOW if consumed else IDLE) if down else ABOVE
    moment = max(since + lasts, _cooled(store, key, config, value, down))
    alarm = policy["Alarms"][1 if down else 0]["AlarmName"]
    return Step(value, moment, f"monitor alarm {alarm} in state ALARM triggered policy {policy['PolicyName']}")


def _stays(state: dict[str, bool], config: dict[str, Any], have: int, consumed: float, value: int, down: bool) -> bool:
    """Whether nothing is to be done. What someone set below the minimum is not corrected as long as it is enough."""
    if not down:
        return value <= have or state["DynamicScalingOutSuspended"]
    near = consumed * 100 / have > max(config["TargetValue"] - 20, 0)
    return value >= have or near or config.get("DisableScaleIn", False) or state["DynamicScalingInSuspended"]


def _cooled(store: AutoscalingBackend, key: Key, config: dict[str, Any], value: int, down: bool) -> float:
    """When the cooldown is over. One after a scale-out does not hold up a larger scale-out."""
    moment, reached = store.moves.get(key, {}).get(down, (-math.inf, 0))
    if not down and value > reached:
        return -math.inf
    return float(moment + config.get("ScaleInCooldown" if down else "ScaleOutCooldown", 0))
