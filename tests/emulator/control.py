"""The local AWS's own interface below ``/_local/``: JSON answers, arguments in the query string."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from moto.core import DEFAULT_ACCOUNT_ID

from . import account, services, state
from .calls import CALLS
from .clock import CLOCK
from .faults import FAULTS, MOST, number
from .guard import OWN, Answer
from .lag import LAG
from .switches import UNVERIFIED

Query = dict[str, str]


@dataclass(frozen=True)
class Request:
    """A request of the interface: what answers it, and the names of its arguments."""

    answer: Callable[[Query], Any]
    needs: str = ""
    takes: str = ""

    def check(self, query: Query, text: str) -> None:
        """Refuse missing and unknown arguments."""
        needed, known = self.needs.split(), f"{self.needs} {self.takes}".split()
        if missing := [name for name in needed if name not in query]:
            raise ValueError(f"{text} needs the argument {', '.join(missing)}.")
        if unknown := [name for name in query if name not in known]:
            raise ValueError(f"{text} has no argument {', '.join(unknown)}. It takes: {', '.join(known) or 'none'}.")


def _switch(query: Query, name: str) -> bool:
    if query[name] not in ("true", "false"):
        raise ValueError(f"{name} is '{query[name]}', but must be true or false.")
    return query[name] == "true"


def _health(query: Query) -> dict[str, Any]:
    return {"status": "ok", "scale": CLOCK.scale, "now": CLOCK.now(), "lag": LAG.reads, "unverified": UNVERIFIED.on}


def _calls(query: Query) -> Any:
    wanted = _switch(query, "mutating") if "mutating" in query else None
    return CALLS.since(int(number("since", query.get("since", 0))), wanted)


def _reset(query: Query) -> None:
    state.reset()
    FAULTS.clear()
    LAG.clear()


def _clock(query: Query) -> dict[str, float]:
    if "scale" in query:
        CLOCK.set_scale(number("scale", query["scale"]))
    CLOCK.advance(number("advance", query.get("advance", 0), least=-MOST))
    return {"scale": CLOCK.scale, "now": CLOCK.now()}


def _lag(query: Query) -> dict[str, int]:
    reads = int(number("reads", query["reads"]))
    LAG.clear()
    LAG.reads = reads
    return {"reads": reads}


def _region(query: Query) -> dict[str, str]:
    account.enable_region(query["name"], _switch({"enabled": "true", **query}, "enabled"))
    return {"name": query["name"], "opt_in_status": account.opt_in_status(query["name"])}


def _quota(query: Query) -> dict[str, int]:
    account.set_quota(query["name"], int(number("value", query["value"])))
    return account.quotas()


def _partition(query: Query) -> dict[str, str]:
    account.set_partition(query["name"])
    _reset(query)
    return {"partition": account.account().own_partition}


def _tier(query: Query) -> dict[str, bool]:
    UNVERIFIED.on = _switch(query, "unverified")
    return {"unverified": UNVERIFIED.on}


def _zone(query: Query) -> dict[str, list[str]]:
    account.let_zone_lack(query["name"], query["lacks"].split(","))
    return {zone: sorted(lacks) for zone, lacks in account.account().lacking.items()}


def _iam(query: Query) -> dict[str, bool]:
    account.account().enforces_iam = _switch(query, "enforce")
    return {"enforce": account.account().enforces_iam}


def _oidc(query: Query) -> dict[str, str]:
    services.register()
    from .sts.web_identity import set_keys

    set_keys(DEFAULT_ACCOUNT_ID, query["issuer"], query["jwks"])
    return {"issuer": query["issuer"]}


def _traffic(query: Query) -> dict[str, float]:
    services.register()
    from .autoscaling import scaler

    units = {unit: number(name, query[name]) for name, unit in scaler.UNITS.items() if name in query}
    if not units:
        raise ValueError("POST /_local/traffic needs the argument read, write or both.")
    scaler.consume(query["region"], query["table"], query.get("index"), units)
    return units


_FAULT = "region resource times code message state seconds"
CONTROLS: dict[tuple[str, str], Request] = {
    ("GET", "health"): Request(_health),
    ("GET", "calls"): Request(_calls, takes="since mutating"),
    ("DELETE", "calls"): Request(lambda q: CALLS.clear()),
    ("POST", "reset"): Request(_reset),
    ("POST", "save"): Request(lambda q: state.save(q["name"]), "name"),
    ("POST", "load"): Request(lambda q: state.load(q["name"]), "name"),
    ("POST", "clock"): Request(_clock, takes="scale advance"),
    ("POST", "lag"): Request(_lag, "reads"),
    ("POST", "region"): Request(_region, "name", "enabled"),
    ("POST", "zone"): Request(_zone, "name lacks"),
    ("POST", "quota"): Request(_quota, "name value"),
    ("POST", "iam"): Request(_iam, "enforce"),
    ("POST", "oidc"): Request(_oidc, "issuer jwks"),
    ("POST", "partition"): Request(_partition, "name"),
    ("POST", "tier"): Request(_tier, "unverified"),
    ("POST", "traffic"): Request(_traffic, "region table", "index read write"),
    ("GET", "faults"): Request(lambda q: FAULTS.left()),
    ("POST", "faults"): Request(lambda q: FAULTS.add(**q), "service operation effect", _FAULT),
    ("DELETE", "faults"): Request(lambda q: FAULTS.clear()),
}


def control(environ: dict[str, Any]) -> Answer:
    """Answer a request below ``/_local/``. An argument that is given twice is a list with commas."""
    verb, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(OWN).strip("/")
    query = {k: ",".join(v) for k, v in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True).items()}
    request = CONTROLS.get((verb, name))
    if request is None:
        known = ", ".join(f"{v} {OWN}{n}" for v, n in CONTROLS)
        return _json(404, {"error": f"{verb} {OWN}{name} does not exist; use one of: {known}"})
    try:
        request.check(query, f"{verb} {OWN}{name}")
        return _json(200, request.answer(query))
    except (ValueError, OSError) as error:
        return _json(400, {"error": str(error)})


def _json(status: int, content: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode() + b"\n"
