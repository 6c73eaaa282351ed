"""The operations of Secrets Manager in which moto differs from AWS."""

from __future__ import annotations

import json
import re
import secrets
import string
from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend, secretsmanager_backends

from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError
from ..kms.keys import find_key
from .rotation import Rotation, settle
from .versions import Versions

DEFAULT_KEY = "alias/aws/secretsmanager"
TYPES = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}
_CLIENT_WORDS = re.compile(r"An error occurred \(\w+\) when calling the \w+ operation: ")


def invalid(message: str) -> AwsError:
    """Return AWS's error for an invalid parameter."""
    return AwsError("InvalidParameterException", message)


class SecretsResponse(Rotation, Versions):
    """The handler of Secrets Manager."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        """Answer with AWS's HTTP status, and without the words with which a client begins the text of an error."""
        status, headers, body = super().call_action()
        if status >= 400:
            body = re.sub(r"\s+", " ", _CLIENT_WORDS.sub("", body))
        return 400 if status == 404 else status, headers, body

    @property
    def backend(self) -> SecretsManagerBackend:
        """Return the secrets of the region, without those whose recovery window is over."""
        found = secretsmanager_backends[self.current_account][self.region]
        for name, secret in list(dict.items(found.secrets)):
            if isinstance(secret, FakeSecret) and secret.deleted_date and secret.deleted_date < CLOCK.now():
                dict.pop(found.secrets, name)
            elif isinstance(secret, FakeSecret):
                settle(secret)
        return found

    def create_secret(self) -> str:
        name = self._get_param("Name")
        if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]{1,512}", name):
            text = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
            raise AwsError("ValidationException", f"{text}-/_+=.@!")
        self._require_tags()
        self._require_one_value()
        existing = self.backend.secrets.get(name)
        if isinstance(existing, ReplicaSecret):
            raise AwsError("ResourceExistsException", f"The operation failed because the secret {name} already exists.")
        if existing is not None and existing.is_deleted():
            text = "You can't create this secret because a secret with this name is already scheduled for deletion."
            raise AwsError("InvalidRequestException", text)
        self._require_key(self.region, self._get_param("KmsKeyId"))
        wanted = self._replicas()
        answer = json.loads(super().create_secret())
        answer = self._with_replicas(self._primary(answer["ARN"]), answer, wanted)
        return json.dumps({name: value for name, value in answer.items() if value != []})

    def update_secret(self) -> str:
        secret = self._changeable_secret()
        self._require_one_value()
        self._require_key(self.region, self._get_param("KmsKeyId"))
        answer = json.loads(super().update_secret())
        if self._get_param("Description") == "":
            secret.description = ""
        return json.dumps({name: value for name, value in answer.items() if name != "ReplicationStatus"})

    def put_secret_value(self) -> str:
        self._changeable_secret()
        self._require_one_value()
        answer = json.loads(super().put_secret_value())
        return json.dumps({name: value for name, value in answer.items() if name != "ReplicationStatus"})

    def describe_secret(self) -> str:
        return json.dumps(_shown(self.backend.describe_secret(self._get_param("SecretId"))))

    def list_secrets(self) -> str:
        if not (self._get_param("NextToken") or "0").isdecimal():
            raise AwsError("InvalidNextTokenException", "The NextToken value is invalid.")
        answer, known = json.loads(super().list_secrets()), self.backend.secrets
        answer["SecretList"] = [_shown(known[found["ARN"]]) for found in answer["SecretList"]]
        for found in answer["SecretList"]:
            found.pop("ReplicationStatus", None)
        return json.dumps(answer)

    def replicate_secret_to_regions(self) -> str:
        secret, wanted = self._primary(), self._replicas()
        for region in wanted:
            if region in [replica.region for replica in secret.replicas]:
                raise invalid(f"Secret {secret.arn} is already replicated to {region}.")
        answer = json.loads(super().replicate_secret_to_regions())
        return json.dumps(self._with_replicas(secret, answer, wanted))

    def remove_regions_from_replication(self) -> str:
        """Delete replicas at once."""
        secret = self._primary()
        for region in self._get_param("RemoveReplicaRegions") or []:
            if region not in [replica.region for replica in secret.replicas]:
                raise invalid(f"Secret {secret.arn} has no replica in {region}.")
        answer = json.loads(super().remove_regions_from_replication())
        return json.dumps(self._with_replicas(secret, answer, {}))

    def delete_secret(self) -> str:
        secret = self.backend.secrets.get(self._get_param("SecretId"))
        _require_unmanaged(secret)
        answer = json.loads(super().delete_secret())
        days = 0 if self._get_param("ForceDeleteWithoutRecovery") else self._get_param("RecoveryWindowInDays") or 30
        answer["DeletionDate"] = CLOCK.now() + days * DAY
        if isinstance(secret, FakeSecret):
            secret.delete(answer["DeletionDate"])
        return json.dumps(answer)

    def tag_resource(self) -> str:
        self._primary()
        self._require_tags()
        return str(super().tag_resource())

    def untag_resource(self) -> str:
        self._primary()
        return str(super().untag_resource())

    def put_resource_policy(self) -> str:
        """Attach a policy to a secret, or replace it. Refuse a public policy if the caller asks for that."""
        self._primary()
        statements = _statements(str(self._get_param("ResourcePolicy")))
        if self._get_param("BlockPublicPolicy") and any(_is_public(statement) for statement in statements):
            raise AwsError("PublicPolicyException", "This resource policy grants a broad access to the secret.")
        return str(super().put_resource_policy())

    def get_resource_policy(self) -> str:
        """Return the policy of a secret, if it has one. A replica has the policy of its primary."""
        found = self._readable(self._get_param("SecretId"))
        source = found.source if isinstance(found, ReplicaSecret) else found
        shown = {"ARN": found.arn, "Name": found.name, "ResourcePolicy": source.policy}
        return json.dumps({name: value for name, value in shown.items() if value is not None})

    def delete_resource_policy(self) -> str:
        """Delete the policy of a secret; a secret without one is not an error."""
        self._primary()
        return str(super().delete_resource_policy())

    def get_random_password(self) -> str:
        """Return a password, by default with at least one character of each type."""
        length, excluded = self._get_param("PasswordLength") or 32, self._get_param("ExcludeCharacters") or ""
        included = [letters for option, letters in TYPES.items() if not self._get_param(option)]
        types = [[letter for letter in letters if letter not in excluded] for letters in included]
        space = [" "] if self._get_param("IncludeSpace") else []
        each = self._get_param("RequireEachIncludedType") is not False
        if not any(types) or (each and not all(types)):
            raise invalid("The password can't be made: the excluded characters leave a required type without any.")
        if each and length < len(types):
            raise invalid("Password length is too short based on the required types.")
        letters = [secrets.choice(letters) for letters in types if each]
        letters += [secrets.choice(sum(types, space)) for _ in range(length - len(letters))]
        secrets.SystemRandom().shuffle(letters)
        return json.dumps({"RandomPassword": "".join(letters)})

    def _changeable_secret(self) -> FakeSecret:
        """Return the secret to change, and refuse one that another service manages."""
        secret = self._primary()
        _require_unmanaged(secret)
        return secret

    def _readable(self, secret_id: str) -> FakeSecret | ReplicaSecret:
        """Return the secret to read, and refuse one that is marked for deletion."""
        found = self.backend.describe_secret(secret_id)
        if (found.source if isinstance(found, ReplicaSecret) else found).is_deleted():
            raise _marked_for_deletion()
        return found

    def _primary(self, secret_id: str | None = None) -> FakeSecret:
        """Return the secret to change, and refuse a replica or a secret marked for deletion."""
        secret = self.backend.describe_secret(secret_id or self._get_param("SecretId"))
        if isinstance(secret, ReplicaSecret):
            raise invalid("Operation not permitted on a replica secret. Call must be made in primary secret's region.")
        if secret.is_deleted():
            raise _marked_for_deletion()
        return secret

    def _require_key(self, region: str, key: str | None) -> None:
        if key and find_key(self.current_account, region, key) is None:
            text = "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the "
            raise AwsError("EncryptionFailure", f"{text}KMS key is available, enabled, and not in an invalid state.")

    def _require_one_value(self) -> None:
        if self._get_param("SecretString") and self._get_param("SecretBinary"):
            raise invalid("You can't specify both a binary secret value and a string secret value in the same secret.")

    def _require_tags(self) -> None:
        for tag in self._get_param("Tags") or []:
            if not tag.get("Key") or tag["Key"].lower().startswith("aws:"):
                raise invalid(f"Tag keys are needed, and those that start with 'aws:' are reserved: {tag.get('Key')}")

    def _replicas(self) -> dict[str, str | None]:
        """Return the regions that the request adds, with the key in each."""
        given = self._get_param("AddReplicaRegions") or []
        wanted = {str(replica.get("Region")): replica.get("KmsKeyId") for replica in given}
        if len(wanted) < len(given):
            raise invalid("A replica region is given twice.")
        for region, key in wanted.items():
            if region == self.region or region not in secretsmanager_backends[self.current_account].regions:
                raise invalid(f"Invalid replica region: {region}")
            self._require_key(region, key)
        return wanted

    def _with_replicas(
        self, secret: FakeSecret, answer: dict[str, Any], wanted: dict[str, str | None]
    ) -> dict[str, Any]:
        """Return the answer with the status of all replicas, and start those in ``wanted``."""
        for replica in secret.replicas:
            if replica.region in wanted:
                replica.config["KmsKeyId"] = wanted[replica.region] or DEFAULT_KEY
                if replica.has_replica:
                    replica.timeline = Timeline(("InProgress", 10), ("InSync", 0))
        answer.update({"ARN": secret.arn, "ReplicationStatus": _statuses(secret, first=set(wanted))})
        return answer


