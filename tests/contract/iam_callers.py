"""Users, roles and their clients for the tests of IAM."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(*actions, resource=resource, Effect="Deny", **more)


def trust(principal: str, **more: Any) -> str:
    return document({"Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more})


def client_of(aws: Any, keys: dict[str, Any], service: str, region: str = "us-east-1") -> Any:
    """Return a client that signs with the keys of a user or session."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


class User:
    """A user with a key. ``may`` replaces its inline policy."""

    def __init__(self, aws: Any, name: str = "u", **settings: Any) -> None:
        self.aws, self.name, self.iam = aws, name, aws.client("iam")
        self.arn = self.iam.create_user(UserName=name, **settings)["User"]["Arn"]
        self.keys = self.iam.create_access_key(UserName=name)["AccessKey"]

    def may(self, *statements: dict[str, Any]) -> None:
        self.iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=document(*statements))

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return client_of(self.aws, self.keys, service, region)


def refusal(call: Any, **params: Any) -> tuple[str, int, str]:
    """Return the code, the HTTP status and the message with which AWS refuses a call."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def denied(action: str, call: Any, **params: Any) -> str:
    """Check that AWS refuses a call for want of a permission for ``action``, and return the message."""
    code, _, message = refusal(call, **params)
    assert code in ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException"), (code, message)
    assert f"is not authorized to perform: {action}" in message
    return message
