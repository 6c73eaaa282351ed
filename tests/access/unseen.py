"""What the calls of the product do not show: permissions that AWS checks behind a call, with their sources."""

from __future__ import annotations

from dataclasses import dataclass

_DOCS = "https://docs.aws.amazon.com"
_REFERENCE = f"{_DOCS}/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"


@dataclass(frozen=True)
class Unseen:
    """Actions that no code of the product names, why a run needs them, and the page that says so."""

    actions: str
    why: str
    source: str


UNSEEN = (
    Unseen(
        "kms:CreateGrant kms:DescribeKey",
        "RDS and DynamoDB get a grant for the key of a new cluster or table from the caller",
        f"{_DOCS}/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html",
    ),
    Unseen(
        "kms:Encrypt kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo",
        "DynamoDB asks for all uses of the key of a new table or replica, in the name of the caller",
        f"{_DOCS}/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ),
    Unseen(
        "kms:Decrypt kms:GenerateDataKey",
        "Secrets Manager encrypts the password that RDS manages with the caller's permission for the key",
        f"{_DOCS}/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html",
    ),
    Unseen(
        "iam:PassRole",
        "the role of the flow logs goes to VPC flow logs, and the role of Enhanced Monitoring to RDS",
        f"{_DOCS}/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    Unseen(
        "iam:CreateServiceLinkedRole",
        "the first IPAM, cluster, replica, scalable target and Contributor Insights of an account each create a role of"
        " the service",
        f"{_DOCS}/IAM/latest/UserGuide/using-service-linked-roles.html",
    ),
    Unseen(
        "dynamodb:BatchWriteItem dynamodb:CreateTableReplica dynamodb:DeleteItem dynamodb:DeleteTableReplica"
        " dynamodb:Query dynamodb:Scan dynamodb:UpdateItem",
        "DynamoDB creates, fills and deletes a replica with the caller's permissions in the region of the replica",
        f"{_DOCS}/amazondynamodb/latest/developerguide/V2gt_IAM.html",
    ),
    Unseen(
        "cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:PutMetricAlarm",
        "Application Auto Scaling makes the alarms of a scaling policy with the caller's permissions",
        f"{_DOCS}/autoscaling/application/userguide/security_iam_id-based-policy-examples.html",
    ),
    Unseen(
        "rds:CreateDBClusterSnapshot",
        "the final snapshot of a deleted cluster",
        _REFERENCE,
    ),
    Unseen(
        "dynamodb:RestoreTableFromBackup kms:CancelKeyDeletion rds:RestoreDBClusterFromSnapshot"
        " rds:RestoreDBClusterToPointInTime rds:StartDBCluster",
        "no run needs them: messages print commands that restore data, keep a key or start a cluster",
        _REFERENCE,
    ),
    Unseen(
        "secretsmanager:RotateSecret",
        "no run needs it: an operator rotates the password with `aws secretsmanager rotate-secret`",
        f"{_DOCS}/secretsmanager/latest/userguide/rotate-secrets_immediate.html",
    ),
)
# Actions of printed commands that no policy has: they delete backups, or change what others made.
PRINTED = {
    "dynamodb:DeleteBackup",
    "iam:RemoveRoleFromInstanceProfile",
    "kms:ConnectCustomKeyStore",
    "kms:ImportKeyMaterial",
    "rds:DeleteDBClusterAutomatedBackup",
    "rds:DeleteDBClusterSnapshot",
    "rds:ModifyDBClusterSnapshotAttribute",
}
# Permissions to tag, which AWS also checks when a request creates a resource with tags.
TAGGING_SOURCE = f"{_DOCS}/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"
# Actions whose names the code puts together from parts that the scan does not see.
COMPUTED = {
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    "rds:ModifyDBClusterParameterGroup",
    "rds:ModifyDBParameterGroup",
    "rds:ModifyDBSubnetGroup",
    "rds:DescribeEngineDefaultParameters",
    "rds:ResetDBClusterParameterGroup",
    "rds:ResetDBParameterGroup",
}
# Actions that the code names and no policy has, with the reasons.
NOT_GRANTED = {
    **dict.fromkeys(
        ("ec2:CreateIpamScope", "ec2:DeleteIpamScope", "ec2:DescribeIpamScopes", "ec2:ModifyIpamScope"),
        "no role uses the module ec2_ipam_scope",
    ),
    "iam:PutRolePolicy": "the roles have no inline policies, and whoever writes one may do everything",
    "sts:GetCallerIdentity": "AWS allows this to everybody",
    **dict.fromkeys(
        (
            "dynamodb:DeleteBackup",
            "dynamodb:DescribeEndpoints",
            "ec2:CreateImage",
            "ec2:CreateSnapshot",
            "ec2:DeleteSnapshot",
            "ec2:DescribeHosts",
            "ec2:DescribeImages",
            "ec2:DescribeInstances",
            "ec2:DescribeIpamPoolAllocations",
            "ec2:DescribeSnapshots",
            "ec2:DescribeTags",
            "iam:CreateAccessKey",
            "iam:CreateGroup",
            "iam:CreateUser",
            "iam:DeleteAccessKey",
            "iam:DeleteGroup",
            "iam:DeleteUser",
            "kms:Verify",
            "logs:DeleteDestination",
            "logs:DescribeDestinations",
            "rds:DescribeSourceRegions",
            "ssm:CreateAssociation",
            "ssm:CreateDocument",
            "ssm:DeleteAssociation",
            "ssm:DeleteDocument",
            "ssm:DeleteInventory",
            "ssm:DeleteParameters",
            "ssm:DescribeAssociation",
            "ssm:DescribeDocument",
            "ssm:DescribeParameters",
        ),
        "words of the code that look like the name of an operation",
    ),
}
