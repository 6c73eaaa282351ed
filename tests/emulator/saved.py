"""The server's own directory, where it saves states. It loads only what it has saved."""

from __future__ import annotations

import hmac
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from .guard import write_private

_KEY = ".key"
_SIZE = 32  # of an HMAC with SHA-256


class Saved:
    """The files of saved states, each with an HMAC. The key is in the directory, in a file that only its owner reads.

    A state is a pickle, which runs code when it is loaded. So a file without the right HMAC is refused.
    """

    def __init__(self) -> None:
        self._directory: Path | None = None
        self._temporary: Path | None = None

    def use(self, directory: Path | None) -> None:
        """Use a directory, which is created if it does not exist. Without one, use a temporary directory."""
        self.close()
        if directory:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = directory.stat()
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                raise ValueError(f"Others can write into {directory}. Use a directory that only you can write to.")
            self._directory = directory.resolve()

    def close(self) -> None:
        """Delete the temporary directory, if there is one."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
        self._directory = self._temporary = None

    @property
    def directory(self) -> Path:
        """Return the directory; a temporary one unless another was chosen."""
        if self._directory is None:
            self._directory = self._temporary = Path(tempfile.mkdtemp(prefix="local-aws-")).resolve()
        return self._directory

    def path(self, name: str) -> Path:
        """Return the file of a name. Refuse names that lead out of the directory."""
        path = (self.directory / name).resolve()
        if path.parent != self.directory or path.name.startswith("."):
            raise ValueError(f"'{name}' is not the name of a state. States are files in {self.directory}.")
        return path

    def write(self, name: str, content: bytes) -> None:
        """Save a state under a name."""
        self.path(name).write_bytes(self._digest(content) + content)

    def read(self, name: str) -> bytes:
        """Return a saved state. Refuse what was saved with another key or changed since then."""
        path = self.path(name)
        if not path.is_file():
            raise ValueError(f"There is no saved state '{name}' in {self.directory}.")
        content = path.read_bytes()
        if not hmac.compare_digest(content[:_SIZE], self._digest(content[_SIZE:])):
            raise ValueError(f"The state '{name}' was not saved by this server, or it was changed. It is not loaded.")
        return content[_SIZE:]

    def _digest(self, content: bytes) -> bytes:
        return hmac.digest(self._key(), content, "sha256")

    def _key(self) -> bytes:
        path = self.directory / _KEY
        if not path.exists():
            write_private(path, secrets.token_hex(32))
        if path.stat().st_mode & 0o077:
            raise ValueError(f"Others can read the key {path}. Delete it and the states of its directory.")
        return path.read_bytes()


SAVED = Saved()
