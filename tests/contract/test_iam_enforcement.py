"""The enforcement of IAM's policies: what is checked, in which words a refusal comes, and who is not checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ec2_net import flow_role
from iam_callers import ACCOUNT, User, allow, client_of, denied, deny, document, refusal
from promise import keeps

EC2 = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
VPC = {"CidrBlock": "10.0.0.0/16"}


@pytest.fixture
def user(aws: Any) -> User:
    user = User(aws, Tags=[{"Key": "team", "Value": "maps"}])
    aws.control.enforce_iam()
    return user


def where(operator: str, **keys: Any) -> dict[str, Any]:
    """Return a condition; two underscores in a key's name are its colon."""
    return {"Condition": {operator: {key.replace("__", ":", 1): value for key, value in keys.items()}}}


def tagged(kind: str, **tags: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]}


@keeps("iam.enforcement")
def test_policies_are_evaluated_only_on_demand(aws: Any) -> None:
    user = User(aws)
    user.client("ec2").describe_vpcs()
    aws.control.enforce_iam()
    denied("ec2:DescribeVpcs", user.client("ec2").describe_vpcs)
    assert user.client("sts").get_caller_identity()["Arn"] == user.arn
    aws.client("ec2").describe_vpcs()
    aws.control.enforce_iam(False)
    user.client("ec2").describe_vpcs()
    aws.control.enforce_iam()
    aws.control.reset()
    client_of(aws, user.keys, "ec2").describe_vpcs()


@keeps("iam.refusals")
@pytest.mark.parametrize(
    ("service", "call", "params", "code", "status", "action", "resource"),
    [
        ("ec2", "create_vpc", VPC, "UnauthorizedOperation", 403, "ec2:CreateVpc", f"{EC2}:vpc/*"),
        ("rds", "describe_db_clusters", {}, "AccessDenied", 403, "rds:DescribeDBClusters",
         f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:*"),
        ("iam", "get_role", {"RoleName": "r"}, "AccessDenied", 403, "iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("cloudwatch", "delete_alarms", {"AlarmNames": ["a"]}, "AccessDenied", 403, "cloudwatch:DeleteAlarms",
         f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:a"),
        ("sts", "get_access_key_info", {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}, "AccessDenied", 403,
         "sts:GetAccessKeyInfo", "*"),
        ("dynamodb", "describe_table", {"TableName": "tab"}, "AccessDeniedException", 400, "dynamodb:DescribeTable",
         f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/tab"),
        ("secretsmanager", "create_secret", {"Name": "s"}, "AccessDeniedException", 400, "secretsmanager:CreateSecret",
         "s"),
        ("logs", "create_log_group", {"logGroupName": "g"}, "AccessDeniedException", 400, "logs:CreateLogGroup",
         f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g:log-stream:"),
        ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "dynamodb"},
         "AccessDeniedException", 400, "application-autoscaling:DescribeScalableTargets", "*"),
        ("resourcegroupstaggingapi", "get_resources", {}, "AccessDeniedException", 400, "tag:GetResources", "*"),
        ("dynamodbstreams", "list_streams", {}, "AccessDeniedException", 400, "dynamodb:ListStreams", "*"),
    ],
)  # fmt: skip
def test_a_refusal_names_caller_action_and_resource(
    user: User, service: str, call: str, params: Any, code: str, status: int, action: str, resource: str
) -> None:
    message = (
        f"User: {user.arn} is not authorized to perform: {action} on resource: {resource} because no identity-based "
        f"policy allows the {action} action"
    )
    given = f"You are not authorized to perform this operation. {message}" if service == "ec2" else message
    assert refusal(getattr(user.client(service), call), **params) == (code, status, given)


@keeps("iam.evaluation")
def test_groups_attached_policies_boundaries_and_denials_count(aws: Any, user: User) -> None:
    iam, ec2 = aws.client("iam"), user.client("ec2")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="u")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(allow("ec2:Describe*")))
    ec2.describe_vpcs()
    denied("ec2:CreateVpc", ec2.create_vpc, **VPC)
    policy = iam.create_policy(PolicyName="m", PolicyDocument=document(allow("EC2:createvpc")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="u", PolicyArn=policy)
    ec2.create_vpc(**VPC)
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(allow("rds:*")), SetAsDefault=True)
    denied("ec2:CreateVpc", ec2.create_vpc, **VPC)
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=policy)
    assert "because no permissions boundary allows the ec2:DescribeVpcs action" in denied(
        "ec2:DescribeVpcs", ec2.describe_vpcs
    )
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(deny("*")), SetAsDefault=True)
    iam.delete_user_permissions_boundary(UserName="u")
    assert "with an explicit deny in an identity-based policy" in denied("ec2:DescribeVpcs", ec2.describe_vpcs)


