"""The operations of KMS in which moto differs from AWS."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from moto.kms.exceptions import AlreadyExistsException, NotAuthorizedException
from moto.kms.models import Alias, Key, kms_backends
from moto.kms.utils import RESERVED_ALIASES

from ..clock import CLOCK, DAY, Timeline
from ..core import AwsError, paged
from . import keys
from .grants import Grants
from .imports import EXTERNAL, unsupported
from .policies import check_access, check_policy

TAG = re.compile(r"[\w\s.:/=+@-]*")
ID_LENGTH = 36  # a ciphertext begins with the id of its key


class LocalKmsResponse(Grants):
    """The handler of KMS."""

    def call_action(self) -> Any:
        """Bring the states of the keys up to date, then answer."""
        keys.settle(self.current_account)
        return super().call_action()

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "KeyUsage" and value is None:
            return "ENCRYPT_DECRYPT"
        if param_name == "KeyId" and value and ":key/" in value:  # some of moto's operations do not accept ARNs
            found = keys.lookup(self.kms_backend, value)
            return found.id if found else value
        return value

    def _validate_cmk_id(self, key_id: str) -> None:
        if key_id.startswith("alias/") or ":alias/" in key_id:
            raise AwsError("NotFoundException", f"Invalid keyId '{key_id}'")
        self._validate_alias(key_id)

    def _validate_alias(self, key_id: str) -> None:
        found = keys.require(self.kms_backend, key_id, self._display_arn(key_id))
        check_access(found, self._get_action())
        if self._get_action() not in ("DeleteAlias", "UpdateAlias") or not key_id.startswith("alias/"):
            keys.check_state(found, self._get_action())

    def _key(self) -> Key:
        key_id = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        return self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]

    def _named(self) -> str:
        """Return the id or ARN of the key as the request names it."""
        return str(json.loads(self.body)["KeyId"])

    def _policy(self) -> str | None:
        """Check the given policy, and return it."""
        policy: str | None = self._get_param("Policy")
        check_policy(policy, self.current_account, self.partition)
        return policy

    def _page(self, name: str, items: list[Any], size: int) -> str:
        """Return a page of a list by ``Limit`` and ``Marker``."""
        refusal = AwsError("InvalidMarkerException", f"The marker {self._get_param('Marker')} is invalid.")
        page, marker = paged(items, json.loads(self.body or "{}"), size, ("Limit", "Marker"), refusal)
        return json.dumps({name: page, "Truncated": bool(marker), **({"NextMarker": marker} if marker else {})})

    def create_key(self) -> str:
        """Create a key, with AWS's checks of its policy and tags."""
        self._policy()
        _check_tags(self._get_param("Tags") or [])
        if self._get_param("Origin") not in (None, "AWS_KMS", EXTERNAL):
            text = "The local AWS has no custom key stores."
            raise AwsError("UnsupportedOperationException", text)
        answer = json.loads(super().create_key())
        key = self.kms_backend.keys[answer["KeyMetadata"]["KeyId"]]
        key.multi_region = bool(key.multi_region)
        key.rotation = {"on": False, "days": 365, "start": 0.0}
        if key.origin == EXTERNAL:
            key.key_state, key.enabled = "PendingImport", False
        if key.multi_region:
            keys.make_primary(self.kms_backend, key)
        return json.dumps({"KeyMetadata": keys.metadata(key)})

    def describe_key(self) -> str:
        """Describe a key by any of its names."""
        self._validate_key_id(self._get_param("KeyId"))
        key = keys.require(self.kms_backend, self._get_param("KeyId"), "")
        return json.dumps({"KeyMetadata": keys.metadata(key)})

    def list_keys(self) -> str:
        """List the keys of the Region, including AWS's managed keys, in pages."""
        return self._page("Keys", [{"KeyArn": key.arn, "KeyId": key.id} for key in self.kms_backend.list_keys()], 100)

    def list_resource_tags(self) -> str:
        """List the tags of a key in pages."""
        return self._page("Tags", json.loads(super().list_resource_tags())["Tags"], 50)

    def list_aliases(self) -> str:
        """List the aliases in pages. AWS's reserved aliases have no target until their key is created."""
        key_id = self._key().id if self._get_param("KeyId") else None
        found = list(self.kms_backend.list_aliases(key_id))
        shown = [_shown_alias(alias) for alias in found]
        if key_id is None:
            free = [name for name in RESERVED_ALIASES if name not in {alias.alias_name for alias in found}]
            shown += [{"AliasArn": self._display_arn(name), "AliasName": name} for name in free]
        return self._page("Aliases", shown, 50)

    def decrypt(self) -> str:
        """Decrypt with the key named in the ciphertext, and refuse if the caller names another key."""
        blob, key_id = self._get_param("CiphertextBlob"), self._get_param("KeyId")
        if not blob:
            raise AwsError("ValidationException", "The request must contain a CiphertextBlob.")
        found = self.kms_backend.keys.get(blob[:ID_LENGTH].decode("utf-8", "replace"))
        if key_id:
            self._validate_key_id(key_id)
        if found is not None:
            keys.check_state(found, "Decrypt")
            if key_id and keys.lookup(self.kms_backend, key_id) is not found:
                text = "The key ID in the request does not identify a CMK that can perform this operation."
                raise AwsError("IncorrectKeyException", text)
        return str(super().decrypt())

    def schedule_key_deletion(self) -> str:
        """Start the waiting period of a key's deletion. A primary first waits for the deletion of its last replica."""
        key, days = self._key(), self._get_param("PendingWindowInDays", 30)
        if not 7 <= days <= 30:
            raise AwsError("ValidationException", f"The waiting period has 7 to 30 days, not {days}.")
        if not keys.is_replica(key) and len(keys.family(key)) > 1:
            key.enabled, key.key_state, key.window, date = False, "PendingReplicaDeletion", days, {}
        else:
            date = {"DeletionDate": self.kms_backend.schedule_key_deletion(key.id, days)}
        return json.dumps({"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days, **date})

    def cancel_key_deletion(self) -> str:
        """Cancel the deletion of a key, which AWS then leaves disabled."""
        key = self._key()
        key.enabled, key.key_state, key.deletion_date = False, "Disabled", None
        if key.origin == EXTERNAL and not hasattr(key, "material_imported"):
            key.key_state = "PendingImport"
        return json.dumps({"KeyId": key.arn})

    def _rotation(self) -> dict[str, Any]:
        """Return the rotation to change, and refuse a replica, which rotates with its primary."""
        key = self._key()
        if key.origin == EXTERNAL:
            raise unsupported(key)
        if keys.is_replica(key):
            raise AwsError("UnsupportedOperationException", f"The rotation of {key.arn} is that of its primary.")
        rotation: dict[str, Any] = key.rotation
        return rotation

    def enable_key_rotation(self) -> str:
        """Turn on the rotation every ``RotationPeriodInDays`` (90 to 2560, initially 365)."""
        rotation = self._rotation()
        rotation.update(on=True, days=self._get_param("RotationPeriodInDays") or rotation["days"], start=CLOCK.now())
        return "{}"

    def disable_key_rotation(self) -> str:
        """Turn off the automatic rotation."""
        self._rotation()["on"] = False
        return "{}"

    def get_key_rotation_status(self) -> str:
        """Return whether the key rotates, its rotation period and the next date."""
        key = self._key()
        if key.origin == EXTERNAL:
            raise unsupported(key)
        answer = {"KeyId": self._named(), "KeyRotationEnabled": key.rotation["on"] and "Pending" not in key.key_state}
        if answer["KeyRotationEnabled"]:
            period, start = key.rotation["days"] * DAY, key.rotation["start"]
            answer["RotationPeriodInDays"] = key.rotation["days"]
            answer["NextRotationDate"] = start + ((CLOCK.now() - start) // period + 1) * period
        return json.dumps(answer)

    def tag_resource(self) -> str:
        """Add tags to a key, which has at most 50."""
        known = self.kms_backend.tagger.get_tag_dict_for_resource(self._key().id)
        _check_tags(self._get_param("Tags") or [], known)
        return str(super().tag_resource())

    def _key_of_policy(self) -> Key:
        if self._get_param("PolicyName", "default") != "default":
            raise AwsError("NotFoundException", "No such policy exists")
        return self._key()

    def put_key_policy(self) -> str:
        """Replace the policy of a key. The name of the policy is optional."""
        key = self._key_of_policy()
        key.policy = self._policy()
        return "{}"

    def get_key_policy(self) -> str:
        """Return the policy of a key. The name of the policy is optional."""
        key = self._key_of_policy()
        return json.dumps({"Policy": key.policy, "PolicyName": "default"})

    def _set_alias(self, update: bool = False) -> str:
        name = self._get_param("AliasName")
        if name.startswith(keys.MANAGED):
            raise NotAuthorizedException
        if not name.startswith("alias/") or name == "alias/":
            page = "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
            raise AwsError("ValidationException", f'Alias must start with the prefix "alias/". Please see {page}')
        answer = super()._set_alias(update)
        alias = keys.require(self.kms_backend, name, "").aliases[name]
        alias.updated = CLOCK.now()
        alias.created = alias.updated if not update else alias.created
        return str(answer)

    def delete_alias(self) -> str:
        """Delete an alias, and refuse AWS's reserved ones."""
        if self._get_param("AliasName").startswith(keys.MANAGED):
            raise NotAuthorizedException
        return str(super().delete_alias())

    def replicate_key(self) -> str:
        """Create a replica of a multi-Region key, with its own description, policy and tags."""
        key, region, policy = self._key(), self._get_param("ReplicaRegion"), self._policy()
        if not key.multi_region or keys.is_replica(key):
            raise AwsError("UnsupportedOperationException", f"{key.arn} is not a multi-region primary key.")
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
        return json.dumps(
            {"ReplicaKeyMetadata": keys.metadata(replica), "ReplicaPolicy": replica.policy, "ReplicaTags": tags}
        )


def _replica(key: Key, region: str) -> Key:
    replica = copy.copy(key)  # the key material and its rotation are shared
    replica.region, replica.arn = region, key.arn.replace(f":{key.region}:", f":{region}:")
    replica.creation_date, replica.aliases, replica.grants = CLOCK.now(), {}, {}
    replica.multi_region_configuration = {**key.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
    replica.enabled, replica.key_state = False, "Creating"
    replica.timeline = Timeline(("Creating", 30), ("Enabled", 0))
    return replica


def _shown_alias(alias: Alias) -> dict[str, Any]:
    shown = {"AliasArn": alias.alias_arn, "AliasName": alias.alias_name, "TargetKeyId": alias.target_key_id}
    dates = {"CreationDate": getattr(alias, "created", None), "LastUpdatedDate": getattr(alias, "updated", None)}
    return {**shown, **{name: date for name, date in dates.items() if date}}


def _check_tags(tags: list[dict[str, str]], known: dict[str, str] | None = None) -> None:
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tags beginning with aws: are reserved")
    if not all(TAG.fullmatch(text) for tag in tags for text in tag.values()):
        raise AwsError("TagException", "Invalid tag")
    if len({*names, *(known or {})}) > 50:
        raise AwsError("TagException", "Too many tags")
