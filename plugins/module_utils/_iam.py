# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the resources of IAM have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ansible_collections.mtk.backend.plugins.module_utils._boto import compare_policies


def document(text: Any) -> dict[str, Any]:
    """A policy document as IAM answers it: boto3 has parsed it, or it is URL-encoded JSON."""
    return dict(json.loads(unquote(text)) if isinstance(text, str) else text)


def wanted_document(given: str, have: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document that is asked for; as it is where both mean the same, whatever their order."""
    wanted = dict(json.loads(given))
    return dict(have) if have is not None and not compare_policies(dict(have), wanted) else wanted


def retag(aws: Any, noun: str, me: Mapping[str, str], have: Mapping[str, str], want: Mapping[str, str]) -> None:
    """Make the tags of a role or a policy what is wanted."""
    gone = sorted(set(have) - set(want))
    if gone:
        aws.call("iam", f"untag_{noun}", tag_keys=gone, **me)
    new = {key: value for key, value in want.items() if have.get(key) != value}
    if new:
        aws.call("iam", f"tag_{noun}", tags=new, **me)
