"""Requests at the edge of the policies, as nobody's run sends them: tags, other clusters, and commands of messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from access.evaluation import ACCOUNT, refused
from access.recording import Recorded
from access.unseen import PRINTED
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access
from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import HOLDERS
from botocore import xform_name
from botocore.loaders import create_loader

ROOT = Path(__file__).parents[2]
POLICIES = _access.policies(_access.Scope("dev", ACCOUNT, ["us-east-1", "us-west-2"], parameters="/mtk/dev"))
OWNER, OF_CLUSTER = "mtk:environment", "aws:ResourceTag/aws:rds:primaryDBClusterArn"
EC2, RDS = f"arn:aws:ec2:us-east-1:{ACCOUNT}", f"arn:aws:rds:us-east-1:{ACCOUNT}"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
POOL, VPC = f"arn:aws:ec2::{ACCOUNT}:ipam-pool/ipam-pool-1", f"{EC2}:vpc/vpc-1"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!cluster-1-AbCdEf"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/dev_user_locations"


def may(holder: str, action: str, resource: str, **keys: Any) -> bool:
    """Return whether a holder may do this. ``owner`` and ``given`` are the tag of the resource and of the request."""
    names = {"owner": f"aws:ResourceTag/{OWNER}", "given": f"aws:RequestTag/{OWNER}", "removed": "aws:TagKeys"}
    found = {"aws:RequestedRegion": "us-east-1", **{names.get(name, name): value for name, value in keys.items()}}
    values = tuple((name, (value,)) for name, value in found.items() if value is not None)
    documents = [POLICIES.documents[name] for name in POLICIES.attach[holder]]
    return not refused(documents, [Recorded(action, resource, values)])


@pytest.mark.parametrize("holder", ["builder", "operator"])
@pytest.mark.parametrize(
    ("resource", "owner", "given", "allowed"),
    [
        (VPC, "dev", "dev", True),
        (VPC, "dev", None, True),
        (VPC, "dev", "shared", False),
        (VPC, "dev", "prod", False),
        (VPC, "prod", "dev", False),
        (VPC, None, "dev", False),
        (POOL, "shared", "shared", True),
        (POOL, "shared", None, True),
        (POOL, "shared", "dev", False),  # the other environments would lose it
        (POOL, "dev", "shared", False),
        (KEY, "dev", "dev", True),
        (KEY, "dev", "shared", False),
    ],
)
def test_nothing_changes_its_owner(holder: str, resource: str, owner: Any, given: Any, allowed: bool) -> None:
    action = "kms:TagResource" if resource == KEY else "ec2:CreateTags"
    assert may(holder, action, resource, owner=owner, given=given) is allowed


@pytest.mark.parametrize("holder", ["builder", "operator"])
@pytest.mark.parametrize(("removed", "allowed"), [("Cost", True), (OWNER, False), (None, False)])
def test_the_tag_of_the_owner_stays(holder: str, removed: Any, allowed: bool) -> None:
    """EC2 removes all tags if a request names none."""
    assert may(holder, "ec2:DeleteTags", VPC, owner="dev", removed=removed) is allowed
    assert may(holder, "kms:UntagResource", KEY, owner="dev", removed=removed) is allowed


@pytest.mark.parametrize(
    ("cluster", "allowed"),
    [("dev-us-east-1-aurora-cluster", True), ("prod-us-east-1-aurora-cluster", False), (None, False)],
)
def test_an_operator_rotates_the_password_of_the_own_cluster(cluster: Any, allowed: bool) -> None:
    of = {OF_CLUSTER: cluster and f"{RDS}:cluster:{cluster}"}
    assert may("operator", "secretsmanager:RotateSecret", SECRET, **of) is allowed
    # RDS tags a new secret in the name of the builder, and it has no tags before.
    assert may("builder", "secretsmanager:TagResource", SECRET, **of) is (allowed or cluster is None)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("rds:RestoreDBClusterFromSnapshot", f"{RDS}:cluster-snapshot:dev-us-east-1-aurora-cluster-final-1"),
        ("rds:RestoreDBClusterFromSnapshot", f"{RDS}:cluster:dev-us-east-1-aurora-cluster"),
        ("rds:RestoreDBClusterFromSnapshot", f"{RDS}:cluster-pg:default.aurora-postgresql16"),
        ("rds:RestoreDBClusterFromSnapshot", f"{RDS}:og:default:aurora-postgresql-16"),
        ("rds:RestoreDBClusterFromSnapshot", f"{RDS}:subgrp:dev-us-east-1-aurora-subnet-group"),
        ("rds:RestoreDBClusterToPointInTime", f"{RDS}:cluster-auto-backup:ab-1"),
        ("dynamodb:RestoreTableFromBackup", TABLE),
        ("dynamodb:RestoreTableFromBackup", f"{TABLE}/backup/1"),
        ("rds:StartDBCluster", f"{RDS}:cluster:dev-us-east-1-aurora-cluster"),
    ],
)
def test_a_builder_may_run_the_commands_that_restore(action: str, resource: str) -> None:
    assert may("builder", action, resource)
    assert not may("builder", action, resource.replace("dev", "prod").replace("us-east-1", "us-west-1"))


def test_a_rule_with_tags_needs_its_security_group() -> None:
    action = "ec2:AuthorizeSecurityGroupIngress"
    assert may("builder", action, f"{EC2}:security-group-rule/*")
    assert may("builder", action, f"{EC2}:security-group/sg-1", owner="dev")
    assert not may("builder", action, f"{EC2}:security-group/sg-1", owner="prod")
    assert not may("operator", action, f"{EC2}:security-group-rule/*")


def test_backups_and_keys_of_others_are_not_restored() -> None:
    backup = "rds:RestoreDBClusterToPointInTime", f"{RDS}:cluster-auto-backup:ab-1"
    assert may("builder", *backup, owner="dev") and not may("builder", *backup, owner="prod")
    for holder in ("builder", "destroyer"):
        assert may(holder, "kms:CancelKeyDeletion", KEY, owner="dev")
        assert not may(holder, "kms:CancelKeyDeletion", KEY, owner="prod")


@pytest.mark.parametrize(
    "action",
    ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
)
def test_a_builder_uses_keys_through_services_only(action: str) -> None:
    assert may("builder", f"kms:{action}", KEY, owner="dev", **{"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"})
    assert not may("builder", f"kms:{action}", KEY, owner="dev")


@pytest.mark.parametrize(
    "service",
    ["contributorinsights.dynamodb", "dynamodb.application-autoscaling", "ipam", "rds", "replication.dynamodb"],
)
def test_a_builder_creates_the_role_of_a_service_at_its_first_use(service: str) -> None:
    name = f"{service}.amazonaws.com"
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{name}/AWSServiceRoleForX"
    assert may("builder", "iam:CreateServiceLinkedRole", role, **{"iam:AWSServiceName": name})
    assert not may("operator", "iam:CreateServiceLinkedRole", role, **{"iam:AWSServiceName": name})


def commands() -> set[str]:
    """Return the actions of the commands of the AWS CLI that the product prints."""
    found = set()
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for service, command in re.findall(r'\baws ([a-z][a-z-]+) ([a-z]+(?:-[a-z]+)+)(?=[ "])', path.read_text()):
            model = create_loader().load_service_model(service, "service-2")["operations"]
            known = {xform_name(name, "-"): name for name in model}
            assert command in known, (path.name, service, command)
            found.add(f"{service}:{known[command]}")
    return found


def test_the_page_says_who_may_run_the_commands_that_are_printed() -> None:
    granted = {
        action
        for holder in HOLDERS
        for name in POLICIES.attach[holder]
        for each in POLICIES.documents[name]["Statement"]
        for action in each["Action"]
    }
    page = (ROOT / "docs/using/permissions.md").read_text()
    assert len(commands()) > 30
    for_everybody = {"sts:GetCallerIdentity"}
    assert sorted(commands() - granted - PRINTED - for_everybody) == []
    assert sorted(PRINTED - commands()) == [] and sorted(PRINTED & granted) == []
    assert [action for action in sorted(PRINTED) if f"`{action}`" not in page] == []
