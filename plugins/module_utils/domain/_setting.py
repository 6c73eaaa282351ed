# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A setting as data, and the check of a role's settings: types, ranges, and rules about several settings.

The descriptions are in ``_settings_network.py``, ``_settings_database.py`` and ``_settings_table.py``.
``scripts/settings.py`` makes ``meta/argument_specs.yml`` and the tables in the READMEs of the roles from them.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

MISSING: Any = object()  # no value: of a variable that is not set, or in a fault whose rule says all
HIDDEN = "(hidden)"  # a secret in a message
TRUE = ("true", "yes", "on", "1", "y", "t")
FALSE = ("false", "no", "off", "0", "n", "f")
_LONGEST = 120  # characters of a value that a message shows


@dataclass(frozen=True)
class Fault:
    """A wrong setting: the variables with their values, the rule, and what to do. ``hosts`` is empty for all hosts."""

    values: Mapping[str, Any]
    rule: str
    remedy: str
    hosts: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the fault as sentences.

        >>> str(Fault({"aurora_port": 80}, "AWS allows 1150 to 65535", "Set it to a number in this range."))
        'aurora_port is 80; AWS allows 1150 to 65535. Set it to a number in this range.'
        """
        where = f" (in {', '.join(self.hosts)})" if self.hosts else ""
        if MISSING in self.values.values():  # the rule goes on after the name
            return f"{' and '.join(self.values)}{where} {self.rule}. {self.remedy}"
        found = " and ".join(f"{name} is {shown(value)}" for name, value in self.values.items())
        return f"{found}{where}; {self.rule}. {self.remedy}"

    @property
    def names(self) -> frozenset[str]:
        """The settings that are wrong, without the place inside them."""
        return frozenset(re.split(r"[.\[]", name)[0] for name in self.values)


Judge = Callable[[str, Any], Iterator[Fault]]


@dataclass(frozen=True)
class Setting:
    """A variable of a role.

    ``type`` is str, int, float, bool, dict, ``list of str`` or ``list of dict``. ``default`` is a constant;
    ``computed`` says in words how a default is computed that is not constant. ``judge`` finds faults in values with a
    structure. ``entry_points`` are the entry points that use the setting; empty for all.
    """

    name: str
    type: str
    description: str
    default: Any = None
    computed: str = ""
    section: str = ""
    entry_points: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    pattern: str = ""
    rule: str = ""  # the rule of ``pattern`` or ``judge`` in words, for messages
    permits: str = ""  # the same for tables; by default ``rule``
    remedy: str = ""
    example: str = ""
    judge: Judge | None = None
    normal: Callable[[Any], Any] | None = None  # returns a value as AWS writes it
    suboptions: Mapping[str, Any] = field(default_factory=dict)  # of a list of dict, as in an argument spec
    by: str = "AWS allows"  # who sets the range
    secret: bool = False

    @property
    def allowed(self) -> str:
        """Return the allowed values in words, for tables: ``1 to 35``; empty if every value of the type is allowed."""
        if self.choices:
            return ", ".join(shown(choice) for choice in self.choices)
        if self.minimum is not None or self.maximum is not None:
            return self._range.replace(f" {self.unit}", "") if self.unit else self._range
        return self.permits or self.rule

    @property
    def _range(self) -> str:
        low, high = (None if limit is None else f"{limit:.10g}" for limit in (self.minimum, self.maximum))
        if high is None:
            words = f"{low} or more"
        elif low is None:
            words = f"{high} or less"
        else:
            words = f"{low} to {high}"
        step = f" in steps of {self.step:g}" if self.step else ""
        return f"{words}{f' {self.unit}' if self.unit else ''}{step}"

    def convert(self, raw: Any) -> Any:
        """Return a value in the type of the setting. Raise :class:`WrongType` if that is not possible."""
        empty = isinstance(raw, str) and not raw.strip()  # an optional question of a survey without an answer
        if raw is None or (empty and self.type not in ("str", "list of str")):
            raise WrongType(f"it must be {_ARTICLES[self.type]}", "Remove the variable to use the default, or set it.")
        value = _CONVERTERS[self.type](raw)
        return self.normal(value) if self.normal else value

    def faults(self, value: Any) -> Iterator[Fault]:
        """Return the faults of a value of the right type."""
        if (
            isinstance(value, str)
            and value != value.strip()
            and self._is_other(value)
            and not self._is_other(value.strip())
        ):
            yield Fault({self.name: value}, "it begins or ends with white space", f"Set it to {shown(value.strip())}.")
        elif self.choices and value not in self.choices:
            listed = [shown(choice) for choice in self.choices]
            near = self._near(value)
            remedy = f"Did you mean {shown(near)}?" if near else "Set it to one of these."
            yield Fault({self.name: value}, f"the allowed values are {', '.join(listed)}", remedy)
        elif not self._in_range(value):
            yield Fault(
                {self.name: value}, f"{self.by} {self._range}", self.remedy or "Set it to a number in this range."
            )
        elif self.pattern and not re.fullmatch(self.pattern, value):
            example = f", for example {self.example}" if self.example else ""
            yield Fault({self.name: value}, self.rule, self.remedy or f"Correct it{example}.")
        elif self.judge:
            yield from self.judge(self.name, value)

    def _is_other(self, value: str) -> bool:
        """Return whether a text is not among the choices, or does not match the pattern."""
        if self.choices:
            return value not in self.choices
        return bool(self.pattern) and not re.fullmatch(self.pattern, value)

    def _near(self, value: Any) -> str:
        """Return the choice that is nearest to a text, in upper or lower case; empty if none is near."""
        folded = {choice.casefold(): choice for choice in self.choices if isinstance(choice, str)}
        return folded.get(did_you_mean(str(value).casefold(), folded), "")

    def _in_range(self, value: Any) -> bool:
        if self.minimum is not None and value < self.minimum:
            return False
        if self.maximum is not None and value > self.maximum:
            return False
        return not self.step or (value / self.step).is_integer()


def section(title: str, *settings: Setting) -> tuple[Setting, ...]:
    """Return settings with the title of their table in the README."""
    return tuple(replace(setting, section=title) for setting in settings)


class WrongType(ValueError):
    """A value that is not of the type of its setting: the rule and the remedy."""


def shown(value: Any) -> str:
    """Return a value as a message shows it: text in quotes, everything else as JSON. A long value is cut.

    >>> shown("dev"), shown([1, None])
    ("'dev'", '[1, null]')
    """
    if isinstance(value, str):
        return f"'{_cut(''.join(map(visible, value)))}'"
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except TypeError:  # a key that JSON does not know, such as a date
        text = str(value)
    return _cut(text)


def visible(character: str) -> str:
    """Return a character, or how it is written if it cannot be seen, such as a line break."""
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that is nearest to a misspelt or abbreviated one; empty if none is near.

    A name with the same letters is nearer than others.

    >>> did_you_mean("us-esat-1", ["us-east-1", "us-west-1"])
    'us-east-1'
    """
    near = difflib.get_close_matches(name, sorted(known), 3, cutoff)
    same_letters = [each for each in near if sorted(each) == sorted(name)]
    abbreviated = [each for each in sorted(known) if len(name) > 2 and each.startswith(name)]
    return next(iter(same_letters or near or abbreviated), "")


