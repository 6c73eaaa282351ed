# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible module around the loop. The only file that knows check mode, diff and exit_json."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ansible_collections.mtk.backend.plugins.module_utils.aws._cache import Cache, CachedAws, CacheVoid, FreshAws
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import (
    AnsibleAWSModule,
    Aws,
    BotoCoreError,
    ClientError,
    Connection,
)
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import error_code, explain
from ansible_collections.mtk.backend.plugins.module_utils.aws._locks import Locks
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import LOCK_VARIABLE, Run, run_of
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import CONSENTS, UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._account import check_account
from ansible_collections.mtk.backend.plugins.module_utils.engine._approval import Approved
from ansible_collections.mtk.backend.plugins.module_utils.engine._document import entry, refusal
from ansible_collections.mtk.backend.plugins.module_utils.engine._plan import Plan
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import Outcome, reconcile
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource
from ansible_collections.mtk.backend.plugins.module_utils.engine._run_lock import RunLock

# The options of every resource module; documented in the fragment mtk.backend.resource.
COMMON = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
    "plan_file": {"type": "path"},
    "expected_account_id": {"type": "str"},
    **{name: {"type": "list", "elements": "str", "default": []} for name in CONSENTS},
}
TAGS = {
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


# The environment variable that carries ``going`` and ``left`` of the context to a module in a process of its own.
GOING_VARIABLE = "MTK_BACKEND_GOING"


def _named_in_environment(index: int) -> list[Any]:
    return list(json.loads(os.environ.get(GOING_VARIABLE) or "[[], []]")[index])


@dataclass(frozen=True)
class Context:
    """Values that Ansible's worker passes to a module inside it. A module in a process of its own has the defaults.

    ``progress`` receives the module's name, the resource, AWS's state and the seconds of a wait. ``collects`` says that
    the run's plan is collected: in check mode, a refusal is then part of the plan instead of its end. ``defers`` says
    that the run ends with a check for decisions: a refused resource does not stop an apply, either. ``refused`` are the
    region, resource and name of the refused resources so far. ``going`` are the regions and the names and ids of what
    the plan deletes before this resource; ``left`` is what deletions of this run leave behind, as mappings with the
    fields of :class:`Left`. ``cache`` is the directory of the run's cache; empty for none. ``lock`` is the run that
    needs a lock to write, None for a task that needs none. A module in a process of its own finds ``going``, ``left``
    and ``lock`` in its environment. ``say`` shows a line at once.
    """

    progress: Callable[[str, Resource, str, float], None] = lambda kind, resource, state, elapsed: None
    collects: bool = False
    defers: bool = False
    cache: str = ""
    lock: Run | None = field(default_factory=lambda: run_of(os.environ.get(LOCK_VARIABLE, "")))
    say: Callable[[str], None] = lambda text: None
    refused: Iterable[tuple[str, str, str]] = ()
    going: Iterable[tuple[str, str]] = field(default_factory=lambda: _named_in_environment(0))
    left: Iterable[Mapping[str, Any]] = field(default_factory=lambda: _named_in_environment(1))


def run(
    resource_type: type[Resource],
    options: Mapping[str, Any],
    context: Context | None = None,
    *,
    tags: bool = True,
    mutually_exclusive: Iterable[Iterable[str]] = (),
    **kwargs: Any,
) -> None:
    """Run a resource as an Ansible module: take the options, reconcile, report. ``kwargs`` go to AnsibleModule.

    The options of the references, and that each id excludes its names, follow from ``resource_type.references``.
    """
    context = context or Context()
    spec = {**COMMON, **(TAGS if tags else {}), **reference_options(resource_type), **options}
    exclusive = [*_exclusive_references(resource_type), *mutually_exclusive]
    module = AnsibleAWSModule(argument_spec=spec, supports_check_mode=True, mutually_exclusive=exclusive, **kwargs)
    kind = _kind(module)
    try:
        _require_region(module)
        resource, outcome = _reconcile(module, resource_type, kind, context)
    except (Refused, BotoCoreError, ClientError) as error:
        _fail(module, error)
    answer = {**result(resource_type, outcome), "plan": entry(kind, resource, outcome, module.check_mode)}
    for message in outcome.later:
        module.warn(message)
    if outcome.refusal and not _is_deferred(module, context):
        module.fail_json(msg=outcome.refusal, **answer)
    module.exit_json(**answer)


def _known(module: AnsibleAWSModule, context: Context) -> dict[str, Any]:
    """Return what a resource has to know about its module and the run, beside the options."""
    run = {"check_mode": module.check_mode, "collects": context.collects, "refused": context.refused}
    run["left"] = list(context.left)
    going = set(map(tuple, context.going)) if module.check_mode else frozenset()
    return {"resource": _kind(module), **run, "going": going}


def _is_deferred(module: AnsibleAWSModule, context: Context) -> bool:
    """Return whether the run goes on without a refused resource."""
    return context.collects if module.check_mode else context.defers


def _reconcile(
    module: AnsibleAWSModule, resource_type: type[Resource], kind: str, context: Context
) -> tuple[Resource, Outcome]:
    connection, check, params = Connection(module), _account_check(module), {**module.params, **_known(module, context)}
    before_write, secure = _guards(module, connection, context, resource_type.shared_locks)
    if not context.cache:
        resource = resource_type(Aws(connection.client, module.region, before_write=before_write), params)
        return _apply(module, resource, kind, context, secure)
    cache = Cache(context.cache, connection.key())
    aws = FreshAws(connection.client, module.region, cache, before_write=before_write)
    resource = resource_type(aws, params)
    cached = CachedAws(connection.client, module.region, cache, strict=True)
    check(cached)  # costs one request a run, and makes check mode refuse, too
    unchanged = _unchanged_from_cache(module, resource_type(cached, params), cached, _approval(kind, resource))
    return (resource, unchanged) if unchanged else _apply(module, resource, kind, context, secure)


def _apply(
    module: AnsibleAWSModule, resource: Resource, kind: str, context: Context, secure: Callable[[Aws], bool]
) -> tuple[Resource, Outcome]:
    """Reconcile a resource. If a lock was taken after it was read, read and plan it again under the lock."""
    approved = _approval(kind, resource)

    def begin(plan: Plan) -> None:
        approved(plan)
        if secure(resource.aws):
            raise _Outdated

    def attempt(resource: Resource, approve: Callable[[Plan], None]) -> tuple[Resource, Outcome]:
        outcome = reconcile(
            resource,
            present=module.params["state"] == "present",
            check=module.check_mode,
            wait=module.params["wait"],
            timeout=module.params["wait_timeout"],
            approve=approve,
            progress=lambda state, elapsed: context.progress(kind, resource, state, elapsed),
        )
        return resource, outcome

    try:
        return attempt(resource, approved if module.check_mode else begin)
    except _Outdated:
        return attempt(resource.fresh(), approved)


class _Outdated(Exception):
    """Say that another run may have changed what was read, before this run took the lock."""


def _guards(
    module: AnsibleAWSModule, connection: Connection, context: Context, shared: Iterable[str]
) -> tuple[Callable[[Aws], None], Callable[[Aws], bool]]:
    """Return what is called before each request that writes, and what is called before the first one of a resource.

    The latter returns whether the resource has to be read again, because a lock was taken after it was read.
    """
    account, lock = _account_check(module), _run_lock(module, connection, context, shared)

    def before_write(aws: Aws) -> None:
        account(aws)
        if lock:
            lock.check(aws)

    def secure(aws: Aws) -> bool:
        account(aws)
        return lock.secure(aws) if lock else False

    return before_write, secure


def _run_lock(
    module: AnsibleAWSModule, connection: Connection, context: Context, shared: Iterable[str] = ()
) -> RunLock | None:
    """Return the locks of a module; None for check mode, and for a task that does not belong to a run of the roles."""
    run = context.lock
    if run is None or module.check_mode:
        return None

    def connect(patient: bool) -> Locks:
        return Locks(Aws(functools.partial(connection.client, patient=patient), run.region), run)

    return RunLock(run, connect, connection.key(), shared=shared, warn=module.warn, say=context.say)


def _unchanged_from_cache(
    module: AnsibleAWSModule, resource: Resource, aws: CachedAws, approve: Callable[[Plan], None]
) -> Outcome | None:
    """Return the outcome if the cache proves that nothing has to change; otherwise None.

    A difference that was found without the cache is an outcome too, in check mode.
    """
    try:
        outcome = reconcile(
            resource,
            present=module.params["state"] == "present",
            check=True,
            approve=approve if module.check_mode else lambda plan: None,
            sleep=lambda seconds: None,
        )
    except CacheVoid:
        return None
    except (BotoCoreError, ClientError):
        if aws.hits:
            return None  # the cause may be an answer that is out of date
        raise
    return outcome if outcome.settled or (module.check_mode and not aws.hits) else None


def inform(
    read: Callable[[Aws, Mapping[str, Any]], dict[str, Any]],
    options: Mapping[str, Any],
    context: Context | None = None,
    *,
    begins: bool = False,
    fresh: bool = False,
) -> None:
    """Run a module that only reads, and return what ``read`` returns.

    ``begins`` says that a run begins with the module: outside of check mode it first looks whether another run holds
    the lock of the environment. ``fresh`` says that an apply acts upon the answer, so that it must not be an old one.
    """
    module = AnsibleAWSModule(argument_spec=dict(options), supports_check_mode=True)
    fresh = fresh and not module.check_mode
    found: Mapping[str, Any] = _read(module, read, context or Context(), begins=begins, fresh=fresh)
    module.exit_json(changed=False, **found)


def judge(
    read: Callable[[Aws, Mapping[str, Any]], dict[str, Any]],
    options: Mapping[str, Any],
    context: Context | None = None,
    *,
    unchecked: str = "what AWS offers was",
) -> None:
    """Run a module that only reads and judges the settings.

    ``read`` returns ``findings``, ``unasked`` (the operations that the credentials may not call) and other values. If
    there are findings, the plan of the region needs a decision; outside of a collected plan the module fails.
    ``unchecked`` names what those operations would have shown.
    """
    context = context or Context()
    module = AnsibleAWSModule(argument_spec=dict(options), supports_check_mode=True)
    found = _read(module, read, context)
    if found["unasked"]:
        module.warn(f"The credentials may not call {', '.join(found['unasked'])}, so {unchecked} not fully checked.")
    message = " ".join(found["findings"])
    planned = module.check_mode and message
    answer = {**found, "plan": refusal(_kind(module), module.region, message) if planned else {}}
    if message and not (planned and context.collects):
        module.fail_json(msg=message, **answer)
    module.exit_json(changed=False, **answer)


def decide(
    read: Callable[[Aws, Mapping[str, Any]], tuple[dict[str, Any], Mapping[str, tuple[str, list[str]]]]],
    options: Mapping[str, Any],
    context: Context | None = None,
) -> None:
    """Run a module that only reads and finds regions that need a decision, each an entry of the plan.

    ``read`` returns what the module returns, and for each such region the reason and the ids of what is there.
    """
    context = context or Context()
    module = AnsibleAWSModule(argument_spec=dict(options), supports_check_mode=True)
    answer, decisions = _read(module, read, context)
    mode = "plan" if module.check_mode else "apply"
    plans = [
        {**refusal("region", region, reason), "mode": mode, "ids": ids} for region, (reason, ids) in decisions.items()
    ]
    answer = {**answer, "results": [{"plan": plan} for plan in plans]}
    if plans and not _is_deferred(module, context):
        module.fail_json(msg=" ".join(plan["reason"] for plan in plans), **answer)
    module.exit_json(changed=False, **answer)


def _read(
    module: AnsibleAWSModule,
    read: Callable[[Aws, Mapping[str, Any]], Any],
    context: Context,
    *,
    begins: bool = False,
    fresh: bool = False,
) -> Any:
    try:
        _require_region(module)
        connection = Connection(module)
        aws = (
            (FreshAws if fresh else CachedAws)(connection.client, module.region, Cache(context.cache, connection.key()))
            if context.cache
            else Aws(connection.client, module.region)
        )
        lock = _run_lock(module, connection, context) if begins else None
        if lock:
            aws.call("sts", "get_caller_identity", lock.region)  # first: reports a wrong connection within seconds
            lock.look()
        found = read(aws, module.params)
    except (Refused, BotoCoreError, ClientError) as error:
        _fail(module, error)
    return found


def _kind(module: AnsibleAWSModule) -> str:
    return str(module._name).rsplit(".", 1)[-1]


def reference_options(resource_type: type[Resource]) -> dict[str, Any]:
    """Return the argument spec of the references: for each, an option with ids and one with names.

    >>> reference_options(Subnet)  # references = {"vpc_name": ("vpc_id", "vpc")}
    {'vpc_id': {'type': 'str'}, 'vpc_name': {'type': 'str'}}
    """
    spec: dict[str, Any] = {}
    for option, (id_option, _kind) in resource_type.references.items():
        many = option.endswith("_names")
        for name in (id_option, option):
            spec[name] = {"type": "list", "elements": "str"} if many else {"type": "str"}
    return spec


def _exclusive_references(resource_type: type[Resource]) -> list[tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for option, (id_option, _kind) in resource_type.references.items():
        groups.setdefault(id_option, [id_option]).append(option)
    return [tuple(group) for group in groups.values()]


def _require_region(module: AnsibleAWSModule) -> None:
    if not module.region:
        Connection(module).key()  # raises an error of the profile, which may be the cause
        raise Refused("region is required: set it on the task, in module_defaults or as AWS_REGION")


def _fail(module: AnsibleAWSModule, error: Exception) -> NoReturn:
    """End the module with what is wrong and what to do, and with AWS's code."""
    code = error_code(error)
    module.fail_json(msg=explain(error), **({"error": {"code": code}} if code else {}))
    raise AssertionError("unreachable")


def _account_check(module: AnsibleAWSModule) -> Callable[[Aws], None]:
    """Return the function that refuses an account other than the option expected_account_id, or that of plan_file."""
    expected, path = module.params["expected_account_id"], module.params["plan_file"]
    approved = Approved(path) if path else None

    def check(aws: Aws) -> None:
        if expected is not None:
            check_account(aws.account_id, expected)
        if approved:
            approved.check_account(aws.account_id, aws.partition)

    return check


def _approval(kind: str, resource: Resource) -> Callable[[Plan], None]:
    """Return the function that refuses what the option plan_file does not contain."""
    path = resource.params["plan_file"]
    return (lambda plan: Approved(path).check(kind, resource, plan)) if path else lambda plan: None


def result(resource_type: type[Resource], outcome: Outcome) -> dict[str, Any]:
    """Return the module's result: the resource under its kind's name, changed, settled, and the plan as a diff."""
    shown = {
        name: value
        for name, value in (outcome.have or {}).items()
        if name not in resource_type.secret and not name.startswith("_")
    }
    return {
        "changed": outcome.changed,
        "settled": outcome.settled,
        resource_type.kind: shown,
        "diff": diff(outcome.plan, resource_type, outcome.have or {}),
    }


def diff(plan: Plan, resource_type: type[Resource], have: Mapping[str, Any]) -> dict[str, Any]:
    """Return before and after as Ansible shows them; for a creation with the identity and the computed fields."""
    if plan.action != "create":
        return {"before": dict(plan.before), "after": dict(plan.after)}
    identity = {name: have[name] for name in resource_type.identity if name in have}
    return {"before": {}, "after": {**identity, **dict.fromkeys(resource_type.computed, UNKNOWN), **plan.after}}
