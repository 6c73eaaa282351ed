"""Users of the local AWS with the policies of a holder, and runs with their keys under enforcement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from access.evaluation import ACCOUNT
from access.runs import HOME, prefix
from ansible_collections.mtk.backend.plugins.module_utils.domain import _access

from .conftest import Played, Site


def policies(environment: str, regions: Sequence[str]) -> _access.Policies:
    return _access.policies(_access.Scope(environment, ACCOUNT, regions, parameters=prefix(environment)))


class Holder:
    """A user to whom exactly the policies of a holder are attached. Policies are evaluated from then on."""

    def __init__(self, aws: Any, environment: str, holder: str, regions: Sequence[str] = (HOME,)) -> None:
        self.aws, self.name = aws, f"test-{holder}"
        self.iam = aws.client("iam")
        self.site = Site(aws, environment)
        self.iam.list_users()  # loads IAM. This takes seconds, and a read may be repeated, other than the next request
        self.arn = self.iam.create_user(UserName=self.name)["User"]["Arn"]
        self.key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        found = policies(environment, regions)
        for name in found.attach[holder]:
            self.attach(name, found.documents[name])
        aws.control.enforce_iam()

    def attach(self, name: str, document: Mapping[str, Any]) -> None:
        made = self.iam.create_policy(PolicyName=f"{self.name}-{name}", PolicyDocument=json.dumps(document))
        self.iam.attach_user_policy(UserName=self.name, PolicyArn=made["Policy"]["Arn"])

    def play(self, playbook: str, *arguments: str, expect: int = 0, source: str = "") -> Played:
        """Play a playbook with the keys of the user, and with another inventory if ``source`` is given."""
        environ = {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ACCESS_KEY_ID": self.key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": self.key["SecretAccessKey"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        keys = ("-e", json.dumps({"mtk_aws_environment": environ}))
        site = self.site
        if source:
            site = Elsewhere(self.aws, self.site.environment, source)
        return site.play(playbook, *keys, *arguments, expect=expect)

    def refused(self, played: Played) -> list[str]:
        """Return the calls that AWS refused for want of a permission, as ``service:Operation``."""
        codes = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
        return [f"{c['service']}:{c['operation']}" for c in self.aws.control.calls() if c["error"] in codes]


class Elsewhere(Site):
    """A site with another inventory."""

    def __init__(self, aws: Any, environment: str, source: str) -> None:
        super().__init__(aws, environment)
        self.source = source

    def command(self, playbook: str, *arguments: str, **given: Any) -> list[str]:
        words = super().command(playbook, *arguments, **given)
        words[3] = self.source
        return words
