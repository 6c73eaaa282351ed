"""STS of the local AWS: every key is the account's owner; moto makes up a user that IAM does not know."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from ..core import serve


class LocalSts(TokenResponse):
    """Answers for STS."""

    def get_caller_identity(self) -> ActionResult:
        """The owner of the account."""
        account = self.current_account
        return ActionResult({"UserId": account, "Account": account, "Arn": f"arn:{self.partition}:iam::{account}:root"})


def register() -> None:
    """Take over from moto's handler."""
    serve("sts", LocalSts)
