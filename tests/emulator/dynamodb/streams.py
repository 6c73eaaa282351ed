"""DynamoDB Streams: what was written to a table in the last 24 hours, in each Region in its own stream."""

from __future__ import annotations

import base64
import copy
import json
import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoResult
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from ..clock import CLOCK
from ..core import AwsError, own_backend
from .state import DAY, invalid

FIRST = 1100000000017454423009
ITERATOR_LIFE = 900


class Streams(BaseBackend):
    """All streams of a Region, also those that were switched off or whose table is gone: they stay for a day."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.shards: list[Shard] = []


STREAMS = own_backend("local-dynamodb-streams", Streams)


class Shard(StreamShard):
    """The one shard of a stream."""

    def __init__(self, account_id: str, table: Table) -> None:
        self.name, self.region, self.schema = table.name, table.region_name, table.schema
        self.label = str(table.latest_stream_label).split("+")[0]
        table.latest_stream_label = self.label
        self.arn = f"{table.table_arn}/stream/{self.label}"
        self.view = str((table.stream_specification or {})["StreamViewType"])
        self.id = f"shardId-{int(CLOCK.now() * 1000):020d}-{uuid.uuid4().hex[:8]}"
        self.created, self.closed = CLOCK.datetime(), 0.0
        self.records: list[dict[str, Any]] = []
        STREAMS[account_id][self.region].shards.append(self)

    def __deepcopy__(self, memo: Any) -> Shard:
        """A copy of its table, as moto makes for what may be undone, has no stream of its own."""
        return self

    def add(self, old: Item | None, new: Item | None) -> None:
        """Note a write. One that changes nothing leaves no record."""
        before, after = (copy.deepcopy(item.attrs) if item else None for item in (old, new))
        if before == after:
            return
        keys = {key["AttributeName"]: (after or before or {})[key["AttributeName"]] for key in self.schema}
        kind = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        last: dict[str, Any] = self.records[-1] if self.records else {"eventName": "", "dynamodb": {}}
        if kind == last["eventName"] == "INSERT" and keys == last["dynamodb"]["Keys"]:
            self.records.pop()  # moto makes an item and then changes it, where AWS makes it whole
        self._append(kind, keys, before, after)

    def _append(self, kind: str, keys: Any, before: Any, after: Any) -> None:
        shown: dict[str, Any] = {
            "ApproximateCreationDateTime": int(CLOCK.now()),
            "Keys": keys,
            "SequenceNumber": str(FIRST + len(self.records)),
            "SizeBytes": sum(len(str(part)) for part in (keys, before, after) if part),
            "StreamViewType": self.view,
        }
        if after is not None and "NEW" in self.view:
            shown["NewImage"] = after
        if before is not None and "OLD" in self.view:
            shown["OldImage"] = before
        self.records.append(
            {
                "eventID": uuid.uuid4().hex,
                "eventName": kind,
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": self.region,
                "dynamodb": shown,
            }
        )

    def repeat(self, records: list[dict[str, Any]]) -> None:
        """The same writes, replicated from another Region."""
        for record in records:
            shown = record["dynamodb"]
            self._append(record["eventName"], shown["Keys"], shown.get("OldImage"), shown.get("NewImage"))

    @property
    def trimmed(self) -> int:
        """How many of the oldest records are gone, because they are a day old."""
        old = CLOCK.now() - DAY
        return sum(1 for record in self.records if record["dynamodb"]["ApproximateCreationDateTime"] < old)

    def describe(self) -> dict[str, Any]:
        """The stream as DescribeStream shows it."""
        numbers = {"StartingSequenceNumber": str(FIRST + self.trimmed)}
        if self.closed:
            numbers["EndingSequenceNumber"] = str(FIRST + max(len(self.records) - 1, 0))
        return {
            "StreamArn": self.arn,
            "StreamLabel": self.label,
            "StreamStatus": "DISABLED" if self.closed else "ENABLED",
            "StreamViewType": self.view,
            "CreationRequestDateTime": self.created,
            "TableName": self.name,
            "KeySchema": self.schema,
            "Shards": [{"ShardId": self.id, "SequenceNumberRange": numbers}],
        }


def close(table: Table) -> None:
    """End a table's stream; what is in it can be read for a day."""
    if table.stream_shard is not None:
        table.stream_shard.closed = CLOCK.now()
    table.stream_shard = None


