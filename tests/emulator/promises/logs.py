"""The rules of CloudWatch Logs."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssociateKmsKey": "kmsKeyId logGroupName",
    "CreateLogGroup": "deletionProtectionEnabled kmsKeyId logGroupClass logGroupName tags",
    "DeleteLogGroup": "logGroupName",
    "DeleteRetentionPolicy": "logGroupName",
    "DescribeLogGroups": "limit logGroupClass logGroupNamePattern logGroupNamePrefix nextToken",
    "DisassociateKmsKey": "logGroupName",
    "ListTagsForResource": "resourceArn",
    "ListTagsLogGroup": "logGroupName",
    "PutLogGroupDeletionProtection": "deletionProtectionEnabled logGroupIdentifier",
    "PutRetentionPolicy": "logGroupName retentionInDays",
    "TagResource": "resourceArn tags",
    "UntagResource": "resourceArn tagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("group-names", "The name of a log group is unique in its Region (`ResourceAlreadyExistsException`), has 1 to 512 characters of `A-Za-z0-9_-/.#` and does not start with `aws/`.", "K CreateLogGroup"),
    Rule("group-class", "A log group is STANDARD, INFREQUENT_ACCESS or DELIVERY; its class cannot change.", "K CreateLogGroup"),
    Rule("group-paging", "DescribeLogGroups returns groups in the order of their names, 50 to a page, by class and by prefix or by a part of the name, but not both. An invalid token is refused (`InvalidParameterException`).", "K DescribeLogGroups"),
    Rule("retention", "The retention of events is one of AWS's 22 numbers of days, or unlimited.", "K PutRetentionPolicy"),
    Rule("key-usable", "The key of a log group must be an ARN of an enabled key in the Region (`InvalidParameterException`).", "K AssociateKmsKey"),
    Rule("key-policy", "The key's policy must let `logs.<Region>.amazonaws.com` encrypt for this log group, if it names log groups (`AccessDeniedException`).", "I TF 29282"),
    Rule("tags-by-arn", "Tag calls take the ARN of a log group without `:*` and refuse it with `:*`. Tags are deleted with the group. The older `ListTagsLogGroup` takes the group's name.", "K TagResource"),
    Rule("reserved-tags", "Tag keys that begin with `aws:`, and more than 50 tags, are refused (`InvalidParameterException`).", "known"),
    Rule("deletion-protection", "DeleteLogGroup refuses a log group with deletion protection (`ValidationException`). The protection is set at creation or later, by the name or the ARN of the log group, and DescribeLogGroups shows it.", "K PutLogGroupDeletionProtection; the words are known"),
    Rule("events", "Log streams and events. Flow logs and databases write none here.", "K PutLogEvents", missing=True),
    Rule("queries", "Insights queries and their keys, metric filters, subscriptions and deliveries.", "K StartQuery", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch Logs", OPERATIONS, RULES)
