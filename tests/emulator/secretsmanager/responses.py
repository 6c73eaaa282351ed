"""The calls of Secrets Manager in which moto differs from AWS."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse

from ..clock import CLOCK, Timeline
from ..core import AwsError
from ..kms.keys import find_key

DEFAULT_KEY = "alias/aws/secretsmanager"


def invalid(message: str) -> AwsError:
    """The answer to an argument that is wrong by itself."""
    return AwsError("InvalidParameterException", message)


class SecretsResponse(SecretsManagerResponse):
    """moto's handler with AWS's rules around it."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> SecretsManagerBackend:
        """The secrets of the region; those whose recovery window is over are gone."""
        found = secretsmanager_backends[self.current_account][self.region]
        for name, secret in list(dict.items(found.secrets)):
            if isinstance(secret, FakeSecret) and secret.deleted_date and secret.deleted_date < CLOCK.now():
                dict.pop(found.secrets, name)
        return found

    def create_secret(self) -> str:
        """CreateSecret."""
        name = self._get_param("Name")
        if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]{1,512}", name):
            raise AwsError(
                "ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
                "-/_+=.@!",
            )
        self._require_tags()
        existing = self.backend.secrets.get(name)
        if isinstance(existing, ReplicaSecret):
            raise AwsError("ResourceExistsException", f"The operation failed because the secret {name} already exists.")
        if existing is not None and existing.is_deleted():
            raise AwsError(
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            )
        self._require_key(self.region, self._get_param("KmsKeyId"))
        wanted = self._replicas()
        answer = json.loads(super().create_secret())
        return self._with_replicas(self._primary(answer["ARN"]), answer, wanted)

    def update_secret(self) -> str:
        """UpdateSecret."""
        self._primary()
        self._require_key(self.region, self._get_param("KmsKeyId"))
        return str(super().update_secret())

    def put_secret_value(self) -> str:
        """PutSecretValue."""
        self._primary()
        return str(super().put_secret_value())

    def describe_secret(self) -> str:
        """DescribeSecret. A replica has a key of its own."""
        answer = json.loads(super().describe_secret())
        secret = self.backend.secrets[self._get_param("SecretId")]
        source = secret.source if isinstance(secret, ReplicaSecret) else secret
        if isinstance(secret, ReplicaSecret):
            answer.pop("KmsKeyId", None)
            if secret.config["KmsKeyId"] != DEFAULT_KEY:
                answer["KmsKeyId"] = secret.config["KmsKeyId"]
        if source.replicas:
            answer["PrimaryRegion"] = source.region
            answer["ReplicationStatus"] = _statuses(source)
        return json.dumps(answer)

    def replicate_secret_to_regions(self) -> str:
        """ReplicateSecretToRegions."""
        secret, wanted = self._primary(), self._replicas()
        for region in wanted:
            if region in [replica.region for replica in secret.replicas]:
                raise invalid(f"Secret {secret.arn} is already replicated to {region}.")
        answer = json.loads(super().replicate_secret_to_regions())
        return self._with_replicas(secret, answer, wanted)

    def remove_regions_from_replication(self) -> str:
        """RemoveRegionsFromReplication: the replicas are gone at once."""
        secret = self._primary()
        for region in self._get_param("RemoveReplicaRegions") or []:
            if region not in [replica.region for replica in secret.replicas]:
                raise invalid(f"Secret {secret.arn} has no replica in {region}.")
        answer = json.loads(super().remove_regions_from_replication())
        return self._with_replicas(secret, answer, {})

    def delete_secret(self) -> str:
        """DeleteSecret. What another service owns, that service deletes."""
        secret = self.backend.secrets.get(self._get_param("SecretId"))
        if secret is not None and secret.owning_service:
            raise AwsError(
                "InvalidRequestException",
                f"You can't delete a secret that is managed by another service: {secret.owning_service}.",
            )
        return str(super().delete_secret())

    def tag_resource(self) -> str:
        """TagResource."""
        self._primary()
        self._require_tags()
        return str(super().tag_resource())

    def untag_resource(self) -> str:
        """UntagResource."""
        self._primary()
        return str(super().untag_resource())

    def get_random_password(self) -> str:
        """GetRandomPassword: 1 to 4096 characters, in AWS's own error code."""
        length = self._get_param("PasswordLength", if_none=32)
        if not 1 <= length <= 4096:
            raise invalid(f"Password length {length} is not between 1 and 4096.")
        return str(super().get_random_password())

    def _primary(self, secret_id: str | None = None) -> FakeSecret:
        """The secret that a call is to change: in its primary region, and not being deleted."""
        secret = self.backend.describe_secret(secret_id or self._get_param("SecretId"))
        if isinstance(secret, ReplicaSecret):
            raise invalid("Operation not permitted on a replica secret. Call must be made in primary secret's region.")
        if secret.is_deleted():
            raise AwsError(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            )
        return secret

    def _require_key(self, region: str, key: str | None) -> None:
        if key and find_key(self.current_account, region, key) is None:
            raise AwsError(
                "EncryptionFailure",
                "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the "
                "KMS key is available, enabled, and not in an invalid state.",
            )

    def _require_tags(self) -> None:
        for tag in self._get_param("Tags") or []:
            if tag["Key"].lower().startswith("aws:"):
                raise invalid(f"Tag keys that start with 'aws:' are reserved: {tag['Key']}")

    def _replicas(self) -> dict[str, str | None]:
        """The regions that a call adds, and the key in each."""
        asked = self._get_param("AddReplicaRegions") or []
        wanted = {str(replica["Region"]): replica.get("KmsKeyId") for replica in asked}
        if len(wanted) < len(asked):
            raise invalid("A replica region is given twice.")
        for region, key in wanted.items():
            if region == self.region or region not in secretsmanager_backends[self.current_account].regions:
                raise invalid(f"Invalid replica region: {region}")
            self._require_key(region, key)
        return wanted

    def _with_replicas(self, secret: FakeSecret, answer: dict[str, Any], wanted: dict[str, str | None]) -> str:
        """The answer with the state of all replicas; those in ``wanted`` begin now."""
        for replica in secret.replicas:
            if replica.region in wanted:
                replica.config["KmsKeyId"] = wanted[replica.region] or DEFAULT_KEY
                if replica.has_replica:
                    replica.timeline = Timeline(("InProgress", 10), ("InSync", 0))
        answer.update({"ARN": secret.arn, "ReplicationStatus": _statuses(secret, first=set(wanted))})
        return json.dumps(answer)


def _statuses(secret: FakeSecret, first: set[str] | None = None) -> list[dict[str, str]]:
    """``ReplicationStatus``; the regions in ``first`` as the answer to the request itself shows them."""
    shown = []
    for replica in secret.replicas:
        status = dict(replica.config)
        timeline = getattr(replica, "timeline", None)
        if timeline:
            status["Status"] = timeline.first if replica.region in (first or ()) else timeline.state
            if status["Status"] == "InProgress":
                status.pop("StatusMessage")
        shown.append(status)
    return shown
