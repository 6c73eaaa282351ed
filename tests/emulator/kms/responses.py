"""The operations of KMS where moto differs from AWS."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

from moto.kms.exceptions import AccessDeniedException, NotAuthorizedException
from moto.kms.models import Key, kms_backends
from moto.kms.responses import KmsResponse

from ..clock import CLOCK
from ..core import AwsError
from . import keys

DAY = 86400
ROTATION_DEFAULT = 365


class LocalKmsResponse(KmsResponse):
    """Answers for KMS."""

    def call_action(self) -> Any:
        """Forget the keys whose waiting period is over, then answer."""
        keys.purge(self.kms_backend)
        return super().call_action()

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "KeyUsage" and value is None and self._get_action() == "CreateKey":
            return "ENCRYPT_DECRYPT"
        return value

    def _validate_cmk_id(self, key_id: str) -> None:
        if key_id.startswith("alias/") or ":alias/" in key_id:
            raise AwsError("NotFoundException", f"Invalid keyId {key_id}")
        found = keys.lookup(self.kms_backend, key_id)
        if found is None:
            raise AwsError("NotFoundException", f"Key '{self._display_arn(key_id)}' does not exist")
        keys.check_state(found, self._get_action())

    def _validate_alias(self, key_id: str) -> None:
        name = self.kms_backend.get_alias_name(key_id)
        if name.startswith(keys.MANAGED):
            keys.managed_key(self.kms_backend, name)
        super()._validate_alias(key_id)
        found = keys.lookup(self.kms_backend, key_id)
        if found is not None and self._get_action() not in ("DeleteAlias", "UpdateAlias"):
            keys.check_state(found, self._get_action())

    def _key(self) -> Key:
        key_id = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        return self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]

    def create_key(self) -> str:
        """A key, with AWS's checks of its policy and tags, created at the virtual moment."""
        _check_policy(self._get_param("Policy"))
        _check_tags(self._get_param("Tags") or [])
        answer = json.loads(super().create_key())
        key = self.kms_backend.keys[answer["KeyMetadata"]["KeyId"]]
        key.creation_date = CLOCK.now()
        if key.multi_region:
            keys.rename(self.kms_backend, key)
        return json.dumps(key.to_dict())

    def decrypt(self) -> str:
        """Decrypt with the key that is named in the ciphertext."""
        name = self._get_param("CiphertextBlob")[: keys.ID_LENGTH].decode("utf-8", "replace")
        found = self.kms_backend.keys.get(name)
        if found is not None:
            keys.check_state(found, self._get_action())
        return str(super().decrypt())

    def enable_key(self) -> str:
        """Enable a key, by its id or ARN."""
        key = self._key()
        key.enabled, key.key_state = True, "Enabled"
        return "{}"

    def disable_key(self) -> str:
        """Disable a key, by its id or ARN."""
        key = self._key()
        key.enabled, key.key_state = False, "Disabled"
        return "{}"

    def schedule_key_deletion(self) -> str:
        """Start the waiting period of 7 to 30 virtual days after which the key is gone."""
        days = self._get_param("PendingWindowInDays")
        days = 30 if days is None else days
        key = self._key()
        if not 7 <= days <= 30:
            raise _out_of_range("pendingWindowInDays", days, 7, 30)
        if key.key_manager == "AWS":
            raise AccessDeniedException(f"{key.arn} is managed by AWS and cannot be deleted.")
        date = CLOCK.datetime() + timedelta(days=days)
        key.enabled, key.key_state, key.deletion_date = False, "PendingDeletion", date.replace(tzinfo=None)
        answer = {"KeyId": key.arn, "KeyState": key.key_state, "DeletionDate": date.timestamp()}
        return json.dumps({**answer, "PendingWindowInDays": days})

    def cancel_key_deletion(self) -> str:
        """Keep the key after all; it is disabled then."""
        key = self._key()
        key.enabled, key.key_state, key.deletion_date = False, "Disabled", None
        return json.dumps({"KeyId": key.arn})

    def enable_key_rotation(self) -> str:
        """Rotate every ``RotationPeriodInDays`` (90 to 2560, at first 365)."""
        key, days = self._key(), self._get_param("RotationPeriodInDays")
        if days is not None and not 90 <= days <= 2560:
            raise _out_of_range("rotationPeriodInDays", days, 90, 2560)
        if key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS":
            raise AwsError("UnsupportedOperationException", f"{key.arn} does not support automatic rotation.")
        key.rotation_period = days or getattr(key, "rotation_period", ROTATION_DEFAULT)
        key.rotation_start = CLOCK.now()
        key.key_rotation_status = True
        return "{}"

    def get_key_rotation_status(self) -> str:
        """Whether, how often and when next the key rotates."""
        key = self._key()
        pending = key.key_state == "PendingDeletion"
        answer: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status and not pending}
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = key.rotation_period
            answer["NextRotationDate"] = key.rotation_start + key.rotation_period * DAY
        return json.dumps(answer)

    def tag_resource(self) -> str:
        """Add tags to a key; at most 50."""
        key, tags = self._key(), self._get_param("Tags") or []
        _check_tags(tags)
        known = self.kms_backend.tagger.get_tag_dict_for_resource(key.id)
        if len(set(known) | {tag["TagKey"] for tag in tags}) > 50:
            raise AwsError("LimitExceededException", "A KMS key can have at most 50 tags.")
        return str(super().tag_resource())

    def put_key_policy(self) -> str:
        """Replace the key's policy."""
        _check_policy(self._get_param("Policy"))
        if self._get_param("PolicyName") is None:
            self._key()
            self.kms_backend.put_key_policy(self._get_param("KeyId"), self._get_param("Policy"))
            return "{}"
        return str(super().put_key_policy())

    def get_key_policy(self) -> str:
        """The key's policy; its name may be left out."""
        return json.dumps({"Policy": self._key().policy, "PolicyName": "default"})

    def _set_alias(self, update: bool = False) -> str:
        name = self._get_param("AliasName")
        if name.startswith(keys.MANAGED):
            raise NotAuthorizedException
        if name == "alias/":
            raise AwsError("ValidationException", "Invalid identifier")
        return str(super()._set_alias(update))

    def delete_alias(self) -> str:
        """Delete an alias that is not AWS's."""
        if self._get_param("AliasName").startswith(keys.MANAGED):
            raise NotAuthorizedException
        return str(super().delete_alias())

    def create_grant(self) -> str:
        """Grant the use of a key."""
        self._key()
        return str(super().create_grant())

    def replicate_key(self) -> str:
        """A replica of a multi-Region key, with a description, policy and tags of its own."""
        key, region = self._key(), self._get_param("ReplicaRegion")
        _check_policy(self._get_param("Policy"))
        _check_tags(self._get_param("Tags") or [])
        if not key.multi_region or key.arn != key.multi_region_configuration["PrimaryKey"]["Arn"]:
            raise AwsError("UnsupportedOperationException", f"{key.arn} is not a multi-Region primary key.")
        other = kms_backends[self.current_account][region]
        keys.purge(other)
        if region == self.region or key.id in other.keys:
            raise AwsError("AlreadyExistsException", f"{key.id} already exists in {region}.")
        replica = _replica(key, region)
        replica.policy = self._get_param("Policy") or replica.generate_default_policy()
        replica.description = self._get_param("Description") or ""
        other.keys[replica.id] = replica
        other.tagger.tag_resource(replica.id, self._get_param("Tags") or [])
        tags = other.tagger.list_tags_for_resource(replica.id)["Tags"]
        metadata = replica.to_dict()["KeyMetadata"]
        return json.dumps({"ReplicaKeyMetadata": metadata, "ReplicaPolicy": replica.policy, "ReplicaTags": tags})


def _replica(key: Key, region: str) -> Key:
    replica = copy.copy(key)  # the key material is shared
    replica.region, replica.arn = region, key.arn.replace(f":{key.region}:", f":{region}:")
    replica.creation_date, replica.aliases, replica.grants = CLOCK.now(), {}, {}
    replica.enabled, replica.key_state = True, "Enabled"
    members = key.multi_region_configuration["ReplicaKeys"]
    members.append({"Arn": replica.arn, "Region": region})
    replica.multi_region_configuration = {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": key.multi_region_configuration["PrimaryKey"],
        "ReplicaKeys": members,
    }
    return replica


def _out_of_range(name: str, value: int, low: int, high: int) -> AwsError:
    bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
    return AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )


def _check_policy(policy: str | None) -> None:
    if policy is None:
        return
    try:
        valid = isinstance(json.loads(policy), dict)
    except ValueError:
        valid = False
    if not valid:
        raise AwsError("MalformedPolicyDocumentException", "The new key policy is not valid JSON.")


def _check_tags(tags: list[dict[str, str]]) -> None:
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tag keys that begin with aws: are reserved")
