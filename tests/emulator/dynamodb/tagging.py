"""Tables in the Resource Groups Tagging API."""

from __future__ import annotations

from collections.abc import Iterator

from moto.core.resource_tagging import TaggedResource
from moto.dynamodb.models import DynamoDBBackend

from .checks import check_tags
from .state import HIDDEN, backend, find, not_found, state_of


def tagged(tables: DynamoDBBackend) -> Iterator[TaggedResource]:
    """Yield the tables of a Region with their tags."""
    for table in list(backend(tables.account_id, tables.region_name).tables.values()):
        if state_of(table).timeline.state != HIDDEN:
            tags = {tag["Key"]: tag["Value"] for tag in table.tags}
            yield TaggedResource(arn=table.table_arn, tags=tags, resource_type="dynamodb:table")


def tag(tables: DynamoDBBackend, arn: str, tags: dict[str, str]) -> None:
    """Add tags to a table. A tag of the same key is replaced."""
    table = find(tables.account_id, tables.region_name, arn)
    if table is None:
        raise not_found(arn)
    check_tags([{"Key": name, "Value": value} for name, value in tags.items()])
    merged = {**{present["Key"]: present["Value"] for present in table.tags}, **tags}
    new = [{"Key": name, "Value": value} for name, value in merged.items()]
    check_tags(new)
    table.tags = new


def adapt() -> None:
    """Replace moto's methods, which list deleted tables and duplicate tags."""
    DynamoDBBackend.iter_tagged_resources = tagged
    DynamoDBBackend.tag_resource = tag
