"""What is promised of CloudWatch Logs."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssociateKmsKey": "kmsKeyId logGroupName resourceIdentifier",
    "CreateLogGroup": "deletionProtectionEnabled kmsKeyId logGroupClass logGroupName tags",
    "CreateLogStream": "logGroupName logStreamName",
    "DeleteLogGroup": "logGroupName",
    "DeleteLogStream": "logGroupName logStreamName",
    "DeleteRetentionPolicy": "logGroupName",
    "DescribeLogGroups": "limit logGroupClass logGroupNamePattern logGroupNamePrefix nextToken",
    "DescribeLogStreams": "descending limit logGroupIdentifier logGroupName logStreamNamePrefix nextToken orderBy",
    "DisassociateKmsKey": "logGroupName resourceIdentifier",
    "FilterLogEvents": "endTime filterPattern interleaved limit logGroupIdentifier logGroupName logStreamNames nextToken startTime",
    "GetLogEvents": "endTime limit logGroupIdentifier logGroupName logStreamName nextToken startFromHead startTime",
    "ListTagsForResource": "resourceArn",
    "PutLogEvents": "logEvents logGroupName logStreamName",
    "PutLogGroupDeletionProtection": "deletionProtectionEnabled logGroupIdentifier",
    "PutRetentionPolicy": "logGroupName retentionInDays",
    "TagResource": "resourceArn tags",
    "UntagResource": "resourceArn tagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("group-names", "A group's name is there once per Region (`ResourceAlreadyExistsException`), has 1 to 512 of `A-Za-z0-9_-/.#` and does not start with `aws/`.", "K CreateLogGroup"),
    Rule("group-class", "A group is STANDARD, INFREQUENT_ACCESS or DELIVERY, for ever.", "K CreateLogGroup"),
    Rule("group-paging", "Groups come in the order of their names, 50 to a page, by prefix or by a part of the name (not both), and by class; a bad token is an `InvalidParameterException`.", "K DescribeLogGroups"),
    Rule("retention", "Events are kept for exactly one of AWS's 22 numbers of days, or for ever.", "K PutRetentionPolicy"),
    Rule("key-usable", "A group's key is given by its ARN, exists in the Region and is enabled: `InvalidParameterException` else.", "K AssociateKmsKey"),
    Rule("key-policy", "The key's policy lets `logs.<Region>.amazonaws.com` encrypt for this very group, where it names groups: `AccessDeniedException` else.", "I TF 29282"),
    Rule("deletion-protection", "A protected group is not deleted: `ValidationException`.", "K DeleteLogGroup"),
    Rule("tags-by-arn", "Tags belong to the group's ARN without `:*`; with it the ARN is refused; they go with the group.", "K TagResource"),
    Rule("streams", "Streams are made, listed by name or last event, and deleted; they are there once (`ResourceAlreadyExistsException`).", "K CreateLogStream"),
    Rule("events", "Events are put in order of time (`InvalidParameterException` else), those that are too old or too new are counted as rejected, and read by stream forwards and backwards, or filtered over streams by words or a phrase.", "K PutLogEvents"),
    Rule("patterns", "Filter patterns of other kinds: JSON, columns, regular expressions.", "K FilterLogEvents", missing=True),
    Rule("queries", "Insights queries, metric filters, subscriptions and deliveries.", "K StartQuery", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch Logs", OPERATIONS, RULES)
