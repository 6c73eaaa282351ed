"""The operations of DynamoDB, and the operations and rules of DynamoDB Streams."""

from __future__ import annotations

from . import Rule, Service
from .dynamodb_rules import RULES

_CONDITION = (
    "ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues "
    "ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure TableName"
)
_READ = (
    "AttributesToGet ConditionalOperator ConsistentRead ExclusiveStartKey ExpressionAttributeNames "
    "ExpressionAttributeValues FilterExpression IndexName Limit ProjectionExpression ReturnConsumedCapacity Select "
    "TableName"
)
_RESTORE = (
    "BillingModeOverride GlobalSecondaryIndexOverride LocalSecondaryIndexOverride OnDemandThroughputOverride "
    "ProvisionedThroughputOverride SSESpecificationOverride TargetTableName"
)
OPERATIONS: dict[str, str] = {
    "BatchGetItem": "RequestItems ReturnConsumedCapacity",
    "BatchWriteItem": "RequestItems ReturnConsumedCapacity ReturnItemCollectionMetrics",
    "CreateBackup": "BackupName TableName",
    "CreateTable": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema "
        "LocalSecondaryIndexes OnDemandThroughput ProvisionedThroughput SSESpecification StreamSpecification TableClass TableName Tags"
    ),
    "DeleteBackup": "BackupArn",
    "DeleteItem": f"{_CONDITION} Key",
    "DeleteResourcePolicy": "ExpectedRevisionId ResourceArn",
    "DeleteTable": "TableName",
    "DescribeBackup": "BackupArn",
    "DescribeContinuousBackups": "TableName",
    "DescribeContributorInsights": "TableName",
    "DescribeLimits": "",
    "DescribeTable": "TableName",
    "DescribeTableReplicaAutoScaling": "TableName",
    "DescribeTimeToLive": "TableName",
    "GetItem": (
        "AttributesToGet ConsistentRead ExpressionAttributeNames Key ProjectionExpression ReturnConsumedCapacity "
        "TableName"
    ),
    "GetResourcePolicy": "ResourceArn",
    "ListBackups": ("BackupType ExclusiveStartBackupArn Limit TableName TimeRangeLowerBound TimeRangeUpperBound"),
    "ListTables": "ExclusiveStartTableName Limit",
    "ListTagsOfResource": "NextToken ResourceArn",
    "PutItem": f"{_CONDITION} Item",
    "PutResourcePolicy": "ExpectedRevisionId Policy ResourceArn",
    "Query": f"{_READ} KeyConditionExpression KeyConditions QueryFilter ScanIndexForward",
    "RestoreTableFromBackup": f"{_RESTORE} BackupArn",
    "RestoreTableToPointInTime": f"{_RESTORE} SourceTableArn SourceTableName UseLatestRestorableTime",
    "Scan": f"{_READ} ScanFilter Segment TotalSegments",
    "TagResource": "ResourceArn Tags",
    "TransactGetItems": "ReturnConsumedCapacity TransactItems",
    "TransactWriteItems": "ClientRequestToken ReturnConsumedCapacity ReturnItemCollectionMetrics TransactItems",
    "UntagResource": "ResourceArn TagKeys",
    "UpdateContinuousBackups": "PointInTimeRecoverySpecification TableName",
    "UpdateContributorInsights": "ContributorInsightsAction TableName",
    "UpdateItem": f"{_CONDITION} AttributeUpdates Key UpdateExpression",
    "UpdateTable": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexUpdates "
        "MultiRegionConsistency OnDemandThroughput ProvisionedThroughput ReplicaUpdates SSESpecification "
        "StreamSpecification TableClass TableName WarmThroughput"
    ),
    "UpdateTableReplicaAutoScaling": (
        "GlobalSecondaryIndexUpdates ProvisionedWriteCapacityAutoScalingUpdate ReplicaUpdates TableName"
    ),
    "UpdateTimeToLive": "TableName TimeToLiveSpecification",
}
STREAM_OPERATIONS: dict[str, str] = {
    "DescribeStream": "StreamArn",
    "GetRecords": "Limit ShardIterator",
    "GetShardIterator": "SequenceNumber ShardId ShardIteratorType StreamArn",
    "ListStreams": "ExclusiveStartStreamArn Limit TableName",
}
STREAM_RULES: tuple[Rule, ...] = (
    Rule(
        "records",
        "A write leaves a record with the images of the stream's view type, in order. A write that changes nothing or is refused leaves no record.",
        "D",
    ),
    Rule("each-region", "Each Region of a global table has a stream of its own, with a record of every write.", "D"),
    Rule(
        "a-day",
        "A stream keeps records for 24 hours. Older records cannot be read (`TrimmedDataAccessException`).",
        "D",
    ),
    Rule(
        "closed",
        "A stream that was switched off, or whose table was deleted, is DISABLED and can be read to its end for a day.",
        "D",
    ),
    Rule("iterators-expire", "A shard iterator is valid for 15 minutes (`ExpiredIteratorException`).", "D"),
    Rule("not-found", "A stream or shard that does not exist is refused (`ResourceNotFoundException`).", "B"),
    Rule("at-timestamp", "Shard iterators at a Timestamp.", "B", missing=True),
    Rule("several-shards", "Streams with more than one shard, and pages and filters of shards.", "D", missing=True),
)
SERVICE = Service("DynamoDB", OPERATIONS, RULES)
STREAMS = Service("DynamoDB Streams", STREAM_OPERATIONS, STREAM_RULES)
