# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS keys as values: their states, their policies, what they encrypt, and the decisions that they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import COMPONENT_TAG

Fields = Mapping[str, Any]
WAITING = frozenset({"PendingDeletion", "PendingReplicaDeletion"})  # the states before a deletion
UNUSABLE = WAITING | {"PendingImport", "Unavailable"}  # the states in which a key cannot be used
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
# What a key may encrypt: the beginning of the resource's part of an ARN, by service.
_USERS = {
    "dynamodb": ("table/",),
    "logs": ("log-group:",),
    "rds": ("cluster:", "db:"),
    "secretsmanager": ("secret:",),
}


def rotates(key: Fields) -> bool:
    """Return whether AWS rotates a key: not imported material, asymmetric keys, or replicas of another region."""
    replica = (key.get("multi_region_configuration") or {}).get("multi_region_key_type") == "REPLICA"
    symmetric = key.get("key_spec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    return key.get("origin", "AWS_KMS") == "AWS_KMS" and symmetric and not replica


def users(listed: Iterable[Fields], key: Fields) -> list[str]:
    """Return the resources that a key may encrypt: those of its component, from a listing of an owner's resources.

    >>> users([{"resource_arn": "arn:aws:dynamodb:us-east-1:1:table/t", "tags": {"mtk:component": "c"}}],
    ...       {"tags": {"mtk:component": "c"}})
    ['table/t']
    """
    component = key["tags"].get(COMPONENT_TAG)
    found = []
    for entry in listed:
        service, resource = entry["resource_arn"].split(":")[2], entry["resource_arn"].split(":", 5)[5]
        same = component is not None and entry["tags"].get(COMPONENT_TAG) == component
        if same and resource.startswith(_USERS.get(service, ())):
            found.append(resource)
    return sorted(found)


def decision(name: str, key: Fields, region: str, encrypted: Sequence[str]) -> str:
    """Return what is wrong with a key that cannot be used, what depends on it, and each way on."""
    state, key_id = key["key_state"], key["key_id"]
    used = f" It may encrypt {', '.join(encrypted)}." if encrypted else ""
    where = f"--region {region} --key-id {key_id}"
    found = f"{name} is the key {key_id} in {region}, and its state is {state}"
    if state in WAITING:
        date = key.get("deletion_date")
        when = f"on {date}" if date else "some time after its last replica in another region"
        alias = f"--region {region} --alias-name {key['alias']}"
        return (
            f"{found}: AWS deletes it {when}, and nobody can read what it encrypts from then on.{used} To keep the "
            f"key, run: aws kms cancel-key-deletion {where} && aws kms enable-key {where}. If nothing needs it, run: "
            f"aws kms delete-alias {alias}; the next run then creates another key."
        )
    if state == "Disabled":
        return (
            f"{found}: AWS refuses to encrypt and decrypt with it. A key whose deletion was cancelled is left in this "
            f"state.{used} Run: aws kms enable-key {where}."
        )
    if state == "PendingImport":
        return (
            f"{found}: it has no key material, or its material has expired.{used} Import the same material again: aws "
            f"kms get-parameters-for-import {where}, then aws kms import-key-material {where}."
        )
    return (
        f"{found}: its key store is not connected.{used} Connect it: aws kms connect-custom-key-store --region "
        f"{region} --custom-key-store-id {key.get('custom_key_store_id', 'ID')}."
    )


def restoring(key: Fields, region: str) -> str:
    """Return the command that cancels the deletion of a key and makes it usable again."""
    where = f"--region {region} --key-id {key['key_id']}"
    return f"aws kms cancel-key-deletion {where} && aws kms enable-key {where}"


def needed(key: Fields, region: str, data: Sequence[str], living: bool, owner: str | None) -> str:
    """Return why a key is not scheduled for deletion: the data that needs it, and each way on.

    ``living`` says that a cluster or a table uses the key, and not only backups.
    """
    pending = key["key_state"] in WAITING
    found = (
        f"AWS deletes the key on {key.get('deletion_date')}, and data needs it: {'; '.join(data)}. "
        f"To keep the data readable, run: {restoring(key, region)}."
        if pending
        else f"Data needs the key: {'; '.join(data)}. Its alias stays, so that a new environment uses the key again."
    )
    if living:
        return f"{found} To have the key deleted, delete what uses it, and run again."
    purge = f"-e purge_data={owner}" if owner else "purge_data: true"
    return f"{found} Run again when the data is gone; or give up the data with {purge}."


def key_policy(partition: str, region: str, account_id: str, services: Iterable[str]) -> dict[str, Any]:
    """Return a policy: the account's IAM decides, and ``services`` may use the key for the account's resources."""
    root = {"AWS": f"arn:{partition}:iam::{account_id}:root"}
    account = {"Sid": "Account", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    statements = [account]
    for number, service in enumerate(sorted(services)):
        groups = {"kms:EncryptionContext:aws:logs:arn": f"arn:{partition}:logs:{region}:{account_id}:*"}
        limit = (
            {"ArnLike": groups} if service.startswith("logs.") else {"StringEquals": {"aws:SourceAccount": account_id}}
        )
        statements.append(
            {
                "Sid": f"Service{number}",
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": USE,
                "Resource": "*",
                "Condition": limit,
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}
