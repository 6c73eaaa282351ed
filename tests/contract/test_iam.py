"""IAM: the policies that AWS manages are there after every reset, in the state of a new account."""

from __future__ import annotations

ARN = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


def test_managed_policies_are_there_after_every_reset(aws):
    iam = aws.client("iam")
    trust = '{"Version": "2012-10-17", "Statement": []}'
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName="r", PolicyArn=ARN)
    assert iam.get_policy(PolicyArn=ARN)["Policy"]["AttachmentCount"] == 1
    aws.control.reset()
    assert iam.get_policy(PolicyArn=ARN)["Policy"]["AttachmentCount"] == 0
    assert iam.list_roles()["Roles"] == []
