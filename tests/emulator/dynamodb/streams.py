"""DynamoDB Streams as one looks at them: which there are, in each Region its own. Their records cannot be read."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from ..clock import CLOCK
from ..core import AwsError, own_backend
from .state import DAY


class Streams(BaseBackend):
    """All streams of a Region, also those that were switched off or whose table is gone: they stay for a day."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.shards: list[Shard] = []


STREAMS = own_backend("local-dynamodb-streams", Streams)


class Shard(StreamShard):
    """A stream and its only shard."""

    def __init__(self, account_id: str, table: Table) -> None:
        label = table.latest_stream_label = str(table.latest_stream_label).split("+")[0]
        self.arn = f"{table.table_arn}/stream/{label}"
        self.listed = {"StreamArn": self.arn, "StreamLabel": label, "TableName": table.name}
        self.created, self.closed = CLOCK.now(), 0.0
        self.settings = {
            "StreamViewType": (table.stream_specification or {})["StreamViewType"],
            "CreationRequestDateTime": self.created,
            "KeySchema": table.schema,
        }
        shown = {"ShardId": f"shardId-{int(self.created * 1000):020d}-{uuid.uuid4().hex[:8]}"}
        self.shard = {**shown, "SequenceNumberRange": {"StartingSequenceNumber": "1100000000017454423009"}}
        STREAMS[account_id][table.region_name].shards.append(self)

    def __deepcopy__(self, memo: Any) -> Shard:
        """A copy of its table, as moto makes for what may be undone, has no stream of its own."""
        return self

    def add(self, old: Item | None, new: Item | None) -> None:
        """Records are not kept."""

    def describe(self) -> dict[str, Any]:
        """The stream as DescribeStream shows it."""
        status = "DISABLED" if self.closed else "ENABLED"
        return {**self.listed, **self.settings, "StreamStatus": status, "Shards": [self.shard]}


def close(table: Table) -> None:
    """End a table's stream; it is shown for a day."""
    if table.stream_shard is not None:
        table.stream_shard.closed = CLOCK.now()
    table.stream_shard = None


class LocalStreamsHandler(DynamoDBStreamsHandler):
    """Answers for DynamoDB Streams."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    def _shards(self) -> dict[str, Shard]:
        shards: list[Shard] = STREAMS[self.current_account][self.region].shards
        return {shard.arn: shard for shard in shards if not shard.closed or CLOCK.now() - shard.closed < DAY}

    def list_streams(self) -> ActionResult:
        """The streams of one table or of all, 100 per page."""
        start, name = self.params.get("ExclusiveStartStreamArn", ""), self.params.get("TableName")
        shards, limit = sorted(self._shards().items()), self.params.get("Limit") or 100
        found = [shard.listed for arn, shard in shards if arn > start and name in (None, shard.listed["TableName"])]
        more = {"LastEvaluatedStreamArn": found[limit - 1]["StreamArn"]} if len(found) > limit else {}
        return ActionResult({"Streams": found[:limit], **more})

    def describe_stream(self) -> ActionResult:
        """One stream and its shard."""
        arn = self.params["StreamArn"]
        if arn not in self._shards():
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
        return ActionResult({"StreamDescription": self._shards()[arn].describe()})
