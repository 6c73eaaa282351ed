#!/bin/sh
# Create .venv with the newest working Python of 3.11 to 3.14, unless it is up to date.
#   sh scripts/venv.sh        what a run and the local AWS need, from requirements.txt
#   sh scripts/venv.sh dev    also what the tests and checks need, from requirements-dev.txt
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
  run) requirements=requirements.txt ;;
  dev) requirements=requirements-dev.txt ;;
  *) echo "Usage: sh scripts/venv.sh [run|dev]" >&2; exit 2 ;;
esac

# .venv/run and .venv/dev hold the checksum of the lock file from which .venv was filled. The scripts in .venv name the
# directory of the checkout, so a checkout that was moved or copied needs a new .venv.
lock=$(cksum < "$requirements")
here() { [ -L .venv ] || grep -qF "$(pwd -P)/.venv/" .venv/bin/ansible-playbook 2> /dev/null; }
if [ -f ".venv/$kind" ] && [ "$(cat ".venv/$kind")" = "$lock" ] && here && .venv/bin/python -c '' 2> /dev/null; then
  exit 0
fi

# Version managers put names on PATH that do not work, so try each of them.
for version in 3.14 3.13 3.12 3.11; do
  for candidate in "python$version" python3 python; do
    found=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null || true)
    if [ "$found" = "$version" ]; then
      exec "$candidate" scripts/install.py "$kind"
    fi
  done
done
echo "Found no working Python 3.11 to 3.14 on PATH. Install one, for example: apt-get install python3 python3-venv" >&2
exit 1
