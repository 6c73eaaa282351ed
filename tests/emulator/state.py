"""Reset, save and load: the whole state of the local AWS, as one pickle."""

from __future__ import annotations

import copyreg
import pickle
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from . import services
from .calls import CALLS
from .clock import CLOCK
from .core import OWN_BACKENDS
from .saved import SAVED


def _load_rsa(der: bytes) -> Any:
    return serialization.load_der_private_key(der, password=None)


def _dump_rsa(key: Any) -> tuple[Any, tuple[bytes]]:
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _load_rsa, (der,)


copyreg.pickle(type(rsa.generate_private_key(65537, 1024)), _dump_rsa)  # moto's KMS keys hold one each


def backend_dict(name: str) -> BackendDict[Any]:
    """Return the backends of a name, moto's or our own."""
    return OWN_BACKENDS[name] if name in OWN_BACKENDS else get_backend(name)


def name_of(backends: BackendDict[Any]) -> str:
    """Return the name by which :func:`backend_dict` finds the backends."""
    own_names = [name for name, candidate in OWN_BACKENDS.items() if candidate is backends]
    return own_names[0] if own_names else backends.service_name


def reset() -> None:
    """Drop all resources and calls, and reset the clock. moto's own reset takes seconds to rebuild every backend."""
    for known in list(BackendDict._instances):
        known.clear()
    BackendDict._instances.clear()
    CALLS.clear()
    CLOCK.reset()


def backends(skip: str = "") -> list[tuple[str, str, str, Any]]:
    """Return all backends as (name, account, region, backend)."""
    return [
        (name_of(known), account, region, backend)
        for known in BackendDict._instances
        if name_of(known) != skip
        for account, region, backend in known.iter_backends()
    ]


def save(name: str) -> None:
    """Save the clock and all backends under a name."""
    SAVED.write(name, pickle.dumps({"now": CLOCK.now(), "backends": backends()}))


def load(name: str) -> None:
    """Load the state that was saved under a name."""
    content = SAVED.read(name)
    services.register()
    saved = pickle.loads(content)
    reset()
    CLOCK.advance(saved["now"] - CLOCK.now())
    for service, account, region, backend in saved["backends"]:
        dict.__setitem__(backend_dict(service)[account], region, backend)
