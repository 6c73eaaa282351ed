"""Event subscriptions: their topics, sources and categories. The local RDS sends no notifications."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult

from ..clock import CLOCK, Timeline
from ..core import AwsError
from . import checks
from .base import Calls
from .models import RdsBackend
from .resources import Subscription

CATEGORIES: dict[str, list[str]] = {
    "db-instance": [
        "availability", "backtrack", "backup", "configuration change", "creation", "deletion", "failover", "failure",
        "low storage", "maintenance", "notification", "read replica", "recovery", "restoration", "security",
        "security patching",
    ],
    "db-cluster": [
        "configuration change", "creation", "deletion", "failover", "failure", "global-failover", "maintenance",
        "migration", "notification", "serverless",
    ],
    "db-parameter-group": ["configuration change"],
    "db-security-group": ["configuration change", "failure"],
    "db-snapshot": ["creation", "deletion", "notification", "restoration"],
    "db-cluster-snapshot": ["backup", "notification"],
    "db-proxy": ["configuration change", "creation", "deletion", "failure"],
    "custom-engine-version": ["creation", "failure", "restoring"],
    "blue-green-deployment": ["creation", "deletion", "failure", "notification"],
}  # fmt: skip
QUOTA = 20
SECONDS = 60.0


class SubscriptionCalls(Calls):
    """Create, change, delete and describe event subscriptions, and list the categories of events."""

    def describe_event_categories(self) -> ActionResult:
        kind = self.params.get("SourceType")
        _require_kind(kind)
        found = {kind: CATEGORIES[kind]} if kind else CATEGORIES
        maps = [{"SourceType": name, "EventCategories": categories} for name, categories in found.items()]
        return ActionResult({"EventCategoriesMapList": maps})

    def create_event_subscription(self) -> ActionResult:
        backend, p = self.backend, self.params
        name = str(p["SubscriptionName"])
        if not 1 <= len(name) < 255:
            raise checks.value("The parameter SubscriptionName must have 1 to 254 characters.")
        if name in backend.subscriptions:
            raise AwsError("SubscriptionAlreadyExist", f"Event subscription {name} already exists.")
        if len(backend.subscriptions) >= QUOTA:
            text = f"You have reached the maximum of {QUOTA} event subscriptions."
            raise AwsError("EventSubscriptionQuotaExceeded", text)
        data = {**_settings(backend, p), "SnsTopicArn": p["SnsTopicArn"], "Enabled": p.get("Enabled", True)}
        sources = p.get("SourceIds") or []
        if sources and not p.get("SourceType"):
            raise checks.combination("You must specify SourceType when you specify SourceIds.")
        for source in sources:
            _require_source(backend, p["SourceType"], source)
        tags, steps = checks.tags(p.get("Tags")), (("creating", SECONDS), ("active", 0.0))
        made = Subscription(backend.arn("es", name), tags, name, data, [*sources], CLOCK.now(), Timeline(*steps))
        backend.subscriptions[name] = made
        return _answer(backend, made)

    def modify_event_subscription(self) -> ActionResult:
        backend = self.backend
        found = _find(backend, self.params.get("SubscriptionName"))
        found.data.update(_settings(backend, {"SourceType": found.data.get("SourceType"), **self.params}))
        return self._changed(found)

    def add_source_identifier_to_subscription(self) -> ActionResult:
        backend, source = self.backend, str(self.params["SourceIdentifier"])
        found = _find(backend, self.params.get("SubscriptionName"))
        _require_source(backend, str(found.data.get("SourceType")), source)
        found.sources = [*dict.fromkeys([*found.sources, source])]
        return self._changed(found)

    def remove_source_identifier_from_subscription(self) -> ActionResult:
        found, source = _find(self.backend, self.params.get("SubscriptionName")), str(self.params["SourceIdentifier"])
        if source not in found.sources:
            raise _unknown_source(source)
        found.sources.remove(source)
        return self._changed(found)

    def delete_event_subscription(self) -> ActionResult:
        backend = self.backend
        found = _find(backend, self.params.get("SubscriptionName"))
        if not found.timeline.settled:
            text = f"Event subscription {found.name} is in the state {found.timeline.state}."
            raise AwsError("InvalidEventSubscriptionState", text)
        found.timeline = Timeline(("deleting", SECONDS), ("deleted", 0))
        return _answer(backend, found)

    def describe_event_subscriptions(self) -> ActionResult:
        backend, name = self.backend, self.params.get("SubscriptionName")
        found = [_find(backend, name)] if name else [*backend.subscriptions.values()]
        return self.page("EventSubscriptionsList", [_describe(backend, each) for each in found])

    def _changed(self, found: Subscription) -> ActionResult:
        found.timeline = Timeline(("modifying", SECONDS), ("active", 0))
        return _answer(self.backend, found)


def _find(backend: RdsBackend, name: str | None) -> Subscription:
    if name not in backend.subscriptions:
        raise AwsError("SubscriptionNotFound", f"Event subscription {name} not found.")
    return backend.subscriptions[name]


def _settings(backend: RdsBackend, p: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a call names. Refuse wrong ones."""
    kind = p.get("SourceType")
    _require_kind(kind)
    known = {*CATEGORIES[kind]} if kind else {name for names in CATEGORIES.values() for name in names}
    for category in p.get("EventCategories") or []:
        if category not in known:
            text = f"The event category {category} does not exist for the source type {kind}."
            raise AwsError("SubscriptionCategoryNotFound", text)
    if "SnsTopicArn" in p:
        _require_topic(backend, p["SnsTopicArn"])
    return {name: p[name] for name in ("SnsTopicArn", "SourceType", "EventCategories", "Enabled") if name in p}


