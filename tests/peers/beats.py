"""Run modules of other collections in this process, and tell in a word what each run did."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from typing import Any
from unittest.mock import patch

from ansible.module_utils.testing import patch_module_args

Run = Callable[..., dict[str, Any]]

CHECK, APPLY, AGAIN, CHECK_AGAIN, CHANGE, DELETE, GONE = (
    "check", "apply", "apply again", "check again", "change", "delete", "delete again",
)  # fmt: skip
EXPECTED = {
    CHECK: "changed",
    APPLY: "changed",
    AGAIN: "unchanged",
    CHECK_AGAIN: "unchanged",
    CHANGE: "changed",
    DELETE: "changed",
    GONE: "unchanged",
}
_WITHOUT_WRITES = {CHECK, AGAIN, CHECK_AGAIN, GONE}


def filled(value: Any, **names: Any) -> Any:
    """Return ``value`` with the names in its texts replaced: ``{site.vpc}``."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\{([^{}]+)\}", value)
        return value.format(**names) if whole or "{site." in value or "{made" in value else value
    if isinstance(value, Mapping):
        return {key: filled(item, **names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, **names) for item in value]
    return value


def runner(aws: Any) -> Run:
    """Return ``run("amazon.aws.ec2_vpc_net", check=True, name="x")``. It returns the module's result.

    The modules wait on the clock of the local AWS.
    """

    def run(module: str, /, *, check: bool = False, **parameters: Any) -> dict[str, Any]:
        namespace, collection, name = module.split(".")
        args = {
            "region": "us-east-1",
            **parameters,
            "_ansible_check_mode": check,
            "_ansible_module_name": module,
            "_ansible_diff": True,
            "_ansible_remote_tmp": "/tmp",
        }
        environ = {
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
        }
        source = importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}")
        out = io.StringIO()
        with patch.dict(os.environ, environ), _sleeping(aws.control.advance):
            try:
                with patch_module_args(args), redirect_stdout(out):
                    source.main()
            except SystemExit:
                return dict(json.loads(out.getvalue().strip().splitlines()[-1]))
            except Exception as error:  # a module that ends with a traceback
                return {"failed": True, "msg": f"{type(error).__name__}: {error}"}
        return {"failed": True, "msg": "The module ended without a result."}

    return run


@contextmanager
def _sleeping(sleep: Callable[[float], None]) -> Iterator[None]:
    """Replace ``time.sleep``, also where a module of a collection has imported it by name."""
    real = time.sleep
    with ExitStack() as patches:
        for module in [time, *(m for name, m in sys.modules.items() if name.startswith("ansible_collections."))]:
            if getattr(module, "sleep", None) is real:
                patches.enter_context(patch.object(module, "sleep", sleep))
        yield


def outcome(beat: str, result: Mapping[str, Any], writes: list[str]) -> str:
    """Return ``changed``, ``unchanged`` or ``failed: ...``, and the writes of a run that should make none."""
    if result.get("failed"):
        return f"failed: {result['msg']}"
    done = "changed" if result.get("changed") else "unchanged"
    return f"{done}, {' '.join(writes)}" if writes and beat in _WITHOUT_WRITES else done
