# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of credentials where amazon.aws and botocore differ, and where a run has no terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused

try:
    from botocore.exceptions import UnknownCredentialError
    from botocore.utils import JSONFileCache
except ImportError:  # AnsibleAWSModule reports it, with what to install
    JSONFileCache = UnknownCredentialError = None

_KEYS = {  # the options with keys, and the environment variables behind them
    "access_key": ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"),
    "secret_key": ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"),
    "session_token": ("AWS_SESSION_TOKEN",),
}
_OLD_TOKEN = "AWS_SECURITY_TOKEN"  # botocore reads it, and old versions of AWX set no other
_CLI_CACHE = "~/.aws/cli/cache"


def options(
    params: Mapping[str, Any], environ: Mapping[str, str], profiles: Callable[[], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the options of a module with the credentials that are meant.

    amazon.aws reads the keys of the environment as options, but not a token in AWS_SECURITY_TOKEN, without which AWS
    refuses the keys of a session. And a profile with ``credential_source = Environment`` takes the keys of the
    environment as its source, so that they are not a second source beside it. ``profiles`` returns the profiles of the
    configuration files.
    """
    found = dict(params)
    if found["session_token"] is None and found["access_key"] and _is_from(environ, found, "access_key"):
        found["session_token"] = environ.get(_OLD_TOKEN)
    own = all(not found[name] or _is_from(environ, found, name) for name in _KEYS)
    given = any(found[name] for name in _KEYS)
    if found["profile"] and given and own and _uses_environment(profiles(), found["profile"]):
        found.update(dict.fromkeys(_KEYS))
    return found


def _is_from(environ: Mapping[str, str], params: Mapping[str, Any], name: str) -> bool:
    variables = (*_KEYS[name], _OLD_TOKEN) if name == "session_token" else _KEYS[name]
    return params[name] in [environ.get(variable) for variable in variables]


def _uses_environment(profiles: Mapping[str, Any], name: str) -> bool:
    """Return whether the chain of ``source_profile`` of a profile ends at the keys of the environment."""
    seen: set[str] = set()
    while name in profiles and name not in seen:
        seen.add(name)
        if profiles[name].get("credential_source") == "Environment":
            return True
        name = profiles[name].get("source_profile", "")
    return False


class Assumed(MutableMapping[str, Any]):
    """The sessions of assumed roles: those of this process, and those that the AWS CLI keeps in its cache.

    Nothing is written to a file.
    """

    def __init__(self) -> None:
        self._own: dict[str, Any] = {}
        # Without HOME, a user that no file names has no home. os.path leaves the path alone; pathlib raises an error.
        self._cli = JSONFileCache(os.path.expanduser(_CLI_CACHE))  # noqa: PTH111

    def __contains__(self, key: object) -> bool:
        return key in self._own or self._of_cli(key) is not None

    def __getitem__(self, key: str) -> Any:
        found = self._own.get(key) or self._of_cli(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, value: Any) -> None:
        self._own[key] = value

    def __delitem__(self, key: str) -> None:
        del self._own[key]

    def __iter__(self) -> Any:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def _of_cli(self, key: Any) -> Any:
        try:
            found = self._cli[key]
        except KeyError:
            return None
        return found if isinstance(found, dict) and "Credentials" in found else None


def without_terminal(session: Any, profile: str | None) -> None:
    """Let a botocore session read the AWS CLI's sessions, and refuse to ask for an MFA code.

    A run consists of many processes without a terminal, and an MFA code is good for one request only.
    """
    try:
        provider = session.get_component("credential_provider").get_provider("assume-role")
    except UnknownCredentialError:  # a botocore without this source of credentials
        return
    name = profile or session.get_config_variable("profile") or os.environ.get("AWS_PROFILE") or "default"

    def refuse(prompt: str) -> str:
        raise Refused(
            f"The AWS profile '{name}' needs an MFA code, and a run cannot ask for it. Log in first, with a session of "
            f"at least the length of the run: aws sts get-caller-identity --profile {name} asks for the code, and the "
            "run uses the session that the AWS CLI keeps. Or export the credentials of aws sts get-session-token."
        )

    provider.cache = Assumed()
    provider._prompter = refuse
