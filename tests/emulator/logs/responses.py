"""CloudWatch Logs of the local AWS: moto's handler with keys, deletion protection and AWS's validation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.kms.models import kms_backends
from moto.logs.responses import LogsResponse

from ..admission import Missing
from ..clock import CLOCK
from ..core import AwsError, paged
from ..kms import find_key
from ..kms.policies import allows

RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}
RETENTION |= {1096, 1827, 2192, 2557, 2922, 3288, 3653}
ON_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
TERMS = re.compile(r'|[A-Za-z]\w*( \w+)*|"[^"]*"')
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

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "interleaved":  # what AWS always does now
            return True
        if param_name == "logGroupName" and value is None and super()._get_param("logGroupIdentifier"):
            return self._group(super()._get_param("logGroupIdentifier")).name
        return value

    def _check_key(self, key: str, group: str) -> str:
        """Refuse anything but the ARN of an enabled key of this Region that Logs may use for this group."""
        if not re.fullmatch(r"arn:aws[\w-]*:kms:([\w-]+):(\d{12}):key/([\w-]+)", key):
            raise invalid(f"The specified KMS key is not a valid key ARN: {key}")
        if find_key(self.current_account, self.region, key) is None:
            raise invalid("The specified KMS Key Id could not be found, is not enabled or is of another Region.")
        arn = f"arn:{self.partition}:logs:{self.region}:{self.current_account}:log-group:{group}"
        policy = kms_backends[self.current_account][self.region].keys[key.rsplit("/", 1)[-1]].policy
        context = {"kms:EncryptionContext:aws:logs:arn": arn}
        if not all(allows(policy, {"*", f"logs.{self.region}.amazonaws.com"}, action, context) for action in ON_KEY):
            text = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
            raise AwsError("AccessDeniedException", text)
        return key

    def create_log_group(self) -> str:
        name, key = self._get_param("logGroupName"), self._get_param("kmsKeyId")
        kind = self._get_param("logGroupClass") or "STANDARD"
        if name.lower().startswith("aws/"):
            raise invalid("A log group's name cannot start with aws/")
        self._check_tags(self._get_param("tags"))
        if key:
            self._check_key(key, name)
        answer = super().create_log_group()
        group = self._group(name)
        group.creation_time = CLOCK.datetime().replace(tzinfo=None)
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
        """Groups by the prefix or a part of their names and by class, in pages."""
        prefix, part = self._get_param("logGroupNamePrefix"), self._get_param("logGroupNamePattern")
        if prefix and part:
            raise invalid("Specify either logGroupNamePrefix or logGroupNamePattern, and not both.")
        groups = [
            self._shown(group)
            for name, group in sorted(self.logs_backend.groups.items())
            if name.startswith(prefix or "") and (part or "").lower() in name.lower()
        ]
        wanted = self._get_param("logGroupClass")
        groups = [group for group in groups if wanted in (None, group["logGroupClass"])]
        token = self._get_param("nextToken") or "0"
        if not token.isdigit():
            raise invalid("The specified nextToken is invalid.")
        page, more = paged(groups, {"NextToken": token, "MaxResults": self._get_param("limit")}, 50)
        return json.dumps({"logGroups": page, **({"nextToken": more} if more else {})})

    def _shown(self, group: Any) -> dict[str, Any]:
        kept = {"logGroupClass": ("log_group_class", "STANDARD"), "deletionProtectionEnabled": ("protected", False)}
        return {**group.to_describe_dict(), **{name: getattr(group, *field) for name, field in kept.items()}}

    def filter_log_events(self) -> str:
        """The events with all of some words, or with a phrase."""
        pattern = self._get_param("filterPattern") or ""
        if not TERMS.fullmatch(pattern):
            raise Missing(f"the filter pattern {pattern}")
        return str(super().filter_log_events())

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
        group.kms_key_id = self._check_key(self._get_param("kmsKeyId"), group.name)
        return "{}"

    def disassociate_kms_key(self) -> str:
        self._target().kms_key_id = None
        return "{}"

    def _target(self) -> Any:
        name, arn = self._get_param("logGroupName"), self._get_param("resourceIdentifier")
        if bool(name) == bool(arn):
            raise invalid("Specify either logGroupName or resourceIdentifier, and not both.")
        if arn and ":query-definition:" in arn or str(arn).endswith(":query-result:*"):
            raise Missing("keys for query results")
        return self._group(name or arn)

    def _check_tags(self, tags: Mapping[str, str] | None) -> None:
        for key in tags or {}:
            if key.lower().startswith("aws:"):
                raise invalid(f"The tag key '{key}' is not valid: aws: is reserved.")
        if len(tags or {}) > 50:
            raise invalid("A log group has at most 50 tags.")

    def _check_tagged(self) -> None:
        """Refuse what is not the ARN of a group."""
        arn = self._get_param("resourceArn")
        if ":log-group:" not in arn:
            raise invalid(f"{arn} is not the ARN of a log group.")
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
