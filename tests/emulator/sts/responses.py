"""Who asks: moto makes up a user that IAM does not know."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse


class LocalSts(TokenResponse):
    """Answers for STS."""

    def get_caller_identity(self) -> ActionResult:
        """The owner of the account."""
        account = self.current_account
        arn = f"arn:{self.partition}:iam::{account}:root"
        return ActionResult({"UserId": account, "Account": account, "Arn": arn})
