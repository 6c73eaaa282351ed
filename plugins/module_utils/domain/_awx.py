# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compute what playbooks/awx.yml makes in AWX, as data for the modules of awx.awx. It contains no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _awx_survey
from ansible_collections.mtk.backend.plugins.module_utils.domain._awx_notifications import defaults, secrets
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Setting, Values

MARK = "Made by playbooks/awx.yml of mtk.backend."
# The job templates of an environment: playbook, and what the template is for.
TEMPLATES = {
    "plan": ("playbooks/plan.yml", "Shows what an apply would do, and hands the plan over to a workflow."),
    "apply": ("site.yml", "Applies the inventory without an approved plan."),
    "apply-approved": ("site.yml", "Applies exactly the plan that the workflow hands over."),
    "verify": ("playbooks/plan.yml", "Fails if a plan contains changes."),
    "drift": ("playbooks/drift.yml", "Fails if the account differs from the inventory."),
    "destroy": ("playbooks/destroy.yml", "Deletes the environment."),
}
READERS = ("plan", "verify", "drift")  # the templates whose playbooks never write to AWS
_SINGULAR = {
    "workflows": "workflow job template",
    "schedules": "schedule",
    "job_templates": "job template",
    "inventories": "inventory",
    "credentials": "credential",
}
LIMITED = ("plan", "apply")  # the templates that ask for regions and roles


def objects(values: Values, settings: Mapping[str, Setting], inventories: Mapping[str, Values]) -> dict[str, Any]:
    """Return everything that the playbook makes: lists of options of modules, by kind.

    ``values`` are the checked variables of the playbook, ``settings`` those of all roles by name, and ``inventories``
    the variables of the inventories that all regions of an environment share.
    """
    environments = [_Environment(name, values, settings, inventories[name]) for name in values["awx_environments"]]
    return {
        "name": values["awx_name"],
        "organization": values["awx_organization"],
        "notification": _notification(values),
        "project": {
            "name": values["awx_name"],
            "scm_url": values["awx_project_url"],
            "scm_branch": values["awx_project_branch"],
            "credential": values["awx_project_credential"],
            "description": f"{MARK} {values['awx_name']} project: playbooks and inventories.",
        },
        "forks": values["awx_forks"],
        "update_secrets": values["awx_update_secrets"],
        "execution_environment": _execution_environment(values),
        "credentials": [found for each in environments for found in each.credential()],
        "inventories": [each.inventory() for each in environments],
        "job_templates": [found for each in environments for found in each.job_templates()],
        "workflows": [each.workflow() for each in environments],
        "nodes": [found for each in environments for found in each.nodes()],
        "schedules": [found for each in environments for found in each.schedule()],
    }