def _to_str(raw: Any) -> str:
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, (Mapping, list, tuple)):
        raise WrongType("it must be text", "Write one text.")
    raise WrongType(
        f"YAML has read it as {_yaml_type(raw)}, and what was written may be lost",
        "Put the value in quotes, as it was written.",
    )


def _yaml_type(raw: Any) -> str:
    if isinstance(raw, bool):
        return "a Boolean"
    if isinstance(raw, (int, float)):
        return "a number"
    return "a date" if isinstance(raw, date) else "something else than text"


def _to_int(raw: Any) -> int:
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", raw):
        return int(raw)
    if (isinstance(raw, int) and not isinstance(raw, bool)) or (isinstance(raw, float) and raw.is_integer()):
        return int(raw)
    raise WrongType("it must be a whole number", "Set it to a number without a fraction or a unit.")


def _to_float(raw: Any) -> float:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and math.isfinite(raw):
        return _short(raw)
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", raw):
        return _short(float(raw))
    raise WrongType("it must be a number", "Set it to a number, with a point before a fraction.")


def _short(number: float) -> float:
    """Return a number without a fraction as an integer, so that it reads 4 and not 4.0."""
    return int(number) if number.is_integer() else number


def _to_bool(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().casefold()
    if isinstance(raw, (str, int)) and word in TRUE + FALSE:
        return word in TRUE
    raise WrongType("it must be true or false", "Set it to true or false.")


def _to_strings(raw: Any) -> list[str]:
    if isinstance(raw, str):
        text = raw.strip()
        raw = _json(text) if text.startswith("[") else [part.strip() for part in re.split(r"[,\n]", text)]
        raw = [part for part in raw if part != ""] if isinstance(raw, list) else raw
    if not isinstance(raw, (list, tuple)) or not all(isinstance(item, str) for item in raw):
        raise WrongType("it must be a list of texts", "Write a list, for example [a, b], or a text with commas.")
    return [str(item) for item in raw]


def _to_dict(raw: Any) -> dict[str, Any]:
    value = _json(raw.strip()) if isinstance(raw, str) and raw.strip().startswith("{") else raw
    if not isinstance(value, Mapping):
        raise WrongType(
            "it must be a dictionary", "Write a dictionary, for example {name: value}, or the same as JSON."
        )
    return dict(value)


def _to_dicts(raw: Any) -> list[dict[str, Any]]:
    value = _json(raw.strip()) if isinstance(raw, str) and raw.strip().startswith("[") else raw
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
        raise WrongType("it must be a list of dictionaries", "Write a list of dictionaries, or the same as JSON.")
    return [dict(item) for item in value]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_ARTICLES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "dict": "a dictionary",
    "list of str": "a list of texts",
    "list of dict": "a list of dictionaries",
}
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "str": _to_str,
    "int": _to_int,
    "float": _to_float,
    "bool": _to_bool,
    "dict": _to_dict,
    "list of str": _to_strings,
    "list of dict": _to_dicts,
}

