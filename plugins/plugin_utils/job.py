# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a run is a job of AWX, or of another program that uses ansible-runner."""

from __future__ import annotations

import os
from collections.abc import Mapping

DISPLAY = "awx_display"  # the stdout callback with which ansible-runner collects the output as events


def is_job(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether nobody sits at the terminal of this run.

    ansible-runner gives its runs a pseudo-terminal, so that stdin and stdout look like those of a person.

    >>> is_job({"ANSIBLE_STDOUT_CALLBACK": "awx_display"}), is_job({})
    (True, False)
    """
    given = os.environ if environ is None else environ
    return given.get("ANSIBLE_STDOUT_CALLBACK") == DISPLAY


def how_to_apply(command: str, environ: Mapping[str, str] | None = None) -> str:
    """Return how to apply a plan: with a command, or by the workflow in a job of AWX, which sets JOB_ID.

    >>> how_to_apply("ansible-playbook site.yml", {})
    'run: ansible-playbook site.yml'
    """
    given = os.environ if environ is None else environ
    if is_job(given) and given.get("JOB_ID"):
        return "approve it in the workflow of this job, or launch the job template that applies"
    return f"run: {command}"
