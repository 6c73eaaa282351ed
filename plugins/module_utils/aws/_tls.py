# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One TLS context for all connections that trust the same bundle of CAs.

botocore makes a context for each client and urllib3 loads the bundle for each connection: 22 ms of CPU each, more than
the rest of a request. Every task inherits a context that was made before Ansible forks.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

try:
    from botocore import httpsession
except ImportError:  # AnsibleAWSModule reports it, with what to install
    httpsession = None
_HOOK = "create_urllib3_context"  # a function of botocore.httpsession; with a version that lacks it, nothing is shared


class _Once(ssl.SSLContext):
    """A context that loads its bundle once."""

    def load_verify_locations(self, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        wanted = (cafile, capath, cadata)
        if getattr(self, "_loaded", None) != wanted:
            super().load_verify_locations(cafile, capath, cadata)
            self._loaded = wanted


@cache
def context(bundle: str) -> ssl.SSLContext:
    """Return botocore's context that trusts one bundle of CAs and nothing else."""
    made: ssl.SSLContext = getattr(httpsession, _HOOK)()
    made.__class__ = _Once
    made.load_verify_locations(bundle)
    return made


@contextlib.contextmanager
def shared(verify: Any) -> Iterator[None]:
    """Let the clients that are made in this block share the context of their bundle.

    ``verify`` is botocore's: True for its own bundle, or the path of another one. Without verification, nothing is
    shared.
    """
    original = getattr(httpsession, _HOOK, None)
    if original is None or not verify:
        yield
        return
    made = context(httpsession.get_cert_path(verify))
    setattr(httpsession, _HOOK, lambda *args, **kwargs: made)
    try:
        yield
    finally:
        setattr(httpsession, _HOOK, original)