def _marked_for_deletion() -> AwsError:
    text = "You can't perform this operation on the secret because it was marked for deletion."
    return AwsError("InvalidRequestException", text)


def _require_unmanaged(secret: FakeSecret | ReplicaSecret | None) -> None:
    if secret is not None and secret.owning_service:
        text = f"You can't change or delete a secret that is managed by another service: {secret.owning_service}."
        raise AwsError("InvalidRequestException", text)


def _statements(text: str) -> list[dict[str, Any]]:
    """Return the statements of a policy. Refuse a malformed one."""
    try:
        statements = json.loads(text)["Statement"]
        statements = statements if isinstance(statements, list) else [statements]
        if not all({"Effect", "Principal", "Action"} <= set(statement) for statement in statements):
            raise ValueError(text)
    except (ValueError, KeyError, TypeError):
        raise AwsError("MalformedPolicyDocumentException", "This resource policy contains a syntax error.") from None
    return statements


def _is_public(statement: dict[str, Any]) -> bool:
    public = statement["Principal"] in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return statement["Effect"] == "Allow" and public and not statement.get("Condition")


def _shown(secret: FakeSecret | ReplicaSecret) -> dict[str, Any]:
    """Return a secret as DescribeSecret and ListSecrets show it. A replica has its own key."""
    replica = isinstance(secret, ReplicaSecret)
    source, key = (secret.source, secret.config["KmsKeyId"]) if replica else (secret, secret.kms_key_id)
    labels = {number: v["version_stages"] for number, v in secret.versions.items() if v["version_stages"]}
    shown = {
        **secret.to_dict(),
        "KmsKeyId": None if key == DEFAULT_KEY and not replica else key,
        "VersionIdsToStages": labels,
        "SecretVersionsToStages": labels,
        "LastAccessedDate": getattr(secret, "accessed", None),
    }
    if hasattr(source, "rotation_rules"):
        shown["RotationRules"] = source.rotation_rules
    if source.replicas:
        shown.update({"PrimaryRegion": source.region, "ReplicationStatus": _statuses(source)})
    return {name: value for name, value in shown.items() if value not in (None, "", {})}


def _statuses(secret: FakeSecret, first: set[str] | None = None) -> list[dict[str, Any]]:
    """Return ``ReplicationStatus``, with the first status for the regions in ``first``."""
    shown = []
    for replica in secret.replicas:
        status = dict(replica.config)
        if hasattr(replica, "accessed"):
            status["LastAccessedDate"] = replica.accessed
        timeline = getattr(replica, "timeline", None)
        if timeline:
            status["Status"] = timeline.first if replica.region in (first or ()) else timeline.state
            if status["Status"] == "InProgress":
                status.pop("StatusMessage")
        shown.append(status)
    return shown
