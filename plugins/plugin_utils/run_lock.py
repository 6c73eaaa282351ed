# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe a run to those that find its lock: who runs what, and from where."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import Run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import WrongType, shown
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.plugin_utils.command import run_command
from ansible_collections.mtk.backend.plugins.plugin_utils.record import (
    CACHE,
    RECORD,
    RUN_ID,
    RUN_PID,
    RUN_STARTED,
)

# Where AWX, and Tower before it, say which job this is: extra variables, and environment variables.
_JOB = ("awx_job_id", "tower_job_id")
_TEMPLATE = ("awx_job_template_name", "tower_job_template_name")
_USER = ("awx_user_name", "tower_user_name")
_JOB_ENVIRONMENT = ("AWX_JOB_ID", "TOWER_JOB_ID", "JOB_ID")


def run(variables: Mapping[str, Any], template: Callable[[Any], Any], region: str) -> Run:
    """Return this run, whose locks are in ``region``. ``template`` resolves the variables."""
    given = {name: template(variables[name]) for name in ("lock_timeout", "break_lock") if name in variables}
    timeout, breaks = _checked("lock_timeout", given), _checked("break_lock", given)
    Path(CACHE).mkdir(mode=0o700, parents=True, exist_ok=True)
    return Run(
        id=RUN_ID,
        environment=str(template(variables["mtk_environment"])),
        region=str(region),
        directory=CACHE,
        pid=RUN_PID,
        started=RUN_STARTED,
        who=who(variables, os.environ, f"{_user()}@{socket.gethostname()}, process {RUN_PID}"),
        command=run_command(context.CLIARGS),
        timeout=timeout,
        breaks=breaks or "",
        deletes=RECORD.purpose == "destroy",
    )


def _checked(name: str, given: Mapping[str, Any]) -> Any:
    """Return an extra variable. A run that starts inside the playbooks has not checked it before."""
    if name not in given:
        return None
    try:
        value = RUN.by_name[name].convert(given[name])
    except WrongType as wrong:
        raise AnsibleActionFail(f"{name} is {shown(given[name])}; {wrong}.") from wrong
    faults = [str(fault) for fault in RUN.by_name[name].faults(value)]
    if faults:
        raise AnsibleActionFail(" ".join(faults))
    return value


def who(variables: Mapping[str, Any], environ: Mapping[str, str], local: str) -> str:
    """Return who runs: the job of AWX with its template and user, or the user and the process of this machine.

    >>> who({"awx_job_id": 7, "awx_user_name": "kim"}, {}, "root@host, process 1")
    'AWX job 7 by kim (root@host, process 1)'
    """
    job, name, user = (_first(variables, names) for names in (_JOB, _TEMPLATE, _USER))
    job = job or _first(environ, _JOB_ENVIRONMENT)
    if not job:
        return local
    return f"AWX job {job}{f' of template {name}' if name else ''}{f' by {user}' if user else ''} ({local})"


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(values[name]) for name in names if values.get(name)), "")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may have no name for the user
        return f"user {os.getuid()}"
