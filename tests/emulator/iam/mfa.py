"""Virtual MFA devices: their seeds, and the codes of a moment (RFC 6238: SHA-1, six digits, 30 seconds)."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend, User

from ..access.refusals import NotAuthorized
from ..clock import CLOCK
from ..core import AwsError
from .user_responses import UserOperations

STEP = 30  # seconds
ALLOWED = 2  # steps by which the clock of a device may differ


def code(seed: str, step: int) -> str:
    """Return the code of a seed in base32 for a step of time."""
    digest = hmac.digest(base64.b32decode(seed), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def _step_of(seed: str, given: str) -> int | None:
    """Return the step of time of a code, if it is near the present moment."""
    now = int(CLOCK.now()) // STEP
    return next((step for step in range(now - ALLOWED, now + ALLOWED + 1) if code(seed, step) == given), None)


def require_code(backend: IAMBackend, user: User | None, serial: str, given: str) -> None:
    """Refuse a code that is wrong or was used before, and a device that the user does not have."""
    device: Any = backend.virtual_mfa_devices.get(serial)
    if device is None or user is None or serial not in user.mfa_devices:
        text = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number"
        raise NotAuthorized("AccessDenied", f"{text} is valid and associated with this user.", 403)
    step = _step_of(device.base32_string_seed, given)
    if step is None or step <= getattr(device, "used", 0):
        text = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        raise NotAuthorized("AccessDenied", text, 403)
    device.used = step


class MfaOperations(UserOperations):
    """Virtual MFA devices of users."""

    def create_virtual_mfa_device(self) -> ActionResult:
        """Create a device, and return its seed once."""
        device = self.backend.create_virtual_mfa_device(
            self._get_param("VirtualMFADeviceName"), self._get_param("Path")
        )
        seed = {"SerialNumber": device.serial_number, "Base32StringSeed": device.base32_string_seed.encode()}
        return ActionResult({"VirtualMFADevice": {**seed, "QRCodePNG": device.qr_code_png}})

    def enable_mfa_device(self) -> ActionResult:
        """Give a device to a user who knows two codes that follow each other."""
        device: Any = self.backend.virtual_mfa_devices.get(self._get_param("SerialNumber"))
        if device is None:
            text = f"VirtualMFADevice with serial number {self._get_param('SerialNumber')} doesn't exist."
            raise AwsError("NoSuchEntity", text)
        codes = [self._get_param(f"AuthenticationCode{number}") for number in (1, 2)]
        first, second = (_step_of(device.base32_string_seed, each) for each in codes)
        if first is None or second != first + 1:
            raise AwsError("InvalidAuthenticationCode", "Authentication code for device is not valid.")
        device.used = second
        super().enable_mfa_device()
        return EmptyResult()

    def list_mfa_devices(self) -> ActionResult:
        """List the devices of a user. The owner of the account has none here."""
        if not self._get_param("UserName"):
            return self._page("MFADevices", [])
        user = self._user()
        found = [self.backend.virtual_mfa_devices[serial] for serial in user.mfa_devices]
        shown = [{"UserName": user.name, "SerialNumber": d.serial_number, "EnableDate": d.enable_date} for d in found]
        return self._page("MFADevices", shown)

    def delete_virtual_mfa_device(self) -> ActionResult:
        """Delete a device that no user has."""
        device: Any = self.backend.virtual_mfa_devices.get(self._get_param("SerialNumber"))
        if device is not None and device.user is not None:
            raise AwsError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
        answer: ActionResult = super().delete_virtual_mfa_device()
        return answer
