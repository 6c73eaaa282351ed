# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of AWS that end with time and last longer than a run waits: their errors, and when to run again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Limit(NamedTuple):
    """A limit of AWS: the error beyond it, the rule, and the time after which AWS accepts the call at the latest."""

    code: str
    text: str  # a part of AWS's message
    rule: str
    lasts: timedelta

    def refusal(self, resource: str, message: str, since: str | None, now: datetime) -> str:
        """Return the error message for AWS's answer ``message``.

        ``since`` is the moment from which the limit lasts, as AWS returns it; ``now`` if AWS does not tell it.
        """
        end = max((moment(since) if since else now) + self.lasts, now)
        return (
            f"{resource}: AWS refuses the change now: {message.rstrip('. ')}. {self.rule}. "
            f"Run again after {time_text(end, now)}; AWS accepts the change then at the latest."
        )


def moment(text: str) -> datetime:
    """Return a timestamp of an answer of AWS."""
    return datetime.fromisoformat(text).astimezone(UTC)


def time_text(when: datetime, now: datetime) -> str:
    """Return a moment as text, rounded up to a minute; with its date if it is not today.

    >>> time_text(datetime(2026, 11, 29, 14, 5, 1, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC))
    '14:06 (UTC)'
    """
    if when.second or when.microsecond:
        when = when.replace(second=0, microsecond=0) + MINUTE
    return when.strftime("%H:%M (UTC)" if when.date() == now.date() else "%Y-%m-%d %H:%M (UTC)")
