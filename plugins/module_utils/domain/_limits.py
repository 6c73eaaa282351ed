# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of AWS for the values of options, checked before the first request.

A check is a function of an option's name and its value. It yields a sentence for each broken rule. A value that is not
given or not known yet breaks no rule. A limit is written here or in a module only if botocore's service model or AWS's
documentation states it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN

Check = Callable[[str, Any], Iterator[str]]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

REGION = r"[a-z]{2,}(-[a-z]+)+-[0-9]+"
# A letter of a tag: letters and digits of all scripts, and Unicode's spaces, to which line break and tab do not belong.
TAG_LETTER = r"[\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000.:/=+\-@]"
ROLE_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
POLICY_PATH = "(?=.{1,512}$)(/[A-Za-z0-9.,+@=_-]+)*/"  # the path of a policy; that of a role may have more letters
POLICY_ARN = r"arn:[a-z-]+:iam::([0-9]{12}|aws):policy/([!-~]+/)?[A-Za-z0-9_+=,.@-]{1,128}"
# CloudWatch Logs takes no other number of days; 0 is never.
LOG_RETENTION = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
LOG_GROUP_NAME = r"(?!aws/)[A-Za-z0-9_./#-]{1,512}"


def shown(value: Any) -> str:
    """Return a value as an error message shows it. Long texts are cut.

    >>> shown("a"), shown(30), shown(None), shown("x" * 100)
    ("'a'", '30', 'null', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' (100 characters)")
    """
    if not isinstance(value, str):
        return json.dumps(value, default=str)
    return repr(value) if len(value) <= 60 else f"'{value[:60]}...' ({len(value)} characters)"


def rule(broken: Callable[[Any], bool], words: str, remedy: str) -> Check:
    """Return a check that yields a sentence if ``broken`` is true for a known value."""

    def check(option: str, value: Any) -> Iterator[str]:
        unknown = value is None or (isinstance(value, str) and UNKNOWN in value)
        if not unknown and broken(value):
            yield f"{option} is {shown(value)}; {words}. {remedy}"

    return check


def between(low: float, high: float, unit: str = "") -> Check:
    """Check a number against a range that includes both ends."""
    words = f"AWS takes {low} to {high}{' ' if unit else ''}{unit}"
    return rule(lambda value: not low <= value <= high, words, "Give a number in this range.")


def one_of(*allowed: Any) -> Check:
    """Check a value against a list."""
    words = f"AWS takes {', '.join(str(value) for value in allowed)}"
    return rule(lambda value: value not in allowed, words, "Use one of these.")


def text(pattern: str, words: str, remedy: str = "Correct it.") -> Check:
    """Check that a whole text matches a pattern. ``words`` describe the pattern."""
    return rule(lambda value: not re.fullmatch(pattern, value, re.S), f"AWS takes {words}", remedy)


def up_to(length: int, low: int = 0) -> Check:
    """Check the number of characters of a text."""
    words = f"AWS takes {low} to {length} characters" if low else f"AWS takes up to {length} characters"
    return rule(lambda value: not low <= len(value) <= length, words, "Shorten it." if not low else "Correct it.")


def block(low: int = 0, high: int = 32, version: int = 4) -> Check:
    """Check a CIDR block: its IP version and its prefix length. Bits behind the prefix are permitted."""

    def broken(value: Any) -> bool:
        found = network(value)
        return found is None or found.version != version or not low <= found.prefixlen <= high

    example = "10.0.0.0/16" if version == 4 else "2001:db8::/32"
    words = f"AWS takes an IPv{version} block with a prefix length of {low} to {high}, for example {example}"
    return rule(broken, words, "Correct it.")


def identifier(prefix: str) -> Check:
    """Check that an id of EC2 begins with the prefix of its kind."""
    words = f"AWS takes an id that begins with {prefix}"
    return rule(
        lambda value: not str(value).startswith(prefix), words, "Give the id, or the name in the name's option."
    )


def document(size: int) -> Check:
    """Check a policy: a JSON object with statements, and its number of characters without white space."""

    def check(option: str, value: Any) -> Iterator[str]:
        if value is None or UNKNOWN in str(value):
            return
        content = parsed(value)
        if not isinstance(content, Mapping) or "Statement" not in content:
            yield f"{option} is {shown(value)}; AWS takes a JSON object with Statement. Correct the policy."
            return
        length = len(re.sub(r"\s", "", json.dumps(content, ensure_ascii=False)))
        if length > size:
            yield f"{option} has {length} characters without white space; AWS takes up to {size}. Shorten the policy."

    return check


def policy_or_none(size: int) -> Check:
    """Check a resource policy, where an empty object removes the policy."""

    def check(option: str, value: Any) -> Iterator[str]:
        if parsed(value) != {}:
            yield from document(size)(option, value)

    return check


def documents(pattern: str, size: int) -> Check:
    """Check named policies: the names against a pattern, and each policy as :func:`document` does."""
    content = document(size)

    def check(option: str, value: Any) -> Iterator[str]:
        for name, policy in (value or {}).items():
            if not re.fullmatch(pattern, str(name)):
                yield f"{option} has the name {shown(name)}; AWS takes {pattern} as a name. Choose another name."
            yield from content(f"{option}.{name}", policy)

    return check


def each(*checks: Check) -> Check:
    """Apply checks to each item of a list."""

    def check(option: str, value: Any) -> Iterator[str]:
        for number, item in enumerate(value or []):
            for item_check in checks:
                yield from item_check(f"{option}[{number}]", item)

    return check


