#!/bin/sh
# Create .venv from requirements.txt with the newest working Python of 3.11 to 3.14, unless it is up to date.
set -eu
cd "$(dirname "$0")/.."

lock=$(cksum < requirements.txt)
if [ -f .venv/lock ] && [ "$(cat .venv/lock)" = "$lock" ] && .venv/bin/python -c '' 2> /dev/null; then
  exit 0
fi

# Version managers put names on PATH that do not work, so try each of them.
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
  echo "Found no working Python 3.11 to 3.14 on PATH. Install one, for example: apt-get install python3 python3-venv" >&2
  exit 1
fi

echo "Creating .venv with $("$python" --version) from requirements.txt (a minute with pip, seconds with uv) ..."
rm -rf .venv
if uv --version > /dev/null 2>&1; then
  uv venv --quiet --no-python-downloads --python "$("$python" -c 'import sys; print(sys.executable)')" .venv
  uv pip install --quiet --python .venv/bin/python --requirement requirements.txt
else
  if ! "$python" -m venv .venv; then
    echo "$python cannot create virtual environments. Install the venv module, on Debian: apt-get install python3-venv" >&2
    exit 1
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --requirement requirements.txt
fi
echo "$lock" > .venv/lock