class LocalStreamsHandler(DynamoDBStreamsHandler):
    """Answers for DynamoDB Streams."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    def _shards(self) -> list[Shard]:
        shards: list[Shard] = STREAMS[self.current_account][self.region].shards
        return [shard for shard in shards if not shard.closed or CLOCK.now() - shard.closed < DAY]

    def _shard(self, arn: str) -> Shard:
        for shard in self._shards():
            if shard.arn == arn:
                return shard
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")

    def list_streams(self) -> ActionResult:
        """The streams of one table or of all, 100 per page."""
        start, name = self.params.get("ExclusiveStartStreamArn", ""), self.params.get("TableName")
        limit, shards = self.params.get("Limit") or 100, sorted(self._shards(), key=lambda shard: shard.arn)
        found = [
            {"StreamArn": shard.arn, "TableName": shard.name, "StreamLabel": shard.label}
            for shard in shards
            if shard.arn > start and name in (None, shard.name)
        ]
        more = {"LastEvaluatedStreamArn": found[limit - 1]["StreamArn"]} if len(found) > limit else {}
        return ActionResult({"Streams": found[:limit], **more})

    def describe_stream(self) -> ActionResult:
        """One stream and its shard."""
        return ActionResult({"StreamDescription": self._shard(self.params["StreamArn"]).describe()})

    def get_shard_iterator(self) -> ActionResult:
        """A place in the shard to read from."""
        shard, kind = self._shard(self.params["StreamArn"]), self.params["ShardIteratorType"]
        if shard.id != self.params["ShardId"]:
            raise AwsError("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
        number = self.params.get("SequenceNumber")
        if (number is not None) != kind.endswith("_SEQUENCE_NUMBER"):
            raise invalid(f"SequenceNumber must be given exactly with a ShardIteratorType that needs one, not {kind}")
        position = {"TRIM_HORIZON": shard.trimmed, "LATEST": len(shard.records)}.get(kind)
        if position is None:
            position = int(number or 0) - FIRST + (kind == "AFTER_SEQUENCE_NUMBER")
            _check_trimmed(shard, position)
        return ActionResult({"ShardIterator": _iterator(shard, position)})

    def get_records(self) -> ActionResult:
        """The next records, and where to go on; nowhere at the end of a stream that was switched off."""
        arn, position, made = _parsed(self.params["ShardIterator"])
        shard = self._shard(arn)
        if CLOCK.now() - made > ITERATOR_LIFE:
            raise AwsError("ExpiredIteratorException", "Iterator expired")
        _check_trimmed(shard, position)
        records = shard.records[position : position + (self.params.get("Limit") or 1000)]
        position += len(records)
        more = not shard.closed or position < len(shard.records)
        return DynamoResult({"Records": records, **({"NextShardIterator": _iterator(shard, position)} if more else {})})


def _check_trimmed(shard: Shard, position: int) -> None:
    if position < shard.trimmed:
        raise AwsError("TrimmedDataAccessException", "The operation attempted to read past the oldest stream record")


def _iterator(shard: Shard, position: int) -> str:
    token = base64.b64encode(json.dumps([position, CLOCK.now()]).encode()).decode()
    return f"{shard.arn}|1|{token}"


def _parsed(iterator: str) -> tuple[str, int, float]:
    arn, _, token = iterator.split("|") if iterator.count("|") == 2 else ("", "", "")
    try:
        position, made = json.loads(base64.b64decode(token))
    except ValueError as error:
        raise invalid("Invalid ShardIterator") from error
    return arn, int(position), float(made)