def _require_kind(kind: str | None) -> None:
    if kind == "zero-etl":
        raise checks.value("The local AWS does not implement the source type zero-etl.")
    if kind is not None:
        checks.one_of("SourceType", kind, CATEGORIES)


def _topics(backend: RdsBackend) -> Collection[str]:
    from moto.sns.models import sns_backends  # loads SNS at the first subscription only

    return sns_backends[backend.account_id][backend.region_name].topics  # type: ignore[no-any-return]


def _require_topic(backend: RdsBackend, arn: str) -> None:
    fields = arn.split(":")
    if len(fields) != 6 or fields[2:4] != ["sns", backend.region_name] or arn.endswith(".fifo"):
        raise AwsError("SNSInvalidTopic", f"{arn} is not a standard SNS topic in {backend.region_name}.")
    if fields[4] != backend.account_id:
        raise AwsError("SNSNoAuthorization", f"You do not have permission to publish to the SNS topic {arn}.")
    if arn not in _topics(backend):
        raise AwsError("SNSTopicArnNotFound", f"The SNS topic {arn} does not exist.")


def _unknown_source(name: str) -> AwsError:
    return AwsError("SourceNotFound", f"The source {name} could not be found.")


def _require_source(backend: RdsBackend, kind: str, name: str) -> None:
    stores: dict[str, Collection[str]] = {
        "db-instance": backend.instances,
        "db-cluster": backend.clusters,
        "db-parameter-group": backend.parameter_groups["instance"],
        "db-cluster-snapshot": backend.snapshots,
    }
    if name.lower() not in stores.get(kind, ()):
        raise _unknown_source(name)


def _answer(backend: RdsBackend, found: Subscription) -> ActionResult:
    """Return the answer to a change, with its state and, as AWS does, another form of the time."""
    created = f"{datetime.fromtimestamp(found.created, UTC):%a %b %d %H:%M:%S UTC %Y}"
    shown = {**_describe(backend, found), "Status": found.timeline.first, "SubscriptionCreationTime": created}
    return ActionResult({"EventSubscription": shown})


def _describe(backend: RdsBackend, found: Subscription) -> dict[str, Any]:
    data, gone = found.data, found.data["SnsTopicArn"] not in _topics(backend)
    lists = {"EventCategoriesList": data.get("EventCategories"), "SourceIdsList": found.sources}
    return {
        "CustomerAwsId": backend.account_id,
        "CustSubscriptionId": found.name,
        "SnsTopicArn": data["SnsTopicArn"],
        "Status": "topic-not-exist" if gone else found.timeline.state,
        "SubscriptionCreationTime": f"{datetime.fromtimestamp(found.created, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3],
        **({"SourceType": data["SourceType"]} if data.get("SourceType") else {}),
        **{name: items for name, items in lists.items() if items},
        "Enabled": data["Enabled"],
        "EventSubscriptionArn": found.arn,
    }
