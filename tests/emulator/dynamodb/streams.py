"""DynamoDB Streams: the writes to a table in the last 24 hours. Each Region has a stream of its own."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.responses import DynamoResult
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from ..clock import CLOCK, DAY
from ..core import AwsError, own_backend
from .metering import item_size
from .state import invalid, tables_of

FIRST = 1100000000017454423009
ITERATOR_LIFE = 900


class Streams(BaseBackend):
    """The streams of a Region. AWS keeps a stream for a day after it was switched off or its table was deleted."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.shards: list[Shard] = []


STREAMS = own_backend("local-dynamodb-streams", Streams)


class Shard(StreamShard):
    """A stream and its only shard."""

    def __init__(self, account_id: str, table: Table) -> None:
        self.table = table
        label = table.latest_stream_label = CLOCK.datetime().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self.arn = f"{table.table_arn}/stream/{label}"
        self.listed = {"StreamArn": self.arn, "StreamLabel": label, "TableName": table.name}
        self.created, self.closed = CLOCK.now(), 0.0
        self.view = str((table.stream_specification or {})["StreamViewType"])
        self.id = f"shardId-{int(self.created * 1000):020d}-{uuid.uuid4().hex[:8]}"
        self.records: list[dict[str, Any]] = []
        STREAMS[account_id][table.region_name].shards.append(self)

    def __deepcopy__(self, memo: Any) -> Shard:
        """Return the same stream, because moto copies a table to be able to roll back a write."""
        return self

    def add(self, old: Item | None, new: Item | None) -> None:
        """Record a write in the stream of each Region. A write that changes nothing leaves no record."""
        before, after = (copy.deepcopy(item.attrs) if item else None for item in (old, new))
        for shard in shards_of(self.table) if before != after else ():
            shard.take(before, after)

    def take(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        """Append the old and new version of an item as the next record."""
        kind = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": int(CLOCK.now()),
            "Keys": {name: (after or before or {})[name] for name in self.table.table_key_attrs},
            "StreamViewType": self.view,
        }
        images = (("NEW", "NewImage", after), ("OLD", "OldImage", before))
        change.update({name: image for view, name, image in images if view in self.view and image is not None})
        parts = [change.get(name) or {} for name in ("Keys", "NewImage", "OldImage")]
        change["SizeBytes"] = sum(item_size(dynamo_to_dict(part)) for part in parts)
        last: dict[str, Any] = self.records[-1] if self.records else {"eventName": ""}
        if kind == last["eventName"] == "INSERT" and change["Keys"] == last["dynamodb"]["Keys"]:
            self.records.pop()  # UpdateItem of a new item is one record in AWS, but two writes in moto
        change["SequenceNumber"] = str(FIRST + len(self.records))
        record = {"eventName": kind, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "dynamodb": change}
        self.records.append({**record, "eventID": uuid.uuid4().hex, "awsRegion": self.table.region_name})

    @property
    def trimmed(self) -> int:
        """Return the number of records older than a day, which AWS has trimmed."""
        old = CLOCK.now() - DAY
        return sum(1 for record in self.records if record["dynamodb"]["ApproximateCreationDateTime"] < old)

    def describe(self) -> dict[str, Any]:
        """Return the stream as DescribeStream shows it."""
        numbers = {"StartingSequenceNumber": str(FIRST + self.trimmed)}
        if self.closed:
            numbers["EndingSequenceNumber"] = str(FIRST + max(len(self.records) - 1, 0))
        return {
            **self.listed,
            "StreamStatus": "DISABLED" if self.closed else "ENABLED",
            "StreamViewType": self.view,
            "CreationRequestDateTime": self.created,
            "KeySchema": self.table.schema,
            "Shards": [{"ShardId": self.id, "SequenceNumberRange": numbers}],
        }


def shards_of(table: Table) -> list[Shard]:
    """Return the streams of a table and its replicas."""
    return [replica.stream_shard for replica in tables_of(table) if replica.stream_shard is not None]


def close(table: Table) -> None:
    """Close a table's stream. Its records stay readable for a day."""
    if table.stream_shard is not None:
        table.stream_shard.closed = CLOCK.now()
    table.stream_shard = None


class LocalStreamsHandler(DynamoDBStreamsHandler):
    """Handler of DynamoDB Streams' requests."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    def _shards(self) -> dict[str, Shard]:
        shards: list[Shard] = STREAMS[self.current_account][self.region].shards
        return {shard.arn: shard for shard in shards if not shard.closed or CLOCK.now() - shard.closed < DAY}

    def list_streams(self) -> ActionResult:
        """Return the streams of one table or of all tables, 100 per page."""
        start, name = self.params.get("ExclusiveStartStreamArn", ""), self.params.get("TableName")
        shards, limit = sorted(self._shards().items()), self.params.get("Limit") or 100
        found = [shard.listed for arn, shard in shards if arn > start and name in (None, shard.listed["TableName"])]
        more = {"LastEvaluatedStreamArn": found[limit - 1]["StreamArn"]} if len(found) > limit else {}
        return ActionResult({"Streams": found[:limit], **more})

    def _shard(self, arn: str) -> Shard:
        if arn not in self._shards():
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
        return self._shards()[arn]

    def describe_stream(self) -> ActionResult:
        """Return the description of a stream and its shard."""
        return ActionResult({"StreamDescription": self._shard(self.params["StreamArn"]).describe()})

    def get_shard_iterator(self) -> ActionResult:
        """Return an iterator at a position in the shard."""
        shard, kind = self._shard(self.params["StreamArn"]), self.params["ShardIteratorType"]
        if shard.id != self.params["ShardId"]:
            raise AwsError("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
        number = self.params.get("SequenceNumber")
        if (number is not None) != kind.endswith("_SEQUENCE_NUMBER"):
            raise invalid(f"SequenceNumber must be given exactly with a ShardIteratorType that needs one, not {kind}")
        position = {"TRIM_HORIZON": shard.trimmed, "LATEST": len(shard.records)}.get(kind)
        if position is None:
            position = int(number or 0) - FIRST + (kind == "AFTER_SEQUENCE_NUMBER")
        return ActionResult({"ShardIterator": _iterator(shard, position)})

    def get_records(self) -> ActionResult:
        """Return the next records and the next iterator. A closed stream ends without a next iterator."""
        parts = self.params["ShardIterator"].split("|")
        if len(parts) != 3:
            raise invalid("Invalid ShardIterator")
        shard, position = self._shard(parts[0]), int(parts[1])
        if CLOCK.now() - float(parts[2]) > ITERATOR_LIFE:
            raise AwsError("ExpiredIteratorException", "Iterator expired")
        records = shard.records[_kept(shard, position) : position + (self.params.get("Limit") or 1000)]
        position += len(records)
        more = not shard.closed or position < len(shard.records)
        return DynamoResult({"Records": records, **({"NextShardIterator": _iterator(shard, position)} if more else {})})


def _kept(shard: Shard, position: int) -> int:
    if position < shard.trimmed:
        raise AwsError("TrimmedDataAccessException", "The operation attempted to read past the oldest stream record")
    return position


def _iterator(shard: Shard, position: int) -> str:
    return f"{shard.arn}|{_kept(shard, position)}|{CLOCK.now()}"
