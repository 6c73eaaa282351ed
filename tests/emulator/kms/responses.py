"""The operations of KMS where moto differs from AWS."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

from moto.kms.exceptions import AlreadyExistsException, NotAuthorizedException
from moto.kms.models import Key, kms_backends
from moto.kms.responses import KmsResponse

from ..clock import CLOCK, Timeline
from ..core import AwsError
from . import keys
from .policies import check_policy

ID_LENGTH = 36  # a ciphertext begins with the id of its key


class LocalKmsResponse(KmsResponse):
    """Answers for KMS."""

    def call_action(self) -> Any:
        """Let time have passed, then answer."""
        keys.settle(self.current_account)
        return super().call_action()

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "KeyUsage" and value is None:
            return "ENCRYPT_DECRYPT"
        if param_name == "KeyId" and value and ":key/" in value:  # some of moto's operations know no ARNs
            found = keys.lookup(self.kms_backend, value)
            return found.id if found else value
        return value

    def _validate_cmk_id(self, key_id: str) -> None:
        if key_id.startswith("alias/") or ":alias/" in key_id:
            raise AwsError("NotFoundException", f"Invalid keyId {key_id}")
        found = keys.lookup(self.kms_backend, key_id)
        if found is None:
            raise AwsError("NotFoundException", f"Key '{self._display_arn(key_id)}' does not exist")
        keys.check_state(found, self._get_action())

    def _validate_alias(self, key_id: str) -> None:
        found = keys.lookup(self.kms_backend, key_id)
        super()._validate_alias(key_id)
        if found is not None and self._get_action() not in ("DeleteAlias", "UpdateAlias"):
            keys.check_state(found, self._get_action())

    def _key(self) -> Key:
        key_id = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        return self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]

    def _policy(self) -> str | None:
        """The policy that is given, checked."""
        policy: str | None = self._get_param("Policy")
        check_policy(policy, self.current_account)
        return policy

    def _page(self, name: str, items: list[Any], size: int) -> str:
        """One page of a list by ``Limit`` and ``Marker``."""
        marker = self._get_param("Marker") or "0"
        if not marker.isdigit():
            raise AwsError("InvalidMarkerException", f"The marker {marker} is invalid.")
        end = int(marker) + (self._get_param("Limit") or size)
        more = {"NextMarker": str(end)} if end < len(items) else {}
        return json.dumps({name: items[int(marker) : end], "Truncated": bool(more), **more})

    def create_key(self) -> str:
        """A key, with AWS's checks of its policy and tags, created at the virtual moment."""
        self._policy()
        _check_tags(self._get_param("Tags") or [])
        answer = json.loads(super().create_key())
        key = self.kms_backend.keys[answer["KeyMetadata"]["KeyId"]]
        key.creation_date = CLOCK.now()
        key.rotation = {"on": False, "days": 365, "start": 0.0}
        if key.multi_region:
            keys.make_primary(self.kms_backend, key)
        return json.dumps(key.to_dict())

    def list_keys(self) -> str:
        """The keys of the Region, those of AWS too, in pages."""
        return self._page("Keys", [{"KeyArn": key.arn, "KeyId": key.id} for key in self.kms_backend.list_keys()], 100)

    def list_resource_tags(self) -> str:
        """The key's tags, in pages."""
        return self._page("Tags", json.loads(super().list_resource_tags())["Tags"], 50)

    def list_grants(self) -> str:
        """The grants of a key: there is none."""
        self._key()
        return self._page("Grants", [], 50)

    def list_key_policies(self) -> str:
        """The names of a key's policies: there is one."""
        self._key()
        return self._page("PolicyNames", ["default"], 100)

    def list_aliases(self) -> str:
        """Aliases in pages. Those that AWS keeps for keys that it has not made yet have no target."""
        if self._get_param("KeyId"):
            self._key()
        aliases = json.loads(super().list_aliases())["Aliases"]
        for alias in aliases:
            if alias["TargetKeyId"] not in self.kms_backend.keys:
                del alias["TargetKeyId"]
        return self._page("Aliases", aliases, 50)

    def decrypt(self) -> str:
        """Decrypt with the key that is named in the ciphertext; refuse it where the caller names another."""
        blob, said = self._get_param("CiphertextBlob"), self._get_param("KeyId")
        if not blob:
            raise AwsError("ValidationException", "The request must contain a CiphertextBlob.")
        found = self.kms_backend.keys.get(blob[:ID_LENGTH].decode("utf-8", "replace"))
        if said:
            self._validate_key_id(said)
        if found is not None:
            keys.check_state(found, "Decrypt")
            if said and keys.lookup(self.kms_backend, said) is not found:
                text = "The key ID in the request does not identify a CMK that can perform this operation."
                raise AwsError("IncorrectKeyException", text)
        return str(super().decrypt())

    def schedule_key_deletion(self) -> str:
        """Start the waiting period after which the key is gone; that of a primary begins after its last replica."""
        key, days = self._key(), self._get_param("PendingWindowInDays", 30)
        if not 7 <= days <= 30:
            raise AwsError("ValidationException", f"The waiting period has 7 to 30 days, not {days}.")
        if not keys.is_replica(key) and len(keys.family(key)) > 1:
            key.enabled, key.key_state, key.window = False, "PendingReplicaDeletion", days
            return json.dumps({"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days})
        date = CLOCK.datetime() + timedelta(days=days)
        key.enabled, key.key_state, key.deletion_date = False, "PendingDeletion", date.replace(tzinfo=None)
        answer = {"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days}
        return json.dumps({**answer, "DeletionDate": date.timestamp()})

    def cancel_key_deletion(self) -> str:
        """Keep the key after all; it is disabled then."""
        key = self._key()
        key.enabled, key.key_state, key.deletion_date = False, "Disabled", None
        return json.dumps({"KeyId": key.arn})

    def _rotation(self) -> dict[str, Any]:
        """The rotation that is to change. That of a multi-Region key is its primary's."""
        key = self._key()
        if keys.is_replica(key):
            raise AwsError("UnsupportedOperationException", f"The rotation of {key.arn} is that of its primary.")
        rotation: dict[str, Any] = key.rotation
        return rotation

    def enable_key_rotation(self) -> str:
        """Rotate every ``RotationPeriodInDays`` (90 to 2560, at first 365)."""
        rotation = self._rotation()
        rotation.update(on=True, days=self._get_param("RotationPeriodInDays") or rotation["days"], start=CLOCK.now())
        return "{}"

    def disable_key_rotation(self) -> str:
        """Rotate no more by itself."""
        self._rotation()["on"] = False
        return "{}"

    def get_key_rotation_status(self) -> str:
        """Whether, how often and when next the key rotates."""
        key = self._key()
        answer = {"KeyId": key.arn, "KeyRotationEnabled": key.rotation["on"] and "Pending" not in key.key_state}
        if answer["KeyRotationEnabled"]:
            period, start = key.rotation["days"] * keys.DAY, key.rotation["start"]
            answer["RotationPeriodInDays"] = key.rotation["days"]
            answer["NextRotationDate"] = start + ((CLOCK.now() - start) // period + 1) * period
        return json.dumps(answer)

    def tag_resource(self) -> str:
        """Add tags to a key; at most 50."""
        known = self.kms_backend.tagger.get_tag_dict_for_resource(self._key().id)
        _check_tags(self._get_param("Tags") or [], known)
        return str(super().tag_resource())

    def _policed(self) -> Key:
        if self._get_param("PolicyName", "default") != "default":
            raise AwsError("NotFoundException", "No such policy exists")
        return self._key()

    def put_key_policy(self) -> str:
        """Replace the key's policy; its name may be left out."""
        key = self._policed()
        key.policy = self._policy()
        return "{}"

    def get_key_policy(self) -> str:
        """The key's policy; its name may be left out."""
        key = self._policed()
        return json.dumps({"Policy": key.policy, "PolicyName": "default"})

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

    def replicate_key(self) -> str:
        """A replica of a multi-Region key, with a description, policy and tags of its own."""
        key, region, policy = self._key(), self._get_param("ReplicaRegion"), self._policy()
        if not key.multi_region or keys.is_replica(key):
            raise AwsError("UnsupportedOperationException", f"{key.arn} is not a multi-Region primary key.")
        _check_tags(self._get_param("Tags") or [])
        if region not in kms_backends[self.current_account].regions:
            raise AwsError("ValidationException", f"There is no Region {region}.")
        other = kms_backends[self.current_account][region]
        if key.id in other.keys:
            raise AlreadyExistsException(f"{key.id} already exists in {region}.")
        other.keys[key.id] = replica = _replica(key, region)
        replica.policy = policy or replica.generate_default_policy()
        replica.description = self._get_param("Description") or ""
        keys.relate(keys.family(key))
        other.tagger.tag_resource(replica.id, self._get_param("Tags") or [])
        tags = other.tagger.list_tags_for_resource(replica.id)["Tags"]
        metadata = replica.to_dict()["KeyMetadata"]
        return json.dumps({"ReplicaKeyMetadata": metadata, "ReplicaPolicy": replica.policy, "ReplicaTags": tags})


def _replica(key: Key, region: str) -> Key:
    replica = copy.copy(key)  # the key material and its rotation are shared
    replica.region, replica.arn = region, key.arn.replace(f":{key.region}:", f":{region}:")
    replica.creation_date, replica.aliases, replica.grants = CLOCK.now(), {}, {}
    replica.multi_region_configuration = {**key.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
    replica.enabled, replica.key_state = False, "Creating"
    replica.timeline = Timeline(("Creating", 30), ("Enabled", 0))
    return replica


def _check_tags(tags: list[dict[str, str]], known: dict[str, str] | None = None) -> None:
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tag keys that begin with aws: are reserved")
    if len({*names, *(known or {})}) > 50:
        raise AwsError("LimitExceededException", "A KMS key can have at most 50 tags.")
