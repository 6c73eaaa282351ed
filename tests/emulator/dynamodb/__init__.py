"""DynamoDB in the local AWS: moto's tables and data plane, with AWS's states, rules and global tables."""

from __future__ import annotations

from ..core import serve


def register() -> None:
    """Register these handlers instead of moto's."""
    from moto.dynamodb.models import table

    from . import comparison
    from .responses import LocalDynamoHandler
    from .streams import LocalStreamsHandler, Shard
    from .tagging import adapt

    adapt()
    comparison.adapt()
    table.StreamShard = Shard
    serve("dynamodb", LocalDynamoHandler)
    serve("dynamodbstreams", LocalStreamsHandler)
