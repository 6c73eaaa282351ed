"""AWS's words in place of moto's."""

from __future__ import annotations

import re

_WORDS = {
    r"Role (\S+) not found": r"The role with name \1 cannot be found.",
    r"Group (\S+) not found": r"The group with name \1 cannot be found.",
    r"Instance profile (\S+) not found": r"Instance Profile \1 cannot be found.",
    r"Policy (arn:\S+) not found": r"Policy \1 was not found.",
    r"Policy Document (\S+) not attached to role \S+": r"The role policy with name \1 cannot be found.",
    r"Policy (\S+) not found": r"The {entity} policy with name \1 cannot be found.",
    r"(User|Group) (\S+) already exists": r"\1 with name \2 already exists.",
    r"The Access Key with id (\S+) cannot be found": r"The Access Key with id \1 cannot be found.",
    r"Policy (?:version )?not found": r"Policy {policy} version {version} does not exist or is not attachable.",
}


def in_aws_words(message: str, **given: str) -> str:
    """Return a message of moto as AWS words it."""
    for pattern, words in _WORDS.items():
        match = re.fullmatch(pattern, message)
        if match:
            return match.expand(words).format(**given)
    return message