Values = dict[str, Any]
# A rule about several settings: their names, and a function of their values that returns faults.
Rule = tuple[Sequence[str], Callable[..., Iterator[Fault]]]


@dataclass(frozen=True)
class Role:
    """The settings of a role with the rules about several of them.

    ``compute`` returns the computed defaults from the other values and the name of the host. ``internal`` are the names
    that the tasks of the role use themselves; a user cannot set them.
    """

    name: str
    settings: Sequence[Setting]
    rules: Sequence[Rule]
    compute: Callable[[Values, Mapping[str, Any]], Values]
    internal: frozenset[str]
    owner_rules: Sequence[Rule] = ()  # rules for the region that owns what spans regions
    title: str = ""  # the name in messages

    @property
    def by_name(self) -> dict[str, Setting]:
        """The settings by name."""
        return {setting.name: setting for setting in self.settings}

    def check(
        self, given: Mapping[str, Any], host: Mapping[str, Any], *, owner: bool = True
    ) -> tuple[Values, list[Fault]]:
        """Return the values of all settings in their types, and the faults.

        ``given`` are the variables of a host that the user has set, with templates resolved. ``host`` are the variables
        of the run that computed defaults depend on. ``owner`` says whether the host owns what spans regions. A wrong
        setting has no value.
        """
        values: Values = {}
        faults = list(self.unknown(given))
        for setting in self.settings:
            value, found = _checked(setting, given)
            faults += found
            if value is not MISSING:
                values[setting.name] = value
        values = {**self.compute(values, host), **values}
        for names, judge in (*self.rules, *(self.owner_rules if owner else ())):
            wrong = {name for fault in faults for name in fault.names}
            if not wrong & set(names) and all(name in values for name in names):
                faults += judge(*(values[name] for name in names))
        return values, faults

    def unknown(self, given: Iterable[str]) -> Iterator[Fault]:
        """Return a fault for each variable with the prefix of the role that is no setting."""
        known, title = self.by_name, self.title or f"the role {self.name}"
        for name in given:
            if name in known or not name.startswith(f"{self.name}_"):
                continue
            if name in self.internal:
                yield Fault({name: MISSING}, f"is computed by {title} and cannot be set", "Remove it.")
            else:
                yield Fault({name: MISSING}, f"is not a setting of {title}", self._correct(name))

    def _correct(self, name: str) -> str:
        stem = f"{self.name}_"  # it is the same in all names, and would make all of them near
        stems = {setting.removeprefix(stem): setting for setting in self.by_name}
        near = did_you_mean(name.removeprefix(stem), stems)
        return f"Did you mean {stems[near]}?" if near else "Correct the name, or remove the variable."


def _checked(setting: Setting, given: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
    """Return the value of a setting, or MISSING if it is wrong or has a computed default, and its faults."""
    if setting.name not in given:
        return (MISSING if setting.computed else setting.default), []
    raw = given[setting.name]
    try:
        value = setting.convert(raw)
    except WrongType as error:
        return MISSING, [Fault({setting.name: HIDDEN if setting.secret else raw}, error.args[0], error.args[1])]
    found = list(setting.faults(value))
    return (MISSING if found else value), found
