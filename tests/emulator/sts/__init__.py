"""STS of the local AWS: every access key belongs to the account's owner, not to moto's made-up user."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from ..core import serve


class LocalSts(TokenResponse):
    """The handler of STS."""

    def get_caller_identity(self) -> ActionResult:
        """Return the owner of the account."""
        account = self.current_account
        return ActionResult({"UserId": account, "Account": account, "Arn": f"arn:{self.partition}:iam::{account}:root"})


def register() -> None:
    """Replace moto's handler."""
    serve("sts", LocalSts)
