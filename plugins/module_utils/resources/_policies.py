# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents as IAM, KMS and VPC endpoints keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import compare_policies


def document(text: Any) -> dict[str, Any]:
    """Return a policy document as a mapping. boto3 has parsed IAM's answer, or the answer is URL-encoded JSON."""
    return dict(json.loads(unquote(text)) if isinstance(text, str) else text)


def find_policy(aws: Any, name: str, path: str = "/") -> dict[str, Any] | None:
    """Return the customer managed policy of a name, or None.

    A name is unique in the account, whatever the path, so that a policy with another path is in the way of a new one.
    AWS reads a policy by its ARN only, which contains the path. All policies are listed only if the ARN with the
    expected path does not exist.
    """
    arn = f"arn:{aws.partition}:iam::{aws.account_id}:policy{path}{name}"
    found = _get_policy(aws, arn)
    if found is None:
        listed = aws.pages("iam", "list_policies", "policies", scope="Local")
        other = next((each["arn"] for each in listed if each["policy_name"].lower() == name.lower()), arn)
        found = _get_policy(aws, other) if other != arn else None
    return found


def _get_policy(aws: Any, arn: str) -> dict[str, Any] | None:
    found = aws.found("NoSuchEntity", lambda: aws.call("iam", "get_policy", policy_arn=arn))
    return dict(found["policy"]) if found else None


def wanted_document(given: Mapping[str, Any], have: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the wanted document; the present one if both have the same meaning, whatever their order."""
    return dict(have) if have is not None and not compare_policies(dict(have), dict(given)) else dict(given)


def wanted_policy(given: Mapping[str, Any], have: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the wanted policy of a resource; the present one if both grant the same, whatever their order and names.

    The Id of a policy and the Sid of a statement are names: they change nothing about who may do what.
    """
    same = have is not None and not compare_policies(_unnamed(have), _unnamed(given))
    return dict(have or {}) if same else dict(given)


def _unnamed(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = policy.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    unnamed = [{key: value for key, value in each.items() if key != "Sid"} for each in statements]
    return {**{key: value for key, value in policy.items() if key != "Id"}, "Statement": unnamed}
