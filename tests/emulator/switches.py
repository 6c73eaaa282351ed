"""The switches of the server, which a reset keeps."""

from __future__ import annotations


class Switch:
    """A switch that is off until somebody turns it on."""

    def __init__(self) -> None:
        self.on = False


class Partition:
    """The partition in which a new account begins."""

    def __init__(self) -> None:
        self.name = "aws"


UNVERIFIED = Switch()  # passes on to moto what no row promises
PARTITION = Partition()
