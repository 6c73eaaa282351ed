"""The kinds of objects of AWX: their fields, the fields that make a name unique, and their associations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REQUIRED: Any = object()


@dataclass(frozen=True)
class Field:
    """A field: ``type`` is text, int, bool, json, choice or ref; ``ref`` is the endpoint to which it refers."""

    type: str = "text"
    default: Any = ""
    choices: tuple[Any, ...] = ()
    ref: str = ""
    null: bool = False
    fixed: bool = False  # only given at creation; ignored afterwards, as a read-only field


@dataclass(frozen=True)
class Kind:
    """A kind of object with the fields that a client may set."""

    type: str
    endpoint: str
    fields: Mapping[str, Field]
    unique: tuple[str, ...] = ("name",)
    associations: Mapping[str, str] = field(default_factory=dict)  # name of the association: endpoint of its members
    ignored: tuple[str, ...] = ()  # fields that AWX ignores and that the modules of awx.awx send
    title: str = ""


def text(default: Any = "", **given: Any) -> Field:
    return Field("text", default, **given)


def ref(endpoint: str, default: Any = None, **given: Any) -> Field:
    return Field("ref", default, ref=endpoint, null=default is None, **given)


def number(default: int = 0) -> Field:
    return Field("int", default)


def flag(default: bool = False) -> Field:
    return Field("bool", default)


def choice(*choices: Any, default: Any = REQUIRED) -> Field:
    return Field("choice", default, choices)


NAMED = {"name": text(REQUIRED), "description": text()}
_NOTIFIED = {f"notification_templates_{event}": "notification_templates" for event in ("started", "success", "error")}
_ASKED = ("scm_branch", "diff_mode", "variables", "limit", "tags", "skip_tags", "job_type", "verbosity", "inventory")
_ASKED_LATER = ("credential", "execution_environment", "labels", "forks", "job_slice_count", "timeout")
_ASKS = {f"ask_{name}_on_launch": flag() for name in (*_ASKED, *_ASKED_LATER, "instance_groups")}
_NOTIFICATIONS = ("awssns", "email", "grafana", "irc", "mattermost", "pagerduty", "rocketchat", "slack", "twilio")
_PROMPTS = {
    "extra_data": Field("json", {}),
    "inventory": ref("inventories"),
    "scm_branch": text(None, null=True),
    "job_type": Field("choice", None, ("run", "check"), null=True),
    "job_tags": text(None, null=True),
    "skip_tags": text(None, null=True),
    "limit": text(None, null=True),
    "diff_mode": Field("bool", None, null=True),
    "verbosity": Field("choice", None, (0, 1, 2, 3, 4, 5), null=True),
    "forks": Field("int", None, null=True),
    "job_slice_count": Field("int", None, null=True),
    "timeout": Field("int", None, null=True),
    "execution_environment": ref("execution_environments"),
}
_ATTACHED = {"credentials": "credentials", "instance_groups": "instance_groups"}
_NODES = "workflow_job_template_nodes"

KINDS = (
    Kind(
        "organization",
        "organizations",
        {**NAMED, "max_hosts": number(), "default_environment": ref("execution_environments")},
        associations={**_NOTIFIED, "instance_groups": "instance_groups"},
        title="Organization",
    ),
    Kind(
        "credential_type", "credential_types", {**NAMED, "kind": text(), "namespace": text(), "inputs": Field("json")}
    ),
    Kind("instance_group", "instance_groups", {"name": text(REQUIRED)}),
    Kind(
        "credential",
        "credentials",
        {
            **NAMED,
            "organization": ref("organizations"),
            "credential_type": ref("credential_types", REQUIRED),
            "inputs": Field("json", {}),
        },
        unique=("organization", "name", "credential_type"),
        title="Credential",
    ),
    Kind(
        "execution_environment",
        "execution_environments",
        {
            **NAMED,
            "organization": ref("organizations"),
            "image": text(REQUIRED),
            "credential": ref("credentials"),
            "pull": choice("always", "missing", "never", "", default=""),
        },
        title="Execution environment",
    ),
    Kind(
        "project",
        "projects",
        {
            **NAMED,
            "organization": ref("organizations"),
            "local_path": text(),
            "scm_type": choice("", "git", "svn", "insights", "archive", default=""),
            "scm_url": text(),
            "scm_branch": text(),
            "scm_refspec": text(),
            "scm_clean": flag(),
            "scm_track_submodules": flag(),
            "scm_delete_on_update": flag(),
            "credential": ref("credentials"),
            "timeout": number(),
            "scm_update_on_launch": flag(),
            "scm_update_cache_timeout": number(),
            "allow_override": flag(),
            "default_environment": ref("execution_environments"),
        },
        unique=("organization", "name"),
        associations=_NOTIFIED,
        title="Project",
    ),
    Kind(
        "inventory",
        "inventories",
        {
            **NAMED,
            "organization": ref("organizations", REQUIRED),
            "kind": choice("", "smart", "constructed", default=""),
            "host_filter": text(None, null=True),
            "variables": text(),
            "prevent_instance_group_fallback": flag(),
        },
        unique=("organization", "name"),
        associations={"instance_groups": "instance_groups"},
        title="Inventory",
    ),
    Kind(
        "inventory_source",
        "inventory_sources",
        {
            **NAMED,
            "inventory": ref("inventories", REQUIRED, fixed=True),
            "source": choice("file", "constructed", "scm", "ec2", "controller", "terraform"),
            "source_path": text(),
            "source_vars": text(),
            "scm_branch": text(),
            "source_project": ref("projects"),
            "credential": ref("credentials"),
            "enabled_var": text(),
            "enabled_value": text(),
            "host_filter": text(),
            "overwrite": flag(),
            "overwrite_vars": flag(),
            "timeout": number(),
            "verbosity": choice(0, 1, 2, default=1),
            "limit": text(),
            "update_on_launch": flag(),
            "update_cache_timeout": number(),
            "execution_environment": ref("execution_environments"),
        },
        unique=("inventory", "name"),
        associations=_NOTIFIED,
        title="Inventory source",
    ),
    Kind(
        "job_template",
        "job_templates",
        {
            **NAMED,
            **_ASKS,
            "job_type": choice("run", "check", default="run"),
            "inventory": ref("inventories"),
            "project": ref("projects"),
            "playbook": text(),
            "scm_branch": text(),
            "forks": number(),
            "limit": text(),
            "verbosity": choice(0, 1, 2, 3, 4, 5, default=0),
            "extra_vars": text(),
            "job_tags": text(),
            "force_handlers": flag(),
            "skip_tags": text(),
            "start_at_task": text(),
            "timeout": number(),
            "use_fact_cache": flag(),
            "host_config_key": text(),
            "execution_environment": ref("execution_environments"),
            "survey_enabled": flag(),
            "become_enabled": flag(),
            "diff_mode": flag(),
            "allow_simultaneous": flag(),
            "job_slice_count": number(1),
            "webhook_service": choice("", "github", "gitlab", "bitbucket_dc", default=""),
            "prevent_instance_group_fallback": flag(),
        },
        unique=("organization", "name"),
        associations={**_NOTIFIED, **_ATTACHED},
        ignored=("organization",),  # read-only: the organization of the project
        title="Job template",
    ),
    Kind(
        "workflow_job_template",
        "workflow_job_templates",
        {
            **NAMED,
            "organization": ref("organizations"),
            "extra_vars": text(),
            "survey_enabled": flag(),
            "allow_simultaneous": flag(),
            **{f"ask_{name}_on_launch": flag() for name in ("variables", "inventory", "scm_branch", "limit", "labels")},
            **{f"ask_{name}_on_launch": flag() for name in ("tags", "skip_tags")},
            "inventory": ref("inventories"),
            **{name: text(None, null=True) for name in ("limit", "scm_branch", "job_tags", "skip_tags")},
            "webhook_service": choice("", "github", "gitlab", "bitbucket_dc", default=""),
        },
        unique=("organization", "name"),
        associations={**_NOTIFIED, "notification_templates_approvals": "notification_templates"},
        title="Workflow job template",
    ),
    Kind(
        "workflow_job_template_node",
        _NODES,
        {
            **_PROMPTS,
            "workflow_job_template": ref("workflow_job_templates", REQUIRED, fixed=True),
            "unified_job_template": ref("unified_job_templates"),
            "identifier": text(REQUIRED),
            "all_parents_must_converge": flag(),
        },
        unique=("identifier", "workflow_job_template"),
        associations={**{f"{on}_nodes": _NODES for on in ("success", "failure", "always")}, **_ATTACHED},
        ignored=("type",),
        title="Workflow job template node",
    ),
    Kind(
        "workflow_approval_template",
        "workflow_approval_templates",
        {**NAMED, "timeout": number(), "execution_environment": ref("execution_environments")},
        unique=(),
    ),
    Kind(
        "schedule",
        "schedules",
        {
            **NAMED,
            **_PROMPTS,
            "rrule": text(REQUIRED),
            "unified_job_template": ref("unified_job_templates", REQUIRED),
            "enabled": flag(True),
        },
        unique=("unified_job_template", "name"),
        associations=_ATTACHED,
        title="Schedule",
    ),
    Kind(
        "notification_template",
        "notification_templates",
        {
            **NAMED,
            "organization": ref("organizations", REQUIRED),
            "notification_type": choice(*_NOTIFICATIONS, "webhook"),
            "notification_configuration": Field("json", {}),
            "messages": Field("json", {"started": None, "success": None, "error": None, "workflow_approval": None}),
        },
        unique=("organization", "name"),
        title="Notification template",
    ),
)
BY_ENDPOINT = {kind.endpoint: kind for kind in KINDS}
BY_TYPE = {kind.type: kind for kind in KINDS}
UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")
