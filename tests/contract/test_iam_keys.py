"""The enforcement of IAM for KMS keys, rules with tags, first uses of a service, and services nobody here relies on."""

from __future__ import annotations

from typing import Any

import pytest
from iam_callers import ACCOUNT, User, allow, client_of, denied, deny, document, refusal
from promise import keeps


@pytest.fixture
def user(aws: Any) -> User:
    aws.control.enforce_iam()
    return User(aws)


@keeps("iam.key-policies")
def test_a_ciphertext_names_its_key(aws: Any, user: User) -> None:
    owner, kms = aws.client("kms"), user.client("kms")
    mine, other = (owner.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    user.may(allow("kms:Decrypt", resource=mine))
    blob, foreign = (owner.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"] for key in (mine, other))
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert f"on resource: {other} " in denied("kms:Decrypt", kms.decrypt, CiphertextBlob=foreign)
    user.may(allow("kms:*"))
    assert refusal(kms.decrypt, CiphertextBlob=b"\xff" * 99)[0] == "InvalidCiphertextException"
    everything = {"Principal": {"AWS": "*"}, **allow("kms:*")}
    closed = {"Principal": "*", **deny("kms:Decrypt")}
    owner.put_key_policy(KeyId=mine, PolicyName="default", Policy=document(everything, closed))
    for client in (owner, kms):
        text = denied("kms:Decrypt", client.decrypt, CiphertextBlob=blob)
        assert text.endswith("with an explicit deny in a resource-based policy")


@keeps("iam.condition-keys")
def test_conditions_on_the_encryption_context_and_on_grants(aws: Any, user: User) -> None:
    key = {"KeyId": aws.client("kms").create_key()["KeyMetadata"]["KeyId"]}
    kms = user.client("kms")
    by_value = {"StringEquals": {"kms:EncryptionContext:App": "maps"}}
    only = {"kms:EncryptionContextKeys": ["App"]}
    by_name = {"ForAllValues:StringEquals": only, "Null": {"kms:EncryptionContextKeys": "false"}}
    user.may(allow("kms:Encrypt", Condition=by_value), allow("kms:Decrypt", Condition=by_name))
    denied("kms:Encrypt", kms.encrypt, **key, Plaintext=b"x")
    denied("kms:Encrypt", kms.encrypt, **key, Plaintext=b"x", EncryptionContext={"App": "other"})
    blob = kms.encrypt(**key, Plaintext=b"x", EncryptionContext={"App": "maps"})["CiphertextBlob"]
    denied("kms:Decrypt", kms.decrypt, CiphertextBlob=blob)
    denied("kms:Decrypt", kms.decrypt, CiphertextBlob=blob, EncryptionContext={"App": "maps", "b": "c"})
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"App": "maps"})["Plaintext"] == b"x"
    user.may(allow("kms:CreateGrant", Condition={"StringEquals": {"kms:GranteePrincipal": user.arn}}))
    kms.create_grant(**key, GranteePrincipal=user.arn, Operations=["Decrypt"])
    root = user.arn.replace("user/u", "root")
    denied("kms:CreateGrant", kms.create_grant, **key, GranteePrincipal=root, Operations=["Decrypt"])


@keeps("iam.keys-of-services", "iam.condition-keys")
def test_a_grant_may_be_limited_to_services(aws: Any, user: User) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    use = ("kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*")
    user.may(allow("dynamodb:*", *use), allow("kms:CreateGrant", Condition=for_services))
    user.client("dynamodb").create_table(
        TableName="tab",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    grant = {"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]}
    denied("kms:CreateGrant", user.client("kms").create_grant, **grant)


@keeps("iam.refusals")
def test_services_that_answer_in_xml_refuse_with_403(aws: Any, user: User) -> None:
    aws.control.unverified(True)
    for service, call in (("s3", "list_buckets"), ("route53", "list_hosted_zones"), ("sns", "list_topics")):
        assert refusal(getattr(user.client(service), call))[:2] == ("AccessDenied", 403)
        unknown = client_of(aws, {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "SecretAccessKey": "x"}, service)
        assert refusal(getattr(unknown, call))[:2] == ("InvalidClientTokenId", 403)
    assert refusal(user.client("ssm").describe_parameters)[:2] == ("AccessDeniedException", 400)
    aws.control.unverified(False)


@keeps("iam.tag-on-create")
def test_a_rule_with_tags_is_a_resource_of_its_own(aws: Any, user: User) -> None:
    group = aws.client("ec2").create_security_group(GroupName="g", Description="g")["GroupId"]
    ingress, rule = user.client("ec2").authorize_security_group_ingress, f"arn:aws:ec2:us-east-1:{ACCOUNT}"
    cidr = {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    first, second = ({"GroupId": group, "IpPermissions": [{**cidr, "FromPort": n, "ToPort": n}]} for n in (1, 2))
    tags = {"TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]}
    on_groups = allow("ec2:AuthorizeSecurityGroupIngress", resource=f"{rule}:security-group/*")
    user.may(on_groups, allow("ec2:CreateTags"))
    ingress(**first)
    text = denied("ec2:AuthorizeSecurityGroupIngress", ingress, **second, **tags)
    assert f"on resource: {rule}:security-group-rule/* " in text
    user.may(on_groups, allow("ec2:AuthorizeSecurityGroupIngress", resource=f"{rule}:security-group-rule/*"))
    denied("ec2:CreateTags", ingress, **second, **tags)


@keeps("iam.linked-role-permission")
def test_the_first_insights_need_permission_for_their_role(aws: Any, user: User) -> None:
    aws.client("dynamodb").create_table(
        TableName="tab",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    update = user.client("dynamodb").update_contributor_insights
    user.may(allow("dynamodb:*"))
    update(TableName="tab", ContributorInsightsAction="DISABLE")
    text = denied("iam:CreateServiceLinkedRole", update, TableName="tab", ContributorInsightsAction="ENABLE")
    assert "/contributorinsights.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBCloudWatchContributor" in text
    user.may(allow("dynamodb:*", "iam:CreateServiceLinkedRole"))
    update(TableName="tab", ContributorInsightsAction="ENABLE")
    user.may(allow("dynamodb:*"))
    update(TableName="tab", ContributorInsightsAction="ENABLE")
