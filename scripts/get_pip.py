"""A get-pip script for ansible-test that installs the pip that comes with Python, without the Internet."""

import os
import subprocess
import sys

environment = dict(os.environ)  # ensurepip disables pip's configuration; keep the user's

import ensurepip  # noqa: E402

ensurepip.bootstrap(default_pip=True)
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "-q", *wanted], env=environment, timeout=600))