@keeps("iam.elements")
def test_exclusions_wildcards_and_variables_in_policies(aws: Any, user: User) -> None:
    dynamodb, table = user.client("dynamodb"), f"arn:aws:dynamodb:*:{ACCOUNT}:table"

    def reads(name: str) -> str:
        code = refusal(dynamodb.describe_table, TableName=name)[0]
        return {"ResourceNotFoundException": "allowed", "AccessDeniedException": "denied"}[code]

    user.may({"NotAction": "iam:*", "NotResource": f"{table}/other"})
    assert (reads("mine"), reads("other")) == ("allowed", "denied")
    denied("iam:ListRoles", user.client("iam").list_roles)
    user.may(allow("dynamodb:Describe????e", resource=f"{table}/a?c*"))
    assert [reads(name) for name in ("abc", "abcd", "abbc")] == ["allowed", "allowed", "denied"]
    user.may(allow("dynamodb:*", resource=[f"{table}/${{aws:username}}-x", f"{table}/${{aws:PrincipalTag/team}}"]))
    assert [reads(name) for name in ("u-x", "maps", "v-x")] == ["allowed", "allowed", "denied"]
    user.may(allow("dynamodb:*", resource=[f"{table}/${{aws:PrincipalTag/none}}", f"{table}/${{aws:Nope, 'abc'}}"]))
    assert [reads(name) for name in ("abc", "none")] == ["allowed", "denied"]


