"""What is promised of DynamoDB and of its streams."""

from __future__ import annotations

from . import Rule, Service
from .dynamodb_rules import RULES

_CONDITION = (
    "ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValues "
    "ReturnValuesOnConditionCheckFailure TableName"
)
_READ = (
    "ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues FilterExpression IndexName "
    "Limit ProjectionExpression Select TableName"
)
OPERATIONS: dict[str, str] = {
    "BatchGetItem": "RequestItems",
    "BatchWriteItem": "RequestItems",
    "CreateTable": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema "
        "LocalSecondaryIndexes OnDemandThroughput ProvisionedThroughput ResourcePolicy SSESpecification "
        "StreamSpecification TableClass TableName Tags WarmThroughput"
    ),
    "DeleteItem": f"{_CONDITION} Key",
    "DeleteResourcePolicy": "ExpectedRevisionId ResourceArn",
    "DeleteTable": "TableName",
    "DescribeContinuousBackups": "TableName",
    "DescribeContributorInsights": "IndexName TableName",
    "DescribeLimits": "",
    "DescribeTable": "TableName",
    "DescribeTableReplicaAutoScaling": "TableName",
    "DescribeTimeToLive": "TableName",
    "GetItem": "ConsistentRead ExpressionAttributeNames Key ProjectionExpression TableName",
    "GetResourcePolicy": "ResourceArn",
    "ListContributorInsights": "MaxResults NextToken TableName",
    "ListTables": "ExclusiveStartTableName Limit",
    "ListTagsOfResource": "NextToken ResourceArn",
    "PutItem": f"{_CONDITION} Item",
    "PutResourcePolicy": "ExpectedRevisionId Policy ResourceArn",
    "Query": f"{_READ} KeyConditionExpression ScanIndexForward",
    "RestoreTableToPointInTime": "SourceTableArn SourceTableName TargetTableName UseLatestRestorableTime",
    "Scan": f"{_READ} Segment TotalSegments",
    "TagResource": "ResourceArn Tags",
    "TransactGetItems": "TransactItems",
    "TransactWriteItems": "ClientRequestToken TransactItems",
    "UntagResource": "ResourceArn TagKeys",
    "UpdateContinuousBackups": "PointInTimeRecoverySpecification TableName",
    "UpdateContributorInsights": "ContributorInsightsAction ContributorInsightsMode IndexName TableName",
    "UpdateItem": f"{_CONDITION} Key UpdateExpression",
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
    Rule("records", "A write leaves a record with the images that the view type asks for, in order.", "D"),
    Rule("nothing-changed", "A write that changes nothing leaves no record.", "D"),
    Rule("each-region", "A write to a global table leaves a record in the stream of each Region.", "D"),
    Rule("a-day", "Records are kept for 24 hours; older ones: TrimmedDataAccessException.", "D"),
    Rule("closed", "A stream that was switched off, or whose table is gone, can be read to its end for a day.", "D"),
    Rule("iterators-expire", "A shard iterator is good for 15 minutes; then ExpiredIteratorException.", "D"),
    Rule("not-found", "A stream or shard that is not there: ResourceNotFoundException.", "B"),
    Rule("several-shards", "A stream of more than one shard, and DescribeStream's ShardFilter.", "D", missing=True),
    Rule("at-timestamp", "A shard iterator at a Timestamp.", "B", missing=True),
)
SERVICE = Service("DynamoDB", OPERATIONS, RULES)
STREAMS = Service("DynamoDB Streams", STREAM_OPERATIONS, STREAM_RULES)
