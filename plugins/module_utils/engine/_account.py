# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account that a run may change."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused


def check_account(account: str, expected: str) -> None:
    """Raise :class:`Refused` unless the credentials belong to the expected account."""
    if account == expected:
        return
    complete = len(expected) == 12 and expected.isdigit()
    correct = "correct expected_account_id" if complete else f"correct expected_account_id: {_RULE}"
    raise Refused(
        f"The credentials belong to account {account}, and expected_account_id is {expected or 'empty'}. This task has "
        f"changed nothing. Use credentials of the expected account, or {correct}."
    )


_RULE = "an account id has 12 digits, and in YAML it needs quotes if it begins with 0"