CONDITIONS = [
    ("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"], True),
    ("StringNotEquals", "aws:RequestedRegion", "us-east-1", False),
    ("StringEqualsIgnoreCase", "aws:username", "U", True),
    ("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:user/?", True),
    ("StringNotLike", "aws:userid", "AROA*", True),
    ("StringEquals", "aws:RequestTag/no", "x", False),
    ("StringEqualsIfExists", "aws:RequestTag/no", "x", True),
    ("StringNotEquals", "aws:RequestTag/no", "x", True),
    ("StringEquals", "aws:unknown", "x", False),
    ("Null", "aws:RequestTag/no", "true", True),
    ("Null", "aws:RequestTag/Env", "true", False),
    ("Bool", "aws:SecureTransport", True, True),
    ("Bool", "aws:SecureTransport", "false", False),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["Env", "Owner", "More"], True),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["Env"], False),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ["Env"], True),
    ("ForAnyValue:StringLike", "aws:TagKeys", ["X*"], False),
    ("ForAnyValue:StringEquals", "aws:unknown", ["X"], False),
    ("ForAllValues:StringEquals", "aws:unknown", ["X"], True),
    ("StringEquals", "aws:RequestTag/Env", "${aws:PrincipalTag/team}", True),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/*", True),
    ("ArnNotEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/u", False),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8", True),
    ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "127.0.0.1"], False),
    ("IpAddress", "aws:SourceIp", "nonsense", False),
    ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "aws:CurrentTime", "2020-01-01", False),
    ("NumericGreaterThanEquals", "aws:EpochTime", "1000", True),
    ("NumericLessThan", "aws:EpochTime", "nonsense", False),
    ("StringEquals", "aws:PrincipalType", "User", True),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "true", True),
    ("StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
]


@keeps("iam.conditions", "iam.condition-keys")
@pytest.mark.parametrize(("operator", "key", "value", "met"), CONDITIONS, ids=lambda value: str(value)[:30])
def test_operators_and_keys_of_conditions(aws: Any, user: User, operator: str, key: str, value: Any, met: bool) -> None:
    user.may(allow("ec2:*", Condition={operator: {key: value}}))
    create = user.client("ec2").create_vpc
    if met:
        create(**VPC, **tagged("vpc", Env="maps", Owner="me"))
    else:
        denied("ec2:CreateVpc", create, **VPC, **tagged("vpc", Env="maps", Owner="me"))


@keeps("iam.condition-keys")
def test_the_tags_of_a_resource_decide(aws: Any, user: User) -> None:
    mine = {"StringEquals": {"aws:ResourceTag/Env": "dev"}}
    tags = [{"Key": "Env", "Value": "dev"}]
    ec2 = aws.client("ec2")
    marked, plain = (ec2.create_vpc(**VPC, **more)["Vpc"]["VpcId"] for more in (tagged("vpc", Env="dev"), {}))
    user.may(allow("*", Condition=mine))
    user.client("ec2").delete_vpc(VpcId=marked)
    denied("ec2:DeleteVpc", user.client("ec2").delete_vpc, VpcId=plain)
    ipam = ec2.create_ipam(**tagged("ipam", Env="dev"))["Ipam"]["IpamId"]
    user.client("ec2").delete_ipam(IpamId=ipam)
    aws.client("secretsmanager").create_secret(Name="s", SecretString="x", Tags=tags)
    user.client("secretsmanager").get_secret_value(SecretId="s")
    aws.client("logs").create_log_group(logGroupName="g", tags={"Env": "dev"})
    user.client("logs").put_retention_policy(logGroupName="g", retentionInDays=7)
    aws.client("iam").create_role(
        RoleName="r",
        Tags=tags,
        AssumeRolePolicyDocument=document({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}),
    )
    user.client("iam").get_role(RoleName="r")
    denied("iam:GetUser", user.client("iam").get_user, UserName="u")
    policy = aws.client("iam").create_policy(PolicyName="p", Tags=tags, PolicyDocument=document(allow("*")))
    user.client("iam").get_policy(PolicyArn=policy["Policy"]["Arn"])
    key = aws.client("kms").create_key(Tags=[{"TagKey": "Env", "TagValue": "dev"}])["KeyMetadata"]["KeyId"]
    user.client("kms").describe_key(KeyId=key)
    aws.client("rds").create_db_cluster_parameter_group(
        DBClusterParameterGroupName="g", DBParameterGroupFamily="aurora-postgresql16", Description="d", Tags=tags
    )
    user.may(allow("rds:*", **{"Condition": {"StringEquals": {"rds:cluster-pg-tag/Env": "dev"}}}))
    user.client("rds").delete_db_cluster_parameter_group(DBClusterParameterGroupName="G")


@keeps("iam.tag-on-create", "iam.condition-keys")
def test_a_creation_with_tags_needs_the_permission_to_tag(aws: Any, user: User) -> None:
    ec2 = user.client("ec2")
    user.may(allow("ec2:CreateVpc"))
    ec2.create_vpc(**VPC)
    denied("ec2:CreateTags", ec2.create_vpc, **VPC, **tagged("vpc", Env="dev"))
    created = where("StringEquals", ec2__CreateAction="CreateVpc")
    user.may(allow("ec2:CreateVpc"), allow("ec2:CreateTags", resource=f"{EC2}:vpc/*", **created))
    vpc = ec2.create_vpc(**VPC, **tagged("vpc", Env="dev"))["Vpc"]["VpcId"]
    denied("ec2:CreateTags", ec2.create_tags, Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])
    required = where("StringEquals", **{"aws:RequestTag/Env": "dev"})
    user.may(allow("ec2:*", **required), allow("iam:CreatePolicy", "kms:CreateKey", "logs:CreateLogGroup"))
    denied("ec2:CreateVpc", ec2.create_vpc, **VPC, **tagged("vpc", Env="prod"))
    ec2.create_vpc(**VPC, **tagged("vpc", Env="dev"))
    tags = [{"Key": "a", "Value": "b"}]
    policy = {"PolicyName": "p", "PolicyDocument": document(allow("*"))}
    denied("iam:TagPolicy", user.client("iam").create_policy, **policy, Tags=tags)
    denied("kms:TagResource", user.client("kms").create_key, Tags=[{"TagKey": "a", "TagValue": "b"}])
    denied("logs:TagResource", user.client("logs").create_log_group, logGroupName="g", tags={"a": "b"})


@keeps("iam.resources")
def test_ec2_checks_each_resource(aws: Any, user: User) -> None:
    ec2, owner = user.client("ec2"), aws.client("ec2")
    vpc = owner.create_vpc(**VPC)["Vpc"]["VpcId"]
    subnet = {"VpcId": vpc, "CidrBlock": "10.0.0.0/24"}
    user.may(allow("ec2:CreateSubnet", resource=f"{EC2}:subnet/*"))
    assert f"on resource: {EC2}:vpc/{vpc} " in denied("ec2:CreateSubnet", ec2.create_subnet, **subnet)
    user.may(allow("ec2:CreateSubnet", resource=[f"{EC2}:subnet/*", f"{EC2}:vpc/{vpc}"]))
    ec2.create_subnet(**subnet)
    gateway = owner.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    user.may(allow("ec2:AttachInternetGateway", resource=f"{EC2}:internet-gateway/{gateway}"))
    denied("ec2:AttachInternetGateway", ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
    group = owner.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    user.may(allow("ec2:AuthorizeSecurityGroupIngress", resource=f"{EC2}:security-group/{group}"))
    peers = owner.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    peer = [{"GroupId": next(each["GroupId"] for each in peers if each["VpcId"] == vpc)}]
    rule = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": peer}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
    ipam = owner.create_ipam(OperatingRegions=[{"RegionName": "us-east-1"}])["Ipam"]
    pools = f"arn:aws:ec2::{ACCOUNT}:ipam-pool/*"
    pool = {"AddressFamily": "ipv4", "IpamScopeId": ipam["PrivateDefaultScopeId"]}
    user.may(allow("ec2:CreateIpamPool", resource=pools))
    assert "ipam-scope/" in denied("ec2:CreateIpamPool", ec2.create_ipam_pool, **pool)
    table = owner.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    route = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "RouteTableId": table}
    owner.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    user.may(allow("ec2:*Route*", resource=f"{EC2}:route-table/{table}"))
    ec2.create_route(**route)
    placed = owner.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][0]["SubnetId"]
    association = owner.associate_route_table(RouteTableId=table, SubnetId=placed)["AssociationId"]
    ec2.disassociate_route_table(AssociationId=association)
    denied("ec2:DescribeRouteTables", ec2.describe_route_tables)
    user.may(allow("ec2:DescribeVpcAttribute", resource=f"{EC2}:vpc/{vpc}"))
    ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")


@keeps("iam.refusals")
def test_a_dry_run_shows_whether_the_caller_may(user: User) -> None:
    ec2 = user.client("ec2")
    denied("ec2:CreateVpc", ec2.create_vpc, **VPC, DryRun=True)
    user.may(allow("ec2:CreateVpc"))
    assert refusal(ec2.create_vpc, **VPC, DryRun=True)[0] == "DryRunOperation"


@keeps("iam.resources")
def test_the_other_services_check_their_resources(aws: Any, user: User) -> None:
    base = f"us-east-1:{ACCOUNT}"
    dynamodb, logs, secrets, kms = (user.client(name) for name in ("dynamodb", "logs", "secretsmanager", "kms"))
    aws.client("logs").create_log_group(logGroupName="g")
    arn = aws.client("secretsmanager").create_secret(Name="s", SecretString="x")["ARN"]
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("kms").create_alias(AliasName="alias/a", TargetKeyId=key)
    user.may(
        allow("logs:PutRetentionPolicy", resource=f"arn:aws:logs:{base}:log-group:g:*"),
        allow("logs:TagResource", resource=f"arn:aws:logs:{base}:log-group:g"),
        allow("secretsmanager:DescribeSecret", resource=f"arn:aws:secretsmanager:{base}:secret:s-??????"),
        allow("secretsmanager:CreateSecret", resource=f"arn:aws:secretsmanager:{base}:secret:new*"),
        allow("kms:DescribeKey", resource=key),
        allow("kms:DeleteAlias", resource=f"arn:aws:kms:{base}:alias/a"),
        allow("dynamodb:Query", resource=f"arn:aws:dynamodb:{base}:table/tab/index/idx"),
        allow("dynamodb:BatchGetItem", resource=f"arn:aws:dynamodb:{base}:table/tab"),
        allow("rds:CreateDBCluster", resource=f"arn:aws:rds:{base}:cluster:c"),
        allow("application-autoscaling:*", resource=f"arn:aws:application-autoscaling:{base}:scalable-target/*"),
        allow("cloudwatch:*", resource=f"arn:aws:cloudwatch:{base}:alarm:a*"),
    )
    logs.put_retention_policy(logGroupName="g", retentionInDays=7)
    logs.tag_resource(resourceArn=f"arn:aws:logs:{base}:log-group:g", tags={"a": "b"})
    denied("logs:DescribeLogGroups", logs.describe_log_groups)
    for name in ("s", arn):
        secrets.describe_secret(SecretId=name)
    secrets.create_secret(Name="new", SecretString="x")
    denied("secretsmanager:CreateSecret", secrets.create_secret, Name="old", SecretString="x")
    for name in (key, key.rpartition("/")[2], "alias/a", f"arn:aws:kms:{base}:alias/a"):
        kms.describe_key(KeyId=name)
    assert f"on resource: {key} " in denied("kms:DeleteAlias", kms.delete_alias, AliasName="alias/a")
    asked = {"KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}
    assert refusal(dynamodb.query, TableName="tab", IndexName="idx", **asked)[0] == "ResourceNotFoundException"
    denied("dynamodb:Query", dynamodb.query, TableName="tab", **asked)
    part = {"TableName": "tab", "Key": {"a": {"S": "x"}}}
    text = denied("dynamodb:GetItem", dynamodb.transact_get_items, TransactItems=[{"Get": part}])
    assert f"{base}:table/tab " in text
    checked = {"ConditionCheck": {**part, "ConditionExpression": "a = b"}}
    denied("dynamodb:ConditionCheckItem", dynamodb.transact_write_items, TransactItems=[checked])
    wanted = {"Keys": [{"a": {"S": "x"}}]}
    denied("dynamodb:BatchGetItem", dynamodb.batch_get_item, RequestItems={"tab": wanted, "other": wanted})
    cluster = {"DBClusterIdentifier": "C", "Engine": "aurora-postgresql", "EngineVersion": "16.6"}
    message = denied("rds:CreateDBCluster", user.client("rds").create_db_cluster, **cluster)
    assert f"arn:aws:rds:{base}:cluster-pg:default.aurora-postgresql16" in message
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/tab",
              "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}  # fmt: skip
    assert refusal(user.client("application-autoscaling").deregister_scalable_target, **target)[0] == (
        "ObjectNotFoundException"
    )
    user.client("cloudwatch").describe_alarms(AlarmNames=["ab"])
    denied("cloudwatch:DescribeAlarms", user.client("cloudwatch").describe_alarms)


@keeps("iam.pass-role")
def test_a_role_is_passed_only_with_permission(aws: Any, user: User) -> None:
    iam, arn = aws.client("iam"), flow_role(aws)
    vpc = aws.client("ec2").create_vpc(**VPC)["Vpc"]["VpcId"]
    flow = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "g",
            "DeliverLogsPermissionArn": arn}  # fmt: skip
    user.may(allow("ec2:*", "iam:AddRoleToInstanceProfile"))
    assert f"on resource: {arn} " in denied("iam:PassRole", user.client("ec2").create_flow_logs, **flow)
    passed = where("StringEquals", iam__PassedToService="vpc-flow-logs.amazonaws.com")
    user.may(allow("ec2:*", "iam:AddRoleToInstanceProfile"), allow("iam:PassRole", resource=arn, **passed))
    user.client("ec2").create_flow_logs(**flow)
    iam.create_instance_profile(InstanceProfileName="p")
    role = {"InstanceProfileName": "p", "RoleName": arn.rpartition("/")[2]}
    denied("iam:PassRole", user.client("iam").add_role_to_instance_profile, **role)


@keeps("iam.linked-role-permission")
def test_the_first_use_of_a_service_needs_permission_for_its_role(aws: Any, user: User) -> None:
    user.may(allow("ec2:*"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ipam.amazonaws.com/AWSServiceRoleForIPAM"
    assert f"on resource: {arn} " in denied("iam:CreateServiceLinkedRole", user.client("ec2").create_ipam)
    linked = where("StringEquals", iam__AWSServiceName="ipam.amazonaws.com")
    user.may(allow("ec2:*"), allow("iam:CreateServiceLinkedRole", **linked))
    user.client("ec2").create_ipam()
    user.may(allow("ec2:*"))
    assert refusal(user.client("ec2").create_ipam)[0] == "ResourceLimitExceeded"


@keeps("iam.key-policies")
def test_the_policy_of_a_key_decides(aws: Any, user: User) -> None:
    kms, owner = user.client("kms"), aws.client("kms")
    key = owner.create_key()["KeyMetadata"]["KeyId"]
    call = {"KeyId": key}
    assert "no identity-based policy" in denied("kms:DescribeKey", kms.describe_key, **call)
    user.may(allow("kms:*"))
    kms.describe_key(**call)
    mine = {"Principal": {"AWS": user.arn}, **allow("kms:DescribeKey")}
    admin = {"Principal": {"AWS": "*"}, **allow("kms:PutKeyPolicy")}
    owner.put_key_policy(**call, PolicyName="default", Policy=document(mine, admin))
    user.may(allow("ec2:*"))
    kms.describe_key(**call)
    user.may(allow("kms:*"))
    text = denied("kms:EnableKey", kms.enable_key, **call)
    assert text.endswith("because no resource-based policy allows the kms:EnableKey action")
    denied("kms:EnableKey", owner.enable_key, **call)
    user.may(deny("kms:DescribeKey"))
    assert "explicit deny in an identity-based policy" in denied("kms:DescribeKey", kms.describe_key, **call)


@keeps("iam.key-policies", "iam.condition-keys")
def test_policies_of_secrets_add_permissions_and_deny(aws: Any, user: User) -> None:
    owner, secrets = aws.client("secretsmanager"), user.client("secretsmanager")
    owner.create_secret(Name="s", SecretString="x")
    grant = {"Principal": {"AWS": user.arn}, **allow("secretsmanager:GetSecretValue")}
    owner.put_resource_policy(SecretId="s", ResourcePolicy=document(grant))
    secrets.get_secret_value(SecretId="s")
    denied("secretsmanager:DescribeSecret", secrets.describe_secret, SecretId="s")
    user.may(allow("secretsmanager:*"))
    owner.put_resource_policy(SecretId="s", ResourcePolicy=document({**grant, "Effect": "Deny"}))
    text = denied("secretsmanager:GetSecretValue", secrets.get_secret_value, SecretId="s")
    assert text.endswith("with an explicit deny in a resource-based policy")


@keeps("iam.keys-of-services", "iam.condition-keys")
def test_a_service_uses_a_key_for_its_caller(aws: Any, user: User) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("kms").create_alias(AliasName="alias/a", TargetKeyId=key)
    secrets, call = user.client("secretsmanager"), {"Name": "s", "SecretString": "x"}
    user.may(allow("secretsmanager:*", "rds:*", "dynamodb:*", "iam:*"))
    secrets.create_secret(Name="plain", SecretString="x")
    assert f"on resource: {key} " in denied("kms:GenerateDataKey", secrets.create_secret, **call, KmsKeyId="alias/a")
    via = where("StringEquals", kms__ViaService="secretsmanager.us-east-1.amazonaws.com")
    by_alias = where("ForAnyValue:StringEquals", kms__ResourceAliases="alias/a")
    user.may(allow("secretsmanager:*"), allow("kms:GenerateDataKey", **via), allow("kms:Decrypt", **by_alias))
    secrets.create_secret(**call, KmsKeyId="alias/a")
    secrets.get_secret_value(SecretId="s")
    denied("kms:Decrypt", user.client("kms").decrypt, CiphertextBlob=b"x", KeyId="alias/b")
    user.may(allow("secretsmanager:*", "rds:*", "dynamodb:*", "iam:*"))
    denied("kms:Decrypt", secrets.get_secret_value, SecretId="s")
    table = {"TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
             "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
             "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
             "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}  # fmt: skip
    denied("kms:DescribeKey", user.client("dynamodb").create_table, **table)
    user.may(allow("rds:*", "dynamodb:*", "iam:*", "kms:DescribeKey"))
    cluster = {"DBClusterIdentifier": "c", "Engine": "aurora-postgresql", "MasterUsername": "me"}
    secret = {"ManageMasterUserPassword": True}
    rds = user.client("rds")
    denied("kms:CreateGrant", rds.create_db_cluster, **cluster, **secret, StorageEncrypted=True, KmsKeyId=key)
    denied("secretsmanager:CreateSecret", rds.create_db_cluster, **cluster, **secret)


@keeps("iam.replica-permissions")
def test_replicas_need_permissions_in_their_region(aws: Any, user: User) -> None:
    dynamodb, stream = user.client("dynamodb"), {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    aws.client("dynamodb").create_table(
        TableName="tab",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        StreamSpecification=stream,
    )
    add = {"TableName": "tab", "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}
    remove = {"TableName": "tab", "ReplicaUpdates": [{"Delete": {"RegionName": "eu-west-1"}}]}
    here = where("StringEquals", aws__RequestedRegion="us-east-1")
    user.may(allow("dynamodb:*", **here), allow("iam:CreateServiceLinkedRole"))
    text = denied("dynamodb:CreateTable", dynamodb.update_table, **add)
    assert f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/tab" in text
    user.may(allow("dynamodb:*"))
    denied("iam:CreateServiceLinkedRole", dynamodb.update_table, **add)
    user.may(allow("dynamodb:*"), allow("iam:CreateServiceLinkedRole"))
    dynamodb.update_table(**add)
    user.may(allow("dynamodb:*"), deny("dynamodb:DeleteTableReplica"))
    denied("dynamodb:DeleteTableReplica", dynamodb.update_table, **remove)
    scaling = {"TableName": "tab", "ReplicaUpdates": [{"RegionName": "eu-west-1"}]}
    denied("application-autoscaling:DeleteScalingPolicy", dynamodb.update_table_replica_auto_scaling, **scaling)
    restore = {"SourceTableName": "tab", "TargetTableName": "new", "UseLatestRestorableTime": True}
    user.may(allow("dynamodb:RestoreTableToPointInTime"))
    denied("dynamodb:BatchWriteItem", dynamodb.restore_table_to_point_in_time, **restore)


@keeps("iam.condition-keys")
def test_the_partition_key_of_an_item_decides(aws: Any, user: User) -> None:
    aws.client("dynamodb").create_table(
        TableName="tab",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    dynamodb = user.client("dynamodb")
    keys = where("ForAllValues:StringLike", dynamodb__LeadingKeys=["mine", "shared/*"])
    user.may(allow("dynamodb:GetItem", "dynamodb:PutItem", **keys))
    for name in ("mine", "shared/x"):
        dynamodb.put_item(TableName="tab", Item={"a": {"S": name}, "b": {"S": "other"}})
        assert dynamodb.get_item(TableName="tab", Key={"a": {"S": name}})["Item"]["b"] == {"S": "other"}
    denied("dynamodb:PutItem", dynamodb.put_item, TableName="tab", Item={"a": {"S": "other"}})
    denied("dynamodb:GetItem", dynamodb.get_item, TableName="tab", Key={"a": {"S": "mine2"}})


@keeps("iam.condition-keys")
def test_the_boundary_of_a_role_decides_about_its_changes(aws: Any, user: User) -> None:
    iam, document_ = aws.client("iam"), document(allow("ec2:*"))
    boundary, other = (iam.create_policy(PolicyName=n, PolicyDocument=document_)["Policy"]["Arn"] for n in "bc")
    given = {"AssumeRolePolicyDocument": document({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})}
    iam.create_role(RoleName="bounded", PermissionsBoundary=boundary, **given)
    iam.create_role(RoleName="free", **given)
    user.may(allow("iam:*", **where("StringEquals", iam__PermissionsBoundary=boundary)))
    mine = user.client("iam")
    mine.attach_role_policy(RoleName="bounded", PolicyArn=other)
    denied("iam:AttachRolePolicy", mine.attach_role_policy, RoleName="free", PolicyArn=other)
    denied("iam:PutRolePermissionsBoundary", mine.put_role_permissions_boundary, RoleName="bounded",
           PermissionsBoundary=other)  # fmt: skip
    mine.put_role_permissions_boundary(RoleName="free", PermissionsBoundary=boundary)
    denied("iam:CreateRole", mine.create_role, RoleName="r", **given)
    mine.create_role(RoleName="r", PermissionsBoundary=boundary, **given)


@keeps("iam.enforcement-missing")
def test_a_policy_by_the_keys_of_a_query_allows_nothing(aws: Any, user: User) -> None:
    """A key that the local AWS does not know is missing, so that no condition on it is met."""
    user.may(allow("dynamodb:Query", **where("ForAnyValue:StringEquals", dynamodb__LeadingKeys="x")))
    asked = {"KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}
    denied("dynamodb:Query", user.client("dynamodb").query, TableName="tab", **asked)


def test_every_promised_operation_is_checked(aws: Any, user: User) -> None:
    """A user without permissions gets no answer from an operation that changes something."""
    from emulator.access.needs import needs
    from emulator.access.resources import Call
    from emulator.promises import services

    for service, promised in services().items():
        for operation in promised.operations:
            first = next(needs(Call(service, operation, "us-east-1", ACCOUNT, {"RoleName": "r"})))
            assert first.action.endswith(f":{operation}") and first.resource
            assert json.dumps(first.resource)
