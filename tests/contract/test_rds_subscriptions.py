"""RDS: event subscriptions and the categories of events."""

from __future__ import annotations

import re
from typing import Any

import pytest
from promise import keeps
from rds_site import COMBINATION, EAST, VALUE, WEST, Site, refused

ACCOUNT = "123456789012"


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)


def topic(name: str = "alarms", region: str = EAST) -> str:
    """Create an SNS topic, which the promised operations cannot do."""
    from moto.sns.models import sns_backends

    return str(sns_backends[ACCOUNT][region].create_topic(name).arn)


@keeps("rds.event-categories")
def test_the_categories_of_events_are_listed_by_source_type(aws: Any) -> None:
    ask = aws.client("rds").describe_event_categories
    known = {each["SourceType"]: each["EventCategories"] for each in ask()["EventCategoriesMapList"]}
    assert known["db-parameter-group"] == ["configuration change"]
    assert {"creation", "deletion", "failover", "failure", "maintenance"} <= {*known["db-cluster"]}
    (own,) = ask(SourceType="db-cluster-snapshot")["EventCategoriesMapList"]
    assert own == {"SourceType": "db-cluster-snapshot", "EventCategories": ["backup", "notification"]}
    refused(VALUE, ask, SourceType="db-table")
    assert "does not implement" in refused(VALUE, ask, SourceType="zero-etl")


@keeps("rds.event-subscriptions")
def test_a_subscription_is_created_changed_and_deleted(site: Site, aws: Any) -> None:
    rds, named, arn = site.rds, {"SubscriptionName": "Errors"}, topic()
    site.create()
    aws.control.scale(1)
    aws.control.advance(1)

    def shown() -> Any:
        return rds.describe_event_subscriptions(**named)["EventSubscriptionsList"][0]

    settings: dict[str, Any] = {"SourceType": "db-cluster", "EventCategories": ["failure"], "SourceIds": ["main"]}
    tags = [{"Key": "a", "Value": "b"}]
    made = rds.create_event_subscription(**named, SnsTopicArn=arn, **settings, Enabled=True, Tags=tags)
    answer = made["EventSubscription"]
    created = answer.pop("SubscriptionCreationTime")
    assert re.fullmatch(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}", created)
    assert answer == {
        "CustomerAwsId": ACCOUNT, "CustSubscriptionId": "Errors", "SnsTopicArn": arn, "Status": "creating",
        "SourceType": "db-cluster", "SourceIdsList": ["main"], "EventCategoriesList": ["failure"], "Enabled": True,
        "EventSubscriptionArn": f"arn:aws:rds:{EAST}:{ACCOUNT}:es:Errors",
    }  # fmt: skip
    listed = shown()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", listed.pop("SubscriptionCreationTime"))
    assert listed == answer
    assert rds.list_tags_for_resource(ResourceName=answer["EventSubscriptionArn"])["TagList"] == tags
    refused("InvalidEventSubscriptionState", rds.delete_event_subscription, **named)
    aws.control.advance(61)
    assert shown()["Status"] == "active"
    other = topic("other")
    changed = rds.modify_event_subscription(**named, SnsTopicArn=other, EventCategories=["failover"], Enabled=False)
    assert changed["EventSubscription"]["Status"] == "modifying"
    aws.control.advance(61)
    now = shown()
    assert (now["SnsTopicArn"], now["EventCategoriesList"], now["Enabled"]) == (other, ["failover"], False)
    for call, ids in (("remove", None), ("add", ["main"])):
        change = getattr(rds, f"{call}_source_identifier_{'from' if call == 'remove' else 'to'}_subscription")
        change(**named, SourceIdentifier="main")
        assert shown().get("SourceIdsList") == ids
    rds.modify_event_subscription(**named, SourceType="db-instance", EventCategories=[])
    aws.control.advance(61)
    assert rds.delete_event_subscription(**named)["EventSubscription"]["Status"] == "deleting"
    assert shown()["Status"] == "deleting"
    aws.control.advance(61)
    assert rds.describe_event_subscriptions(MaxRecords=20, Marker="0")["EventSubscriptionsList"] == []
    refused("SubscriptionNotFound", rds.describe_event_subscriptions, **named)


@keeps("rds.event-subscriptions")
def test_wrong_subscriptions_are_refused(site: Site, aws: Any) -> None:
    create, arn = site.rds.create_event_subscription, topic()
    for code, wrong in (
        ("SNSInvalidTopic", {"SnsTopicArn": "alarms"}),
        ("SNSInvalidTopic", {"SnsTopicArn": topic("far", WEST)}),
        ("SNSInvalidTopic", {"SnsTopicArn": f"{arn}.fifo"}),
        ("SNSNoAuthorization", {"SnsTopicArn": arn.replace(ACCOUNT, "111122223333")}),
        ("SNSTopicArnNotFound", {"SnsTopicArn": f"{arn}-gone"}),
        ("SubscriptionCategoryNotFound", {"SourceType": "db-cluster", "EventCategories": ["low storage"]}),
        ("SubscriptionCategoryNotFound", {"EventCategories": ["party"]}),
        ("SourceNotFound", {"SourceType": "db-cluster", "SourceIds": ["main"]}),
        ("SourceNotFound", {"SourceType": "db-proxy", "SourceIds": ["main"]}),
        (COMBINATION, {"SourceIds": ["main"]}),
        (VALUE, {"SourceType": "db-table"}),
        (VALUE, {"SubscriptionName": "a" * 255}),
    ):
        refused(code, create, **{"SubscriptionName": "errors", "SnsTopicArn": arn, **wrong})
    for number in range(20):
        create(SubscriptionName=f"n{number}", SnsTopicArn=arn)
    refused("SubscriptionAlreadyExist", create, SubscriptionName="n1", SnsTopicArn=arn)
    refused("EventSubscriptionQuotaExceeded", create, SubscriptionName="n20", SnsTopicArn=arn)
    for call in ("modify_event_subscription", "delete_event_subscription"):
        refused("SubscriptionNotFound", getattr(site.rds, call), SubscriptionName="none")
    source = {"SubscriptionName": "n1", "SourceIdentifier": "main"}
    for call in ("add_source_identifier_to_subscription", "remove_source_identifier_from_subscription"):
        refused("SourceNotFound", getattr(site.rds, call), **source)


@keeps("rds.event-subscriptions")
def test_a_subscription_shows_that_its_topic_is_gone(aws: Any) -> None:
    from moto.sns.models import sns_backends

    rds, arn = aws.client("rds"), topic()
    rds.create_event_subscription(SubscriptionName="errors", SnsTopicArn=arn)
    sns_backends[ACCOUNT][EAST].delete_topic(arn)
    (found,) = rds.describe_event_subscriptions()["EventSubscriptionsList"]
    assert found["Status"] == "topic-not-exist"
