#!/bin/sh
# Makes .venv from the lock file, with the newest Python of 3.11 to 3.14 that really runs. Does nothing where it is up to date.
set -eu
cd "$(dirname "$0")/.."

lock=$(cksum < requirements.txt)
if [ -f .venv/lock ] && [ "$(cat .venv/lock)" = "$lock" ] && .venv/bin/python -c '' 2> /dev/null; then
  exit 0
fi

# Version managers leave names on PATH that do not run: ask each one to.
python=
for version in 3.14 3.13 3.12 3.11; do
  for candidate in "python$version" python3 python; do
    found=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null || true)
    if [ "$found" = "$version" ]; then
      python=$candidate
      break 2
    fi
  done
done
if [ -z "$python" ]; then
  echo "No Python between 3.11 and 3.14 runs here. Install one, for example: apt-get install python3 python3-venv" >&2
  exit 1
fi

echo "Making .venv with $("$python" --version) from requirements.txt (a minute with pip, seconds with uv) ..."
rm -rf .venv
if uv --version > /dev/null 2>&1; then
  uv venv --quiet --no-python-downloads --python "$("$python" -c 'import sys; print(sys.executable)')" .venv
  uv pip install --quiet --python .venv/bin/python --requirement requirements.txt
else
  if ! "$python" -m venv .venv; then
    echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv" >&2
    exit 1
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --requirement requirements.txt
fi
echo "$lock" > .venv/lock
