"""What is promised of CloudWatch Logs."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssociateKmsKey": "kmsKeyId logGroupName resourceIdentifier",
    "CreateLogGroup": "deletionProtectionEnabled kmsKeyId logGroupClass logGroupName tags",
    "DeleteLogGroup": "logGroupName",
    "DeleteRetentionPolicy": "logGroupName",
    "DescribeLogGroups": "logGroupNamePrefix",
    "DisassociateKmsKey": "logGroupName resourceIdentifier",
    "ListTagsForResource": "resourceArn",
    "PutLogGroupDeletionProtection": "deletionProtectionEnabled logGroupIdentifier",
    "PutRetentionPolicy": "logGroupName retentionInDays",
    "TagResource": "resourceArn tags",
    "UntagResource": "resourceArn tagKeys",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("CloudWatch Logs", OPERATIONS, RULES)
