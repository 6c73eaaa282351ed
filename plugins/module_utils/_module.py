# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible module around the loop. The only place that knows check mode, diff and exit_json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._boto import (
    AnsibleAWSModule,
    Aws,
    BotoCoreError,
    ClientError,
    account_key,
    client_factory,
)
from ansible_collections.mtk.backend.plugins.module_utils._memory import Forgotten, Memory
from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN, Plan
from ansible_collections.mtk.backend.plugins.module_utils._planned import Approved, entry
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Outcome, Refused, Resource, reconcile

# What every module of the collection takes; documented in the fragment mtk.backend.resource.
COMMON = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
    "plan_file": {"type": "path"},
}
TAGS = {
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


@dataclass
class Surroundings:
    """What the controller lends to a module that runs inside of it."""

    progress: Callable[[str, Resource, str, float], None] = lambda kind, resource, state, elapsed: None
    # Whether somebody collects the plan: in check mode, a refusal is then a part of it instead of its end.
    collects: bool = False
    # A directory of this run for what AWS has answered; none where a module runs in a process of its own.
    memory: str = ""


SURROUNDINGS = Surroundings()


def run(resource: type[Resource], options: Mapping[str, Any], tags: bool = True, **kwargs: Any) -> None:
    """Be the module of ``resource``: take the options, reconcile, report. ``kwargs`` go to AnsibleModule."""
    spec = {**COMMON, **(TAGS if tags else {}), **options}
    module = AnsibleAWSModule(argument_spec=spec, supports_check_mode=True, **kwargs)
    _need_region(module)
    kind, check = module._name.rsplit(".", 1)[-1], module.check_mode
    try:
        one = resource(_aws(module), module.params)
        outcome = _glance(module, resource) or reconcile(
            one,
            present=module.params["state"] == "present",
            check=check,
            wait=module.params["wait"],
            timeout=module.params["wait_timeout"],
            approve=_approval(kind, one),
            progress=lambda state, elapsed: SURROUNDINGS.progress(kind, one, state, elapsed),
        )
    except Refused as error:
        module.fail_json(msg=str(error))
    except (BotoCoreError, ClientError) as error:
        module.fail_json_aws(error, msg=f"{resource.kind} could not be brought to state {module.params['state']}")
    answer = {**result(resource, outcome), "plan": entry(kind, one, outcome, check)}
    if outcome.refusal and not SURROUNDINGS.collects:
        module.fail_json(msg=outcome.refusal, **answer)
    module.exit_json(**answer)


def _glance(module: AnsibleAWSModule, resource: type[Resource]) -> Outcome | None:
    """What comes of it where what this run has read shows that there is nothing to do; None where it does not."""
    if not SURROUNDINGS.memory:
        return None
    aws, present = _aws(module), module.params["state"] == "present"
    aws.recalls = aws.only_recalls = True
    try:
        outcome = reconcile(resource(aws, module.params), present=present, check=True, sleep=lambda seconds: None)
    except Forgotten:
        return None
    except (BotoCoreError, ClientError):
        if aws.recalled:
            return None  # perhaps it is only the memory that is wrong
        raise
    return outcome if outcome.settled or (module.check_mode and not aws.recalled) else None


def _aws(module: AnsibleAWSModule) -> Aws:
    memory = Memory(SURROUNDINGS.memory, account_key(module)) if SURROUNDINGS.memory else None
    return Aws(client_factory(module), module.region, memory)


def inform(read: Callable[[Aws, Mapping[str, Any]], dict[str, Any]], options: Mapping[str, Any]) -> None:
    """Be a module that only reads, and returns what ``read`` says."""
    module = AnsibleAWSModule(argument_spec=dict(options), supports_check_mode=True)
    _need_region(module)
    try:
        aws = _aws(module)
        aws.recalls = True  # of a service that was not written to
        found = read(aws, module.params)
    except (BotoCoreError, ClientError) as error:
        module.fail_json_aws(error, msg="AWS gave no answer")
    module.exit_json(changed=False, **found)


def _need_region(module: AnsibleAWSModule) -> None:
    if not module.region:
        module.fail_json(msg="region is required: set it on the task, in module_defaults or as AWS_REGION")


def _approval(kind: str, resource: Resource) -> Callable[[Plan], None]:
    """What refuses a plan that the option plan_file does not contain."""
    path = resource.params["plan_file"]
    return (lambda plan: Approved(path).check(kind, resource, plan)) if path else lambda plan: None


def result(resource: type[Resource], outcome: Outcome) -> dict[str, Any]:
    """What the module returns: the resource under its own name, changed, and the plan as a diff."""
    have = {name: value for name, value in (outcome.have or {}).items() if name not in resource.secret}
    return {"changed": outcome.changed, resource.kind: have, "diff": diff(outcome.plan, resource, outcome.have or {})}


def diff(plan: Plan, resource: type[Resource], have: Mapping[str, Any]) -> dict[str, Any]:
    """Before and after, as Ansible shows them; on creation with what identifies it and what AWS decides."""
    if plan.action != "create":
        return {"before": dict(plan.before), "after": dict(plan.after)}
    identity = {name: have[name] for name in resource.identity if name in have}
    return {"before": {}, "after": {**identity, **dict.fromkeys(resource.computed, UNKNOWN), **plan.after}}
