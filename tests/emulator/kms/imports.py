"""Keys with imported material: the wrapping key, the import and the removal of the material."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from ..clock import CLOCK, DAY
from ..core import AwsError

SIZE = 32  # bytes of a symmetric key
EXTERNAL = "EXTERNAL"
EXPIRES = "KEY_MATERIAL_EXPIRES"
WRAPPING = ("RSAES_OAEP_SHA_256", "RSA_2048")


def unsupported(key: Key) -> AwsError:
    """Return AWS's error for an operation that the origin of a key's material does not allow."""
    text = f"{key.arn} origin is {key.origin} which is not valid for this operation."
    return AwsError("UnsupportedOperationException", text)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Imports(KmsResponse):
    """The operations on imported key material."""

    def _key(self) -> Key:
        raise NotImplementedError

    def _imported(self) -> Key:
        key = self._key()
        if key.origin != EXTERNAL:
            raise unsupported(key)
        return key

    def get_parameters_for_import(self) -> str:
        """Return a public key that wraps the material, and a token for one import."""
        key = self._imported()
        if (self._get_param("WrappingAlgorithm"), self._get_param("WrappingKeySpec")) != WRAPPING:
            raise AwsError("UnsupportedOperationException", f"The local AWS wraps with {' and '.join(WRAPPING)}.")
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        key.wrapping, key.import_token = private.private_bytes(*form), _text(secrets.token_bytes(64))
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        answer: dict[str, Any] = {"KeyId": key.arn, "ImportToken": key.import_token}
        return json.dumps({**answer, "PublicKey": _text(public), "ParametersValidTo": CLOCK.now() + DAY})

    def import_key_material(self) -> str:
        """Import the material, which is always the same for a key, and enable the key."""
        key = self._imported()
        if self._get_param("ExpirationModel", EXPIRES) == EXPIRES:
            raise AwsError("ValidationException", f"A validTo date must be set if the ExpirationModel is {EXPIRES}")
        if self._get_param("ImportToken") != getattr(key, "import_token", None):
            raise AwsError("InvalidImportTokenException", "The import token is invalid or associated with another key.")
        private: Any = serialization.load_der_private_key(key.wrapping, None)
        try:
            wrapped = base64.b64decode(self._get_param("EncryptedKeyMaterial"))
            oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
            material = private.decrypt(wrapped, oaep)
        except ValueError:
            raise AwsError("InvalidCiphertextException", "The encrypted key material cannot be decrypted.") from None
        if len(material) != SIZE:
            raise AwsError("IncorrectKeyMaterialException", f"The key material must have {SIZE} bytes.")
        if getattr(key, "material_imported", material) != material:
            text = "The key material in the request is not identical to the most recent key material of this key."
            raise AwsError("IncorrectKeyMaterialException", text)
        key.material_imported = material
        key.key_state, key.enabled = "Enabled", True
        return json.dumps({"KeyId": key.arn})

    def delete_imported_key_material(self) -> str:
        """Delete the material. The key cannot be used until the same material is imported again."""
        key = self._imported()
        key.key_state, key.enabled = "PendingImport", False
        return json.dumps({"KeyId": key.arn})