def left_over(wanted: Mapping[str, Any], found: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[str]:
    """Return the objects that an earlier run has made and that are not wanted any more, as words.

    ``found`` are the objects of AWX by kind.
    """
    names = {kind: {each["name"] for each in wanted[kind]} for kind in found}
    # The name of an environment has no spaces, so that "mtk" does not take the objects of "mtk eu" for its own.
    ours = re.compile(rf"{re.escape(MARK)} {re.escape(wanted['name'])} [^\s:]+: ")
    stale = [
        (kind, str(each["name"]))
        for kind, listed in found.items()
        for each in listed
        if ours.match(str(each.get("description", ""))) and each["name"] not in names[kind]
    ]
    return [f"{_SINGULAR[kind]} {name}" for kind, name in stale]


def _execution_environment(values: Values) -> dict[str, Any]:
    return {
        "name": values["awx_execution_environment"] or values["awx_name"],
        "image": values["awx_execution_environment_image"],
        "pull": values["awx_execution_environment_pull"],
        "credential": values["awx_execution_environment_credential"],
    }


def _notification(values: Values) -> dict[str, Any]:
    """Return the notification template: its name, and whether it is made here; without its configuration."""
    given = values["awx_notification"]
    if not given:
        return {"name": "", "made": False, "attached": []}
    made, kind = "type" in given, given.get("type", "")
    name = str(given.get("name") or f"{values['awx_name']} {kind}")
    secret = made and secrets(kind, given["configuration"])
    # AWX never shows a secret, so a present one would be sent again in each run.
    state = "exists" if secret and not values["awx_update_secrets"] else "present"
    found = {"name": name, "made": made, "type": kind, "state": state, "attached": [name]}
    return {**found, "defaults": defaults(kind) if made else {}}


class _Environment:
    """The objects of one environment."""

    def __init__(self, name: str, values: Values, settings: Mapping[str, Setting], inventory: Values) -> None:
        self._name = name
        self._values = values
        self._given = values["awx_environments"][name]
        self._settings = settings
        self._inventory = inventory
        self._title = f"{values['awx_name']} {name}"

    def _described(self, words: str) -> str:
        return f"{MARK} {self._title}: {words}"

    @property
    def _credential(self) -> str:
        given = self._given["credential"]
        return given if isinstance(given, str) else f"{self._title} AWS"

    def credential(self) -> Iterator[dict[str, Any]]:
        """Return the credential if the user gives keys. AWX has one if the user names it."""
        if not isinstance(self._given["credential"], str):
            words = self._described("the keys for AWS.")
            yield {"name": self._credential, "environment": self._name, "description": words}

    def inventory(self) -> dict[str, Any]:
        return {
            "name": self._title,
            "source_path": self._given.get("inventory") or f"inventories/{self._name}",
            "description": self._described("the regions, from the project."),
        }

    @property
    def _destroys(self) -> bool:
        return bool(self._given.get("destroy", self._inventory.get("destroy_allowed") is True))

    def job_templates(self) -> Iterator[dict[str, Any]]:
        for kind, (playbook, words) in TEMPLATES.items():
            if kind == "destroy" and not self._destroys:
                continue
            survey = self._survey(kind)
            reads = kind in READERS
            yield {
                "name": f"{self._title} {kind}",
                "description": self._described(words),
                "playbook": playbook,
                "inventory": self._title,
                "credentials": [each for each in (self._credential, *self._given.get("credentials", [])) if each],
                "extra_vars": self._extra_vars(kind),
                "timeout": self._values["awx_plan_timeout" if reads else "awx_apply_timeout"],
                "diff_mode": reads,
                "ask_limit_on_launch": kind in LIMITED,
                "ask_tags_on_launch": kind in LIMITED,
                "survey_enabled": bool(survey),
                "survey_spec": survey,
                **self._attached(kind),
            }

    def _attached(self, kind: str) -> dict[str, list[str]]:
        """Return what is attached to a template. What the user has not set is left as it is in AWX."""
        found = {}
        if "instance_groups" in self._given:
            found["instance_groups"] = list(self._given["instance_groups"])
        names = _notification(self._values)["attached"]
        if names and kind == "drift":
            found["notification_templates_error"] = names
        if names and kind == "workflow":
            found["notification_templates_approvals"] = names
        return found

    def _extra_vars(self, kind: str) -> dict[str, Any]:
        return {
            "plan": {"plan_artifact": True},
            "apply-approved": {"plan_required": True, "plan_max_age": self._values["awx_plan_max_age"]},
            "verify": {"detailed_exitcode": True},
        }.get(kind, {})

    def _survey(self, kind: str) -> dict[str, Any]:
        if kind == "destroy":
            return _confirmation(self._name)
        asked = self._values["awx_surveys"].get(kind, [])
        return _awx_survey.survey(
            f"Settings of {self._name}", [self._settings[name] for name in asked], self._inventory
        )

    @property
    def _workflow(self) -> str:
        return f"{self._title} plan, approve, apply"

    def workflow(self) -> dict[str, Any]:
        survey = self._survey("workflow")
        return {
            "name": self._workflow,
            "description": self._described(
                "makes a plan, waits for its approval, applies exactly this plan, verifies."
            ),
            "survey_enabled": bool(survey),
            "survey_spec": survey,
            **self._attached("workflow"),
        }

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Return the nodes of the workflow, last first: a node names its successors, which have to exist.

        The module of awx.awx looks for the successors of an approval at the wrong object, so an approval is made
        without successors and then linked.
        """
        common = {"workflow": self._workflow}
        template = f"{self._title} "
        yield {**common, "identifier": "verify", "template": f"{template}verify", "success": []}
        yield {**common, "identifier": "apply", "template": f"{template}apply-approved", "success": ["verify"]}
        approval = {
            "name": f"Approve the plan of {self._title}",
            "description": f"Read the plan in the output of the job {template}plan before you approve.",
            "timeout": self._values["awx_approval_timeout"],
        }
        yield {**common, "identifier": "approve", "approval": approval}
        yield {**common, "identifier": "approve", "success": ["apply"]}
        yield {**common, "identifier": "plan", "template": f"{template}plan", "success": ["approve"]}

    def schedule(self) -> Iterator[dict[str, Any]]:
        rule = self._given.get("drift_rrule", self._values["awx_drift_rrule"])
        if rule:
            words = self._described("looks for drift.")
            template = f"{self._title} drift"
            # dateutil, which AWX uses, splits the parts of a rule at white space.
            yield {"name": template, "template": template, "rrule": re.sub(r"\s+", " ", rule), "description": words}


def _confirmation(environment: str) -> dict[str, Any]:
    """Return the survey of the template that destroys. It has no default, so the name has to be typed."""
    return {
        "name": f"Destroy {environment}",
        "description": f"This deletes {environment} with all its data.",
        "spec": [
            {
                "question_name": "Name of the environment",
                "question_description": f"Type {environment} to delete it.",
                "variable": "confirm_environment",
                "type": "text",
                "required": True,
                "min": 1,
                "max": 64,
            }
        ],
    }
