"""The local AWS's own interface below ``/_local/``: JSON answers, arguments in the query string."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from . import account, services, state
from .calls import CALLS
from .clock import CLOCK
from .faults import FAULTS
from .lag import LAG
from .switches import UNVERIFIED

Query = dict[str, str]


def _health(query: Query) -> dict[str, Any]:
    return {"status": "ok", "scale": CLOCK.scale, "now": CLOCK.now(), "lag": LAG.reads, "unverified": UNVERIFIED.on}


def _calls(query: Query) -> Any:
    wanted = {"true": True, "false": False}.get(query.get("mutating", ""))
    return CALLS.since(int(query.get("since", 0)), wanted)


def _reset(query: Query) -> None:
    state.reset()
    FAULTS.clear()
    LAG.clear()


def _clock(query: Query) -> dict[str, float]:
    if "scale" in query:
        CLOCK.set_scale(float(query["scale"]))
    CLOCK.advance(float(query.get("advance", 0)))
    return {"scale": CLOCK.scale, "now": CLOCK.now()}


def _lag(query: Query) -> dict[str, int]:
    reads = int(query["reads"])
    if reads < 0:
        raise ValueError(f"reads cannot be negative: {reads}")
    LAG.clear()
    LAG.reads = reads
    return {"reads": reads}


def _region(query: Query) -> dict[str, str]:
    account.enable_region(query["name"], query.get("enabled", "true") == "true")
    return {"name": query["name"], "opt_in_status": account.opt_in_status(query["name"])}


def _quota(query: Query) -> dict[str, int]:
    account.set_quota(query["name"], int(query["value"]))
    return account.account().quotas


def _partition(query: Query) -> dict[str, str]:
    account.set_partition(query["name"])
    _reset(query)
    return {"partition": account.account().own_partition}


def _tier(query: Query) -> dict[str, bool]:
    UNVERIFIED.on = query["unverified"] == "true"
    return {"unverified": UNVERIFIED.on}


def _traffic(query: Query) -> dict[str, float]:
    services.register()
    from .autoscaling import scaler

    units = {unit: float(query[name]) for name, unit in scaler.UNITS.items() if name in query}
    if not units:
        raise ValueError("traffic needs read, write or both")
    scaler.consume(query["region"], query["table"], query.get("index"), units)
    return units


CONTROLS: dict[tuple[str, str], Callable[[Query], Any]] = {
    ("GET", "health"): _health,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): lambda q: CALLS.clear(),
    ("POST", "reset"): _reset,
    ("POST", "save"): lambda q: state.save(Path(q["path"])),
    ("POST", "load"): lambda q: state.load(Path(q["path"])),
    ("POST", "clock"): _clock,
    ("POST", "lag"): _lag,
    ("POST", "region"): _region,
    ("POST", "quota"): _quota,
    ("POST", "tier"): _tier,
    ("POST", "partition"): _partition,
    ("POST", "traffic"): _traffic,
    ("GET", "faults"): lambda q: FAULTS.left(),
    ("POST", "faults"): lambda q: FAULTS.add(**q),
    ("DELETE", "faults"): lambda q: FAULTS.clear(),
}


def control(environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Answer a request below ``/_local/``."""
    verb, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/_local/").strip("/")
    query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
    handler = CONTROLS.get((verb, name))
    headers = {"Content-Type": "application/json"}
    if handler is None:
        known = ", ".join(f"{v} /_local/{n}" for v, n in CONTROLS)
        message = f"{verb} /_local/{name} does not exist; use one of: {known}"
        return 404, headers, json.dumps({"error": message}).encode()
    try:
        return 200, headers, json.dumps(handler(query)).encode() + b"\n"
    except (KeyError, ValueError, TypeError, OSError) as error:
        return 400, headers, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()
