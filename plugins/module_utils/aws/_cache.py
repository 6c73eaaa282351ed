# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cache of a run: AWS's answers to reads, so that a run that changes nothing sends each request once.

Every task is a process of its own, so answers are kept in files. A cached answer may only prove that nothing differs: a
task that finds a difference reads from AWS before it acts (see ``engine/_module.py``). A write voids the cache of its
service and of the services that the write changes as well.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Aws, Client, ClientError, is_read
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG

# The services that a write to another service changes.
_TOUCHED = {
    "application-autoscaling": ("dynamodb",),
    "dynamodb": ("application-autoscaling",),
    "kms": ("dynamodb", "rds", "logs", "secretsmanager"),
    "rds": ("secretsmanager", "logs"),
}
_REGIONAL = ("ec2", "kms", "logs")  # services whose writes change their own region only
_GLOBAL = ("iam", "sts")  # services that answer alike in every region
_LASTING = ("sts",)  # services whose answers no write changes: credentials belong to one account for ever
_GLOBAL_OPERATIONS = ("describe_global_clusters",)
_SECRET = ("get_secret_value", "get_random_password")  # answers that are never kept
_ALL_VOID = "all.void"  # a file beside the directories of the accounts


class CacheVoid(Exception):
    """The cache of a service is void: this run has written to the service."""


class Cache:
    """AWS's answers in a directory of this run. ``account`` is :meth:`._client.Connection.key`."""

    def __init__(self, directory: str, account: str) -> None:
        self._directory = _made(Path(directory)) / hashlib.sha256(account.encode()).hexdigest()[:16]
        self._directory.mkdir(mode=0o700, exist_ok=True)

    def answer(
        self, service: str, operation: str, region: str, params: Any, ask: Callable[[], Any]
    ) -> tuple[Any, bool]:
        """Return the answer to a read, and whether it came from the cache.

        Two tasks that need the same answer at the same time send one request.
        """
        if operation in _SECRET or not self.is_valid(service, region):
            return ask(), False
        scope = "" if service in _GLOBAL or operation in _GLOBAL_OPERATIONS else region
        request = json.dumps([operation, scope, params], sort_keys=True, default=str)
        file = self._file(f"{service}-{hashlib.sha256(request.encode()).hexdigest()[:32]}")
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if file.exists():
                return json.loads(file.read_text(encoding="utf-8")), True
            answer = ask()
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps(answer), encoding="utf-8")
            new.rename(file)
        return answer, False

    def is_valid(self, service: str, region: str) -> bool:
        """Return whether the answers of a service in a region are valid: this run has not written to the service."""
        if service in _LASTING:
            return True
        marks = (_mark(service, ""), _mark(service, region), _ALL_VOID)
        return not any((self._directory.parent / mark).exists() for mark in marks)

    def void(self, service: str, operation: str, region: str) -> None:
        """Void the answers of a service and of the services that the write changes, in every region that it reaches.

        They are void for all keys: two keys may belong to the same account.
        """
        scope = region if service in _REGIONAL and "ipam" not in operation else ""
        for name in (service, "resourcegroupstaggingapi", *_TOUCHED.get(service, ())):
            (self._directory.parent / _mark(name, scope)).touch()

    def _file(self, name: str) -> Path:
        return self._directory / name


def void_all(directory: str) -> None:
    """Void the cache of a run for all accounts: a task of another collection has changed something."""
    (_made(Path(directory)) / _ALL_VOID).touch()


def _made(directory: Path) -> Path:
    """Make the directory of a run, which nobody else may read."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


class CachedAws(Aws):
    """AWS with the run's cache: reads are answered from it where it is valid, and writes void it.

    With ``strict``, a read whose service is void raises :class:`CacheVoid` instead of asking AWS.
    """

    caches = True

    def __init__(
        self,
        clients: Callable[[str, str], Client],
        region: str,
        cache: Cache,
        *,
        strict: bool = False,
        before_write: Callable[[Aws], None] = lambda aws: None,
    ) -> None:
        super().__init__(clients, region, before_write=before_write)
        self._cache = cache
        self._strict = strict
        self.hits: list[str] = []  # the operations that were answered from the cache and may be out of date

    def tags(self, arn: str, wanted: Mapping[str, Any] | None, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Return the tags of a resource from one listing of everything that carries the wanted owner's tag."""
        owner = (wanted or {}).get(OWNER_TAG)
        if not owner:
            return ask()
        service, operation, key = "resourcegroupstaggingapi", "get_resources", "resource_tag_mapping_list"
        filters = [{"key": OWNER_TAG, "values": [str(owner)]}]
        try:
            listed = self.pages(service, operation, key, arn.split(":")[3], tag_filters=filters)
        except ClientError:  # credentials that may not list may still read the tags of one resource
            return ask()
        found = next((entry["tags"] for entry in listed if entry["resource_arn"] == arn), None)
        return ask() if found is None else found

    def _answer(
        self, service: str, operation: str, region: str, params: Mapping[str, Any], ask: Callable[[], Any]
    ) -> Any:
        if is_read(operation):
            return self._read(service, operation, region, params, ask)
        # Before the write: an answer that another task receives during the write must not be kept.
        self._cache.void(service, operation, region)
        return ask()

    def _read(
        self, service: str, operation: str, region: str, params: Mapping[str, Any], ask: Callable[[], Any]
    ) -> Any:
        if self._strict and not self._cache.is_valid(service, region):
            raise CacheVoid(service)
        answer, cached = self._cache.answer(service, operation, region, params, ask)
        if cached and service not in _LASTING:
            self.hits.append(operation)
        return answer


class FreshAws(CachedAws):
    """AWS for an apply: reads ask AWS every time, and writes void the run's cache. Lasting answers are shared."""

    def tags(self, arn: str, wanted: Mapping[str, Any] | None, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Return the tags that AWS answers now."""
        return ask()

    def _read(
        self, service: str, operation: str, region: str, params: Mapping[str, Any], ask: Callable[[], Any]
    ) -> Any:
        return super()._read(service, operation, region, params, ask) if service in _LASTING else ask()


def _mark(service: str, region: str) -> str:
    """Return the name of the file that marks a service as void; without a region, in every region."""
    return f"{service}@{region}.void"
