"""CloudWatch Logs of the local AWS: moto's handler with keys, deletion protection and AWS's validation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.kms.models import kms_backends
from moto.logs.responses import LogsResponse

from ..core import AwsError

RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}
RETENTION |= {1096, 1827, 2192, 2557, 2922, 3288, 3653}
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")
MISSING = "The specified log group does not exist."


def invalid(message: str) -> AwsError:
    """AWS's refusal of a parameter."""
    return AwsError("InvalidParameterException", message)


class LocalLogs(LogsResponse):
    """CloudWatch Logs."""

    def _group(self, identifier: str | None) -> Any:
        """A log group by its name or by its ARN, which ends with the name."""
        name = str(identifier or "")
        match = re.fullmatch(r"arn:aws[\w-]*:logs:([\w-]+):(\d{12}):log-group:([^:*]+)", name)
        if match and (match.group(1), match.group(2)) == (self.region, self.current_account):
            name = match.group(3)
        if name not in self.logs_backend.groups:
            raise AwsError("ResourceNotFoundException", MISSING)
        return self.logs_backend.groups[name]

    def _check_key(self, key: str) -> str:
        """Refuse anything but the ARN of an enabled key of this region."""
        match = re.fullmatch(r"arn:aws[\w-]*:kms:([\w-]+):(\d{12}):key/([\w-]+)", key)
        if not match:
            raise invalid(f"The specified KMS key is not a valid key ARN: {key}")
        region, account, key_id = match.groups()
        found = kms_backends[account][region].keys.get(key_id) if region == self.region else None
        if not found or not found.enabled or found.arn != key:
            text = "The specified KMS Key Id could not be found, is not enabled or is of another Region."
            raise invalid(text)
        return key

    def create_log_group(self) -> str:
        name, key = self._get_param("logGroupName"), self._get_param("kmsKeyId")
        kind = self._get_param("logGroupClass") or "STANDARD"
        if not re.fullmatch(r"[\w./#-]{1,512}", str(name), re.ASCII):
            text = "failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            raise invalid(f"1 validation error detected: Value '{name}' at 'logGroupName' {text}")
        if kind not in CLASSES:
            raise invalid(f"Value '{kind}' at 'logGroupClass' must be one of {', '.join(CLASSES)}")
        self._check_tags(self._get_param("tags"))
        if key:
            self._check_key(key)
        answer = super().create_log_group()
        group = self._group(name)
        group.log_group_class, group.protected = kind, bool(self._get_param("deletionProtectionEnabled"))
        return str(answer)

    def delete_log_group(self) -> str:
        group = self._group(self._get_param("logGroupName"))
        if getattr(group, "protected", False):
            text = "The log group cannot be deleted because deletion protection is enabled for it."
            raise AwsError("ValidationException", text)
        answer = super().delete_log_group()
        self.logs_backend.tagger.delete_all_tags_for_resource(group.arn)
        return str(answer)

    def describe_log_groups(self) -> str:
        """moto pages; the filters that it does not know are refused rather than passed over."""
        for name in ("logGroupNamePattern", "logGroupIdentifiers", "accountIdentifiers", "logGroupClass"):
            if self._get_param(name):
                raise invalid(f"The local AWS does not implement the parameter {name} here.")
        answer: dict[str, Any] = json.loads(super().describe_log_groups())
        for shown in answer["logGroups"]:
            group = self.logs_backend.groups[shown["logGroupName"]]
            shown["logGroupClass"] = getattr(group, "log_group_class", "STANDARD")
            shown["deletionProtectionEnabled"] = getattr(group, "protected", False)
            shown["metricFilterCount"] = sum(
                f["logGroupName"] == group.name for f in self.logs_backend.filters.metric_filters
            )
        return json.dumps({k: v for k, v in answer.items() if v is not None})

    def put_log_group_deletion_protection(self) -> str:
        group = self._group(self._get_param("logGroupIdentifier"))
        group.protected = bool(self._get_param("deletionProtectionEnabled"))
        return "{}"

    def put_retention_policy(self) -> str:
        self._group(self._get_param("logGroupName"))
        if self._get_param("retentionInDays") not in RETENTION:
            days = ", ".join(str(d) for d in sorted(RETENTION))
            text = f"Value '{self._get_param('retentionInDays')}' at 'retentionInDays' failed to satisfy constraint: "
            raise invalid(f"1 validation error detected: {text}Member must satisfy enum value set: [{days}]")
        return str(super().put_retention_policy())

    def associate_kms_key(self) -> str:
        group = self._target()
        group.kms_key_id = self._check_key(str(self._get_param("kmsKeyId") or ""))
        return "{}"

    def disassociate_kms_key(self) -> str:
        self._target().kms_key_id = None
        return "{}"

    def _target(self) -> Any:
        name, arn = self._get_param("logGroupName"), self._get_param("resourceIdentifier")
        if bool(name) == bool(arn):
            raise invalid("Specify either logGroupName or resourceIdentifier, and not both.")
        if arn and ":query-definition:" in arn or str(arn).endswith(":query-result:*"):
            raise invalid("The local AWS does not implement keys for query results.")
        return self._group(name or arn)

    def _check_tags(self, tags: Mapping[str, str] | None) -> None:
        for key in tags or {}:
            if key.lower().startswith("aws:") or not 1 <= len(key) <= 128:
                raise invalid(f"The tag key '{key}' is not valid: aws: is reserved, and it has 1 to 128 characters.")
        if len(tags or {}) > 50:
            raise invalid("A log group has at most 50 tags.")

    def _check_tagged(self) -> None:
        """Refuse an ARN of nothing, and one with the ``:*`` of policies."""
        arn = str(self._get_param("resourceArn") or "")
        if ":log-group:" in arn:
            self._group(arn)

    def list_tags_for_resource(self) -> str:
        self._check_tagged()
        return str(super().list_tags_for_resource())

    def tag_resource(self) -> str:
        self._check_tagged()
        self._check_tags(self._get_param("tags"))
        return str(super().tag_resource())

    def untag_resource(self) -> str:
        self._check_tagged()
        return str(super().untag_resource())
