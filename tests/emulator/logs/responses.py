"""CloudWatch Logs of the local AWS: moto's handler with KMS keys and AWS's validation, without log events."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.kms.models import kms_backends
from moto.logs.responses import LogsResponse

from ..core import AwsError, dns_suffix, paged
from ..kms import find_key
from ..kms.policies import allows

RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}
RETENTION |= {1096, 1827, 2192, 2557, 2922, 3288, 3653}
MISSING = "The specified log group does not exist."
ON_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")


def invalid(message: str) -> AwsError:
    """Return AWS's error for an invalid parameter."""
    return AwsError("InvalidParameterException", message)


class LocalLogs(LogsResponse):
    """The handler of CloudWatch Logs."""

    def call_action(self) -> Any:
        """Refuse invalid tags and any ARN but that of a log group of this Region, then answer."""
        _check_tags(self._get_param("tags"))
        arn = self._get_param("resourceArn")
        match = re.fullmatch(r"arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:([^:*]+)", arn or "")
        if arn and not match:
            raise invalid(f"{arn} is not the ARN of a log group.")
        if match and self._group(match.group(1)).arn != arn:
            raise AwsError("ResourceNotFoundException", MISSING)
        return super().call_action()

    def _group(self, name: str) -> Any:
        if name not in self.logs_backend.groups:
            raise AwsError("ResourceNotFoundException", MISSING)
        return self.logs_backend.groups[name]

    def _check_key(self, key: str, group: str) -> str:
        """Refuse anything but the ARN of an enabled key of this Region that Logs may use for the log group."""
        if not re.fullmatch(r"arn:aws[\w-]*:kms:([\w-]+):(\d{12}):key/([\w-]+)", key):
            raise invalid(f"The specified KMS key is not a valid key ARN: {key}")
        if find_key(self.current_account, self.region, key) is None:
            raise invalid("The specified KMS Key Id could not be found, is not enabled or is of another Region.")
        arn = f"arn:{self.partition}:logs:{self.region}:{self.current_account}:log-group:{group}"
        policy = kms_backends[self.current_account][self.region].keys[key.rsplit("/", 1)[-1]].policy
        context = {"kms:EncryptionContext:aws:logs:arn": arn}
        if not all(
            allows(policy, {"*", f"logs.{self.region}.{dns_suffix(self.partition)}"}, action, context)
            for action in ON_KEY
        ):
            text = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
            raise AwsError("AccessDeniedException", text)
        return key

    def create_log_group(self) -> str:
        name, key = self._get_param("logGroupName"), self._get_param("kmsKeyId")
        if name.lower().startswith("aws/"):
            raise invalid("A log group's name cannot start with aws/")
        if key:
            self._check_key(key, name)
        answer = super().create_log_group()
        group = self._group(name)
        group.log_group_class = self._get_param("logGroupClass") or "STANDARD"
        group.protected = bool(self._get_param("deletionProtectionEnabled"))
        return str(answer)

    def delete_log_group(self) -> str:
        group = self._group(self._get_param("logGroupName"))
        if getattr(group, "protected", False):
            text = f"The log group {group.name} is protected from deletion: disable deletion protection first."
            raise AwsError("ValidationException", text)
        answer = super().delete_log_group()
        self.logs_backend.tagger.delete_all_tags_for_resource(group.arn)
        return str(answer)

    def describe_log_groups(self) -> str:
        """List the log groups by class and by the start or a part of their names, in pages."""
        prefix, part = self._get_param("logGroupNamePrefix") or "", self._get_param("logGroupNamePattern") or ""
        if prefix and part:
            raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        group_class = self._get_param("logGroupClass")
        groups = [
            {
                **group.to_describe_dict(),
                "logGroupClass": getattr(group, "log_group_class", "STANDARD"),
                "deletionProtectionEnabled": getattr(group, "protected", False),
            }
            for name, group in sorted(self.logs_backend.groups.items())
            if name.startswith(prefix) and part in name
        ]
        groups = [group for group in groups if group_class in (None, group["logGroupClass"])]
        refusal = invalid("The specified nextToken is invalid.")
        page, more = paged(groups, json.loads(self.body or "{}"), 50, ("limit", "nextToken"), refusal)
        return json.dumps({"logGroups": page, **({"nextToken": more} if more else {})})

    def put_log_group_deletion_protection(self) -> str:
        """Protect a log group, given by name or ARN, or lift its protection."""
        identifier = self._get_param("logGroupIdentifier")
        name = identifier.split(":log-group:")[-1].removesuffix(":*")
        self._group(name).protected = self._get_param("deletionProtectionEnabled")
        return "{}"

    def put_retention_policy(self) -> str:
        self._group(self._get_param("logGroupName"))
        if self._get_param("retentionInDays") not in RETENTION:
            days = ", ".join(str(d) for d in sorted(RETENTION))
            text = f"Value '{self._get_param('retentionInDays')}' at 'retentionInDays' failed to satisfy constraint: "
            raise invalid(f"1 validation error detected: {text}Member must satisfy enum value set: [{days}]")
        return str(super().put_retention_policy())

    def associate_kms_key(self) -> str:
        group = self._group(self._get_param("logGroupName"))
        group.kms_key_id = self._check_key(self._get_param("kmsKeyId"), group.name)
        return "{}"

    def disassociate_kms_key(self) -> str:
        self._group(self._get_param("logGroupName")).kms_key_id = None
        return "{}"


def _check_tags(tags: Mapping[str, str] | None) -> None:
    for key in tags or {}:
        if key.lower().startswith("aws:"):
            raise invalid(f"The tag key '{key}' is not valid: aws: is reserved.")
    if len(tags or {}) > 50:
        raise invalid("A log group has at most 50 tags.")
