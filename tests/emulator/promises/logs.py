"""What is promised of CloudWatch Logs."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssociateKmsKey": "kmsKeyId logGroupName",
    "CreateLogGroup": "kmsKeyId logGroupClass logGroupName tags",
    "DeleteLogGroup": "logGroupName",
    "DeleteRetentionPolicy": "logGroupName",
    "DescribeLogGroups": "limit logGroupClass logGroupNamePrefix nextToken",
    "DisassociateKmsKey": "logGroupName",
    "ListTagsForResource": "resourceArn",
    "ListTagsLogGroup": "logGroupName",
    "PutRetentionPolicy": "logGroupName retentionInDays",
    "TagResource": "resourceArn tags",
    "UntagResource": "resourceArn tagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("group-names", "A group's name is there once per Region (`ResourceAlreadyExistsException`), has 1 to 512 of `A-Za-z0-9_-/.#` and does not start with `aws/`.", "K CreateLogGroup"),
    Rule("group-class", "A group is STANDARD, INFREQUENT_ACCESS or DELIVERY, for ever.", "K CreateLogGroup"),
    Rule("group-paging", "Groups come in the order of their names, 50 to a page, by prefix and by class; a bad token is an `InvalidParameterException`.", "K DescribeLogGroups"),
    Rule("retention", "Events are kept for exactly one of AWS's 22 numbers of days, or for ever.", "K PutRetentionPolicy"),
    Rule("key-usable", "A group's key is given by its ARN, exists in the Region and is enabled: `InvalidParameterException` else.", "K AssociateKmsKey"),
    Rule("key-policy", "The key's policy lets `logs.<Region>.amazonaws.com` encrypt for this very group, where it names groups: `AccessDeniedException` else.", "I TF 29282"),
    Rule("tags-by-arn", "Tags belong to the group's ARN without `:*`; with it the ARN is refused; they go with the group. The older `ListTagsLogGroup` takes its name.", "K TagResource"),
    Rule("reserved-tags", "Tag keys that begin with `aws:` are refused (`InvalidParameterException`), and so are more than 50.", "known"),
    Rule("deletion-protection", "Protection of groups from being deleted; groups by a part of their names.", "K CreateLogGroup", missing=True),
    Rule("events", "Log streams and events: flow logs and databases write none here.", "K PutLogEvents", missing=True),
    Rule("queries", "Insights queries and their keys, metric filters, subscriptions and deliveries.", "K StartQuery", missing=True),
)  # fmt: skip
SERVICE = Service("CloudWatch Logs", OPERATIONS, RULES)
