"""The versions of secrets, their staging labels and their values."""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.models import FakeSecret, ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from ..clock import CLOCK, DAY
from ..core import AwsError, paged

CURRENT = "AWSCURRENT"


class Versions(SecretsManagerResponse):
    """The operations on the versions of secrets."""

    def _readable(self, secret_id: str) -> FakeSecret | ReplicaSecret:
        raise NotImplementedError

    def _changeable_secret(self) -> FakeSecret:
        raise NotImplementedError

    def get_secret_value(self) -> str:
        """Return the value of a version, by default of the current one."""
        given = (self._get_param(name) for name in ("SecretId", "VersionId", "VersionStage"))
        return json.dumps(self._value(*given))

    def _value(self, secret_id: str, version_id: str | None = None, label: str | None = None) -> dict[str, Any]:
        secret = self._readable(secret_id)
        version = _version(secret, version_id, label)
        secret.accessed = CLOCK.now() // DAY * DAY  # AWS shows the day only
        version["accessed"] = secret.accessed
        binary = version.get("secret_binary")
        value = {"SecretString": version.get("secret_string")}
        if binary is not None:
            value = {"SecretBinary": base64.b64encode(binary).decode()}
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version["version_id"],
            **value,
            "VersionStages": version["version_stages"],
            "CreatedDate": version["createdate"],
        }

    def batch_get_secret_value(self) -> str:
        """Return the current values of the secrets with the given ids, or of those that match filters."""
        ids, filters = self._get_param("SecretIdList"), self._get_param("Filters")
        if bool(ids) == bool(filters):
            text = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
            raise AwsError("InvalidParameterException", text)
        if ids and self._get_param("MaxResults"):
            text = "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
            raise AwsError("InvalidParameterException", text)
        more = None
        if filters:
            listed = json.loads(self.list_secrets())
            ids, more = [found["ARN"] for found in listed["SecretList"]], listed.get("NextToken")
        answer: dict[str, Any] = {"SecretValues": [], "Errors": [], **({"NextToken": more} if more else {})}
        for secret_id in ids:
            try:
                answer["SecretValues"].append(self._value(secret_id))
            except (AwsError, SecretsManagerClientError) as error:
                code = getattr(error, "error_type", None) or getattr(error, "code", "")
                answer["Errors"].append({"SecretId": secret_id, "ErrorCode": code, "Message": error.message})
        return json.dumps(answer)

    def list_secret_version_ids(self) -> str:
        """List the versions of a secret that have a staging label and, with IncludeDeprecated, the others."""
        secret = self._readable(self._get_param("SecretId"))
        found = [
            {
                "VersionId": version["version_id"],
                "VersionStages": version["version_stages"],
                "CreatedDate": version["createdate"],
                **({"LastAccessedDate": version["accessed"]} if "accessed" in version else {}),
            }
            for version in secret.versions.values()
            if version["version_stages"] or self._get_param("IncludeDeprecated")
        ]
        page, more = paged(found, {name: self._get_param(name) for name in ("NextToken", "MaxResults")}, 100)
        answer = {"ARN": secret.arn, "Name": secret.name, "Versions": page}
        return json.dumps({**answer, **({"NextToken": more} if more else {})})

    def update_secret_version_stage(self) -> str:
        """Move a staging label from one version to another, attach or remove it."""
        secret = self._changeable_secret()
        answer = str(super().update_secret_version_stage())
        current = [number for number, version in secret.versions.items() if CURRENT in version["version_stages"]]
        secret.set_default_version_id(current[0] if current else None)
        return answer


def _version(secret: FakeSecret | ReplicaSecret, version_id: str | None, label: str | None) -> dict[str, Any]:
    """Return the version with this id or staging label."""
    text = "Secrets Manager can't find the specified secret value for "
    versions: dict[str, dict[str, Any]] = secret.versions
    if version_id is None:
        label = label or CURRENT
        found = [version for version in versions.values() if label in version["version_stages"]]
        if not found:
            raise AwsError("ResourceNotFoundException", f"{text}staging label: {label}")
        return found[0]
    if version_id not in versions:
        raise AwsError("ResourceNotFoundException", f"{text}VersionId: {version_id}")
    if label and label not in versions[version_id]["version_stages"]:
        text = "You provided a VersionStage that is not associated to the provided VersionId."
        raise AwsError("InvalidRequestException", text)
    return versions[version_id]
