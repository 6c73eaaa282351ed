"""Drifts of logs, keys and roles."""

from __future__ import annotations

import json

from .drifts import ACCOUNT, Deployment, Foreign, drift


# Log groups and keys
@drift("flow log group")
def logs_kept_for_a_day(at: Deployment) -> None:
    at.client("logs").put_retention_policy(logGroupName=at.name("flow log group"), retentionInDays=1)


@drift("database log group")
def logs_kept_for_ever(at: Deployment) -> None:
    at.client("logs").delete_retention_policy(logGroupName=at.name("database log group"))


@drift("database log group")
def logs_without_a_key(at: Deployment) -> None:
    at.client("logs").disassociate_kms_key(logGroupName=at.name("database log group"))


@drift(create=("flow log group",), observed={"flow log": "decision"})
def log_group_deleted(at: Deployment) -> None:
    at.client("logs").delete_log_group(logGroupName=at.name("flow log group"))


@drift("flow log group")
def log_group_tag_added(at: Deployment) -> None:
    arn = at.arn("logs", f"log-group:{at.name('flow log group')}")
    at.client("logs").tag_resource(resourceArn=arn, tags={"Owner": "somebody"})


def _key(at: Deployment, kept: str) -> str:
    return str(at.client("kms").describe_key(KeyId=at.name(kept))["KeyMetadata"]["KeyId"])


@drift("network key")
def rotation_off(at: Deployment) -> None:
    at.client("kms").disable_key_rotation(KeyId=_key(at, "network key"))


@drift("table key")
def key_description(at: Deployment) -> None:
    at.client("kms").update_key_description(KeyId=_key(at, "table key"), Description="by hand")


@drift("aurora key")
def key_policy(at: Deployment) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [root]})
    at.client("kms").put_key_policy(KeyId=_key(at, "aurora key"), PolicyName="default", Policy=policy)


@drift("table key")
def access_for_another_account(at: Deployment) -> None:
    kms, key = at.client("kms"), _key(at, "table key")
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    stranger = {"AWS": "arn:aws:iam::999999999999:root"}
    given = {"Effect": "Allow", "Principal": stranger, "Action": "kms:*", "Resource": "*"}
    policy["Statement"].append(given)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


@drift("table key")
def key_tag_changed(at: Deployment) -> None:
    tags = [{"TagKey": "mtk:stack", "TagValue": "other"}]
    at.client("kms").tag_resource(KeyId=_key(at, "table key"), Tags=tags)


@drift("network key", beside=("flow log group",))
def alias_of_the_network_deleted(at: Deployment) -> None:
    at.client("kms").delete_alias(AliasName=at.name("network key"))


@drift("aurora key", beside=("database log group", "cluster"))
def alias_of_the_database_deleted(at: Deployment) -> None:
    at.client("kms").delete_alias(AliasName=at.name("aurora key"))


@drift("table key", beside=("table", "replica"))
def alias_of_the_table_deleted(at: Deployment) -> None:
    at.client("kms").delete_alias(AliasName=at.name("table key"))


@drift("secret", only="prod", where="home")
def secret_policy(at: Deployment) -> None:
    given = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**given, "Action": "secretsmanager:GetSecretValue"}]}
    at.client("secretsmanager").put_resource_policy(SecretId=at.name("secret"), ResourcePolicy=json.dumps(policy))


# Keys that need a decision
@drift(refuse=("aurora key", "cluster", "instance"), only="dev", beside=("database log group",))
def key_scheduled_for_deletion(at: Deployment) -> None:
    at.client("kms").schedule_key_deletion(KeyId=_key(at, "aurora key"), PendingWindowInDays=7)


@drift(refuse=("network key",), only="dev", beside=("flow log group",))
def deletion_of_the_key_cancelled(at: Deployment) -> None:
    kms, key = at.client("kms"), _key(at, "network key")
    kms.schedule_key_deletion(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)


# Roles
@drift("flow log role", where="home", observed={"flow log": "decision"}, everywhere=True)
def role_trusts_another(at: Deployment) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    at.client("iam").update_assume_role_policy(RoleName=at.name("flow log role"), PolicyDocument=policy)


@drift("monitoring role", where="home")
def role_lost_its_policy(at: Deployment) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    at.client("iam").detach_role_policy(RoleName=at.name("monitoring role"), PolicyArn=arn)


@drift("flow log role", where="home")
def role_may_more(at: Deployment) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    at.client("iam").attach_role_policy(RoleName=at.name("flow log role"), PolicyArn=arn)


@drift("monitoring role", where="home")
def role_description(at: Deployment) -> None:
    at.client("iam").update_role(RoleName=at.name("monitoring role"), Description="by hand")


@drift("flow log role", where="home")
def role_tag_removed(at: Deployment) -> None:
    at.client("iam").untag_role(RoleName=at.name("flow log role"), TagKeys=["mtk:stack"])


@drift(create=("monitoring role",), where="home", beside=("cluster",))
def monitoring_role_deleted(at: Deployment) -> None:
    role_lost_its_policy(at)
    at.client("iam").delete_role(RoleName=at.name("monitoring role"))


@drift("flow log role", where="home")
def role_allowed_everything(at: Deployment) -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    at.client("iam").put_role_policy(RoleName=at.name("flow log role"), PolicyName="evil", PolicyDocument=document)


@drift("monitoring role", where="home")
def role_got_a_policy(at: Deployment) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    at.client("iam").attach_role_policy(RoleName=at.name("monitoring role"), PolicyArn=arn)


@drift("monitoring role", where="home")
def role_got_a_boundary(at: Deployment) -> None:
    boundary = {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    at.client("iam").put_role_permissions_boundary(RoleName=at.name("monitoring role"), **boundary)


@drift("monitoring role", where="home")
def sessions_for_half_a_day(at: Deployment) -> None:
    at.client("iam").update_role(RoleName=at.name("monitoring role"), MaxSessionDuration=43200)


def _policy(at: Deployment) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{at.name('flow log policy')}"


@drift("flow log policy", where="home")
def policy_allows_more(at: Deployment) -> None:
    allow = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    at.client("iam").create_policy_version(PolicyArn=_policy(at), PolicyDocument=document, SetAsDefault=True)


@drift("flow log policy", where="home")
def policy_with_a_second_version(at: Deployment) -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    at.client("iam").create_policy_version(PolicyArn=_policy(at), PolicyDocument=document)


@drift("flow log policy", where="home")
def policy_tag_added(at: Deployment) -> None:
    at.client("iam").tag_policy(PolicyArn=_policy(at), Tags=[{"Key": "Owner", "Value": "somebody"}])


@drift("flow log role", create=("flow log policy",), where="home")
def policy_deleted(at: Deployment) -> None:
    iam = at.client("iam")
    iam.detach_role_policy(RoleName=at.name("flow log role"), PolicyArn=_policy(at))
    iam.delete_policy(PolicyArn=_policy(at))


# What no role keeps
@drift(foreign=True)
def foreign_log_group(at: Deployment) -> Foreign:
    logs, name = at.client("logs"), f"{at.name('flow log group')}-old"
    logs.create_log_group(logGroupName=name, tags={"mtk:environment": at.environment})
    arn = at.arn("logs", f"log-group:{name}")
    return Foreign(arn, lambda: logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"])


@drift(foreign=True)
def foreign_key(at: Deployment) -> Foreign:
    kms = at.client("kms")
    key = kms.create_key(Tags=[{"TagKey": t["Key"], "TagValue": t["Value"]} for t in at.mine])["KeyMetadata"]
    return Foreign(key["Arn"], lambda: kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"])
