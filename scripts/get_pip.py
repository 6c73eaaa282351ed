"""Installs pip from the copy that comes with Python: what ansible-test takes the get-pip script for."""

import os
import subprocess
import sys

environment = dict(os.environ)  # ensurepip points pip's configuration to nowhere: keep the user's

import ensurepip  # noqa: E402

ensurepip.bootstrap(default_pip=True)
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "-q", *wanted], env=environment, timeout=600))
