"""The scaler, which adapts the capacity of provisioned tables and indexes to their consumption over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models.table import Table

from ..clock import CLOCK, Timeline
from ..dynamodb.describe import PROVISIONED, billing_mode
from ..dynamodb.state import READ, WRITE, IndexState, TableState, find, set_units, state_of, units_of, usage_of
from .models import AUTOSCALING, AutoscalingBackend, Key, key_of

# Seconds that consumption must last above the target, well below the target, or at zero before AWS scales.
ABOVE, BELOW, IDLE = 120, 900, 90
UPDATING = 10
UNITS = {"read": READ, "write": WRITE}


@dataclass(frozen=True)
class Capacity:
    """The read or write capacity of a table or an index."""

    table: Table
    index: str | None
    units: str

    @property
    def value(self) -> int:
        """Return the present units."""
        return int(units_of(self.table, self.index)[self.units])

    @property
    def states(self) -> list[TableState | IndexState]:
        """Return the states that must be ACTIVE before the capacity can change."""
        state = state_of(self.table)
        return [state, state.index(self.index)] if self.index else [state]

    @property
    def ready(self) -> float:
        """Return the moment from which the capacity can change; infinite if it never can."""
        lines = [state.timeline for state in self.states]
        if any(line.steps[-1][0] != "ACTIVE" for line in lines):
            return math.inf
        return max(min(line.end, CLOCK.now()) if line.settled else line.end for line in lines)

    def move(self, value: int, moment: float) -> None:
        """Set the capacity as of ``moment``."""
        set_units(self.table, self.index, {**units_of(self.table, self.index), self.units: value}, moment)
        for state in self.states:
            state.timeline = Timeline(("UPDATING", UPDATING), ("ACTIVE", 0))
            state.timeline.start = moment


class Step(NamedTuple):
    """The next change of a capacity: its value, moment and cause."""

    value: int
    moment: float
    cause: str


def find_capacity(account: str, region: str, key: Key) -> Capacity | None:
    """Return the capacity of a target; None if the table or index does not exist."""
    _, name, _, index = [*key[0].split("/"), "", ""][:4]
    table = find(account, region, name)
    if table is None or (index and index not in {i.name for i in table.global_indexes}):
        return None
    return Capacity(table, index or None, key[1].rsplit(":", 1)[1])


def registered(store: AutoscalingBackend, key: Key) -> None:
    """Schedule the capacity of a registered or changed target to come within its bounds."""
    capacity = find_capacity(store.account_id, store.region_name, key)
    if not capacity or billing_mode(capacity.table) != PROVISIONED:
        return
    if all(state.timeline.state in ("ACTIVE", "UPDATING") for state in capacity.states):
        store.due[key] = CLOCK.now()


def consume(region: str, table: str, index: str | None, units: dict[str, float]) -> None:
    """Set the units per second that a table or index consumes from now on."""
    store = AUTOSCALING[DEFAULT_ACCOUNT_ID][region]
    for name, consumed in units.items():
        key = key_of(table, index, name)
        if find_capacity(DEFAULT_ACCOUNT_ID, region, key) is None or not 0 <= consumed < math.inf:
            raise ValueError(f"{name} of {key[0]} in {region} cannot be {consumed}")
        store.loads[key] = (CLOCK.now(), consumed)


def run() -> None:
    """Make all changes that are due."""
    for account, region, store in list(AUTOSCALING.iter_backends()):
        for key in sorted({*store.due, *store.loads}):
            capacity = find_capacity(account, region, key)
            if capacity is None:
                store.due.pop(key, None)
                store.loads.pop(key, None)
            elif key in store.targets and billing_mode(capacity.table) == PROVISIONED:
                while _advance(store, key, capacity):
                    pass


def _advance(store: AutoscalingBackend, key: Key, capacity: Capacity) -> bool:
    """Make the next change, if it is due. Return whether it was made."""
    step = _bounding(store, key, capacity) or _tracking(store, key, capacity)
    if step is None:
        return False
    down = step.value < capacity.value
    moment = CLOCK.now() if CLOCK.scale == 0 else max(step.moment, capacity.ready)
    if down:
        moment = usage_of(capacity.table, capacity.index).next_decrease(moment)
    if moment > CLOCK.now() or capacity.ready == math.inf:
        return False
    capacity.move(step.value, moment)
    store.due.pop(key, None)
    store.moves.setdefault(key, {})[down] = (moment, step.value)
    store.record(key, capacity.units, step.value, step.cause, moment)
    return True


def _bounding(store: AutoscalingBackend, key: Key, capacity: Capacity) -> Step | None:
    value, low = _bounded(store, key, capacity.value), store.targets[key]["MinCapacity"]
    if key not in store.due or value == capacity.value:
        store.due.pop(key, None)
        return None
    return Step(value, store.due[key], f"{'minimum' if value == low else 'maximum'} capacity was set to {value}")


def _bounded(store: AutoscalingBackend, key: Key, value: int) -> int:
    target = store.targets[key]
    return int(min(max(value, target["MinCapacity"]), target["MaxCapacity"]))


def _tracking(store: AutoscalingBackend, key: Key, capacity: Capacity) -> Step | None:
    policy = next(iter(store.policies.get(key, {}).values()), None)
    if policy is None or key not in store.loads:
        return None
    set_at, consumed = store.loads[key]
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    wanted = math.ceil(round(consumed * 100 / config["TargetValue"], 6))
    changed = usage_of(capacity.table, capacity.index).changed.get(capacity.units, 0.0)
    since, value = max(set_at, changed, policy["CreationTime"]), _bounded(store, key, wanted)
    down = wanted <= capacity.value
    if _stays(store.targets[key]["SuspendedState"], config, capacity.value, consumed, value, down):
        return None
    lasts = (BELOW if consumed else IDLE) if down else ABOVE
    moment = max(since + lasts, _cooled(store, key, config, value, down))
    alarm = policy["Alarms"][1 if down else 0]["AlarmName"]
    return Step(value, moment, f"monitor alarm {alarm} in state ALARM triggered policy {policy['PolicyName']}")


def _stays(state: dict[str, bool], config: dict[str, Any], have: int, consumed: float, value: int, down: bool) -> bool:
    """Return whether the capacity stays. AWS keeps a value below the minimum while it suffices."""
    if not down:
        return value <= have or state["DynamicScalingOutSuspended"]
    near = consumed * 100 / have > max(config["TargetValue"] - 20, 0)
    return value >= have or near or config.get("DisableScaleIn", False) or state["DynamicScalingInSuspended"]


def _cooled(store: AutoscalingBackend, key: Key, config: dict[str, Any], value: int, down: bool) -> float:
    """Return the end of the cooldown, which does not delay a larger scale-out."""
    moment, reached = store.moves.get(key, {}).get(down, (-math.inf, 0))
    if not down and value > reached:
        return -math.inf
    return float(moment + config.get("ScaleInCooldown" if down else "ScaleOutCooldown", 0))
