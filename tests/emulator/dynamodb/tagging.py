"""How the Resource Groups Tagging API sees tables: those that are there, each tag once."""

from __future__ import annotations

from collections.abc import Iterator

from moto.core.resource_tagging import TaggedResource
from moto.dynamodb.models import DynamoDBBackend

from .checks import check_tags
from .state import HIDDEN, backend, find, not_found, state_of


def tagged(tables: DynamoDBBackend) -> Iterator[TaggedResource]:
    """The tables of a Region and their tags."""
    for table in list(backend(tables.account_id, tables.region_name).tables.values()):
        if state_of(table).timeline.state != HIDDEN:
            tags = {tag["Key"]: tag["Value"] for tag in table.tags}
            yield TaggedResource(arn=table.table_arn, tags=tags, resource_type="dynamodb:table")


def tag(tables: DynamoDBBackend, arn: str, tags: dict[str, str]) -> None:
    """Add tags to a table; one of the same key is replaced."""
    table = find(tables.account_id, tables.region_name, arn)
    if table is None:
        raise not_found(arn)
    check_tags([{"Key": name, "Value": value} for name, value in tags.items()])
    merged = {**{one["Key"]: one["Value"] for one in table.tags}, **tags}
    new = [{"Key": name, "Value": value} for name, value in merged.items()]
    check_tags(new)
    table.tags = new


def adapt() -> None:
    """Let moto's backend answer the Tagging API so; moto lists deleted tables and doubles tags."""
    DynamoDBBackend.iter_tagged_resources = tagged
    DynamoDBBackend.tag_resource = tag