def fields(**checks: Check) -> Check:
    """Apply checks to the fields of a mapping."""

    def check(option: str, value: Any) -> Iterator[str]:
        for name, field_check in checks.items():
            yield from field_check(f"{option}.{name}", (value or {}).get(name))

    return check


def every(*checks: Check) -> Check:
    """Apply several checks to the same value."""
    return lambda option, value: (fault for check in checks for fault in check(option, value))


def count(most: int) -> Check:
    """Check the number of items of a list."""

    def check(option: str, value: Any) -> Iterator[str]:
        if len(value or []) > most:
            yield f"{option} has {len(value)} items; AWS takes up to {most}. Remove some."

    return check


def distinct(option: str, value: Any) -> Iterator[str]:
    """Check that a list names no item twice. AWS shows each item once, so the list could never be reached."""
    known = [item for item in value or [] if item != UNKNOWN]
    for item in dict.fromkeys(known):
        if known.count(item) > 1:
            yield f"{option} contains {shown(item)} {known.count(item)} times; each item counts once. Name it once."


def network(value: Any) -> Optional[Network]:
    """Return a CIDR block without the bits behind its prefix; None for any other text."""
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None


def canonical_block(value: Any) -> Any:
    """Return a CIDR block as AWS writes it. A text that is not a block is returned unchanged.

    >>> canonical_block("10.78.1.5/16"), canonical_block("(known after apply)")
    ('10.78.0.0/16', '(known after apply)')
    """
    found = network(value) if isinstance(value, str) and "/" in value else None
    return value if found is None else str(found)


def parsed(value: Any) -> Any:
    """Return the content of JSON; None if the text is not JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


# The ids of the references' kinds (``aws/_lookup.py``).
IDS: Mapping[str, Check] = {
    "ipam": identifier("ipam-"),
    "ipam_default_scope": identifier("ipam-scope-"),
    "ipam_scope": identifier("ipam-scope-"),
    "ipam_pool": identifier("ipam-pool-"),
    "vpc": identifier("vpc-"),
    "subnet": identifier("subnet-"),
    "route_table": identifier("rtb-"),
    "internet_gateway": identifier("igw-"),
    "nat_gateway": identifier("nat-"),
    "security_group": identifier("sg-"),
    "iam_role": text("arn:.+|", "the ARN of a role"),
}


def reference_faults(references: Mapping[str, tuple[str, str]], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the broken rules of the ids that options give directly: each has the prefix of its kind."""
    for option, kind in dict(references.values()).items():
        value, check = params.get(option), IDS.get(kind)
        if check is not None and isinstance(value, list):
            yield from every(each(check), distinct)(option, value)
        elif check is not None:
            yield from check(option, value)


@dataclass(frozen=True)
class TagRules:
    """The rules of a service for tags, beside the rules of all services.

    ``common`` says that the service takes only letters, digits, spaces and ``_.:/=+-@``.
    """

    common: bool = False
    reserved: tuple[str, ...] = ("aws:",)
    ignores_case: bool = False


MOST_TAGS = 50


def tag_faults(option: str, tags: Mapping[Any, Any], rules: TagRules, named: int = 0) -> Iterator[str]:
    """Yield the broken rules of tags. ``named`` is the number of tags that the module adds."""
    if len(tags) + named > MOST_TAGS:
        count = f"{len(tags)} tags" + (f" and {named} of the module" if named else "")
        yield f"{option} has {count}; AWS takes up to {MOST_TAGS}. Remove some."
    if rules.ignores_case:
        yield from _same_keys(option, tags)
    for key, value in tags.items():
        yield from _key_faults(option, key, rules)
        yield from _value_faults(f"{option}.{key}", value, rules)


def _same_keys(option: str, tags: Iterable[Any]) -> Iterator[str]:
    found: dict[str, Any] = {}
    for key in tags:
        other = found.setdefault(str(key).lower(), key)
        if other != key:
            yield f"{option} has the keys {shown(other)} and {shown(key)}; the service ignores their case. Remove one."


def _key_faults(option: str, key: Any, rules: TagRules) -> Iterator[str]:
    if not isinstance(key, str):
        yield f"{option} has the key {shown(key)}; AWS takes texts. Write it in quotes."
    elif not 1 <= len(key) <= 128:
        yield f"{option} has the key {shown(key)}; AWS takes 1 to 128 characters. Correct it."
    elif key.lower().startswith(rules.reserved):
        yield f"{option} has the key {shown(key)}; AWS reserves {' and '.join(rules.reserved)}. Choose another key."
    elif rules.common and not _common(key):
        yield f"{option} has the key {shown(key)}; {COMMON}. Choose another key."


def _value_faults(option: str, value: Any, rules: TagRules) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{option} is {shown(value)}, which is not a text; AWS takes texts. Write it in quotes."
    elif UNKNOWN not in value and len(value) > 256:
        yield f"{option} is {shown(value)}; AWS takes up to 256 characters. Shorten it."
    elif UNKNOWN not in value and rules.common and not _common(value):
        yield f"{option} is {shown(value)}; {COMMON}. Correct it."


COMMON = "the service takes letters, digits, spaces and _.:/=+-@"


def _common(value: str) -> bool:
    """Return whether a text consists of AWS's common characters: the pattern ``[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*``."""
    return re.fullmatch(f"{TAG_LETTER}*", value) is not None
