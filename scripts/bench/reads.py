#!/usr/bin/env python3
"""Make the reads of a run without changes, listed in a file, with plain boto3, 32 threads and two waves.

``reads.py FILE shared`` shares one TLS context, as the collection does; ``reads.py FILE stock`` uses boto3's defaults.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore import httpsession, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

# Parameters of reads that need no id; all other reads belong to the second wave.
FIRST = {"TagFilters", "ServiceNamespace"}


def share_tls() -> None:
    """Share a TLS context between all clients, so that the CA bundle is loaded once."""
    made = httpsession.create_urllib3_context()
    made.load_verify_locations(os.environ["AWS_CA_BUNDLE"])

    class Once(type(made)):  # type: ignore[misc]
        def load_verify_locations(self, *args: Any, **kwargs: Any) -> None:
            pass

    made.__class__ = Once
    httpsession.create_urllib3_context = lambda *args, **kwargs: made


def main(file: str, tls: str) -> None:
    if tls == "shared":
        share_tls()
    reads = json.loads(Path(file).read_text())
    session = boto3.session.Session(botocore_session=botocore.session.get_session())
    config = Config(max_pool_connections=32)
    endpoints = sorted({(r["service"], r["region"]) for r in reads})
    clients = {(name, region): session.client(name, region_name=region, config=config) for name, region in endpoints}

    def ask(read: dict[str, Any]) -> None:
        with contextlib.suppress(ClientError):
            client = clients[read["service"], read["region"]]
            getattr(client, xform_name(read["operation"]))(**read["parameters"])

    with ThreadPoolExecutor(32) as threads:
        for first in (True, False):
            list(threads.map(ask, [r for r in reads if (set(r["parameters"]) <= FIRST) is first]))


if __name__ == "__main__":
    main(*sys.argv[1:3])
