"""What is promised of DynamoDB."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "BatchWriteItem": "RequestItems",
    "CreateTable": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes "
        "GlobalTableSourceArn KeySchema OnDemandThroughput ProvisionedThroughput SSESpecification "
        "StreamSpecification TableClass TableName Tags"
    ),
    "DeleteItem": "Key TableName",
    "DeleteTable": "TableName",
    "DescribeContinuousBackups": "TableName",
    "DescribeContributorInsights": "IndexName TableName",
    "DescribeTable": "TableName",
    "DescribeTableReplicaAutoScaling": "TableName",
    "DescribeTimeToLive": "TableName",
    "ExecuteStatement": "Statement",
    "GetItem": "ConsistentRead Key TableName",
    "ListTables": "",
    "ListTagsOfResource": "ResourceArn",
    "PutItem": "Item TableName",
    "Query": "ExpressionAttributeNames ExpressionAttributeValues IndexName KeyConditionExpression TableName",
    "Scan": "TableName",
    "TagResource": "ResourceArn Tags",
    "TransactWriteItems": "ClientRequestToken TransactItems",
    "UntagResource": "ResourceArn TagKeys",
    "UpdateContinuousBackups": "PointInTimeRecoverySpecification TableName",
    "UpdateContributorInsights": "ContributorInsightsAction IndexName TableName",
    "UpdateItem": "ExpressionAttributeNames ExpressionAttributeValues Key TableName UpdateExpression",
    "UpdateTable": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexUpdates "
        "MultiRegionConsistency OnDemandThroughput ProvisionedThroughput ReplicaUpdates SSESpecification "
        "StreamSpecification TableClass TableName WarmThroughput"
    ),
    "UpdateTableReplicaAutoScaling": "GlobalSecondaryIndexUpdates ProvisionedWriteCapacityAutoScalingUpdate ReplicaUpdates TableName",
    "UpdateTimeToLive": "TableName TimeToLiveSpecification",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("DynamoDB", OPERATIONS, RULES)
STREAMS = Service("DynamoDB Streams", {})
