"""Service-linked roles, which a service of AWS makes for itself when it first needs one."""

from __future__ import annotations

import json

from moto.iam.models import iam_backends


def linked_role(account: str, service: str, name: str, policy: str) -> str:
    """The ARN of a service's role, which is made where it is missing and holds a policy that AWS manages."""
    iam, path = iam_backends[account]["aws"], f"/aws-service-role/{service}/"
    if name not in {role.name for role in iam.roles.values()}:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(name, trust, path, None, "", [], "3600", service)
        iam.attach_role_policy(f"arn:aws:iam::aws:policy/aws-service-role/{policy}", name)
    return f"arn:aws:iam::{account}:role{path}{name}"
