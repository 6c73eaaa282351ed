#!/usr/bin/env bash
# Test the collection on each supported ansible-core: 2.19 on Python 3.11, 2.21 on newer ones. For each Python that works:
# unit tests, sanity, and the installed collection with plan, apply, drift and destroy on the local AWS.
#   PYTHONS="python3.11 /opt/python/bin/python3.13" bash scripts/cores.sh    with these Pythons; default: those on PATH
#   NEXT=15.0.0a3 bash scripts/cores.sh                                      the newest of them also with this ansible
set -euo pipefail
cd "$(dirname "$0")/.."
unset ANSIBLE_CONFIG
mkdir -p .cache/cores

prepare() { # name, Python, further requirements: make a virtual environment below .cache/cores
  local venv=$PWD/.cache/cores/$1 lock
  lock="$(cksum < requirements-dev.txt) $3"
  if [ "$(cat "$venv/lock" 2> /dev/null)" != "$lock" ]; then
    echo "Creating .cache/cores/$1 from requirements-dev.txt ..."
    rm -rf "$venv"
    "$2" -m venv "$venv"
    if [ -n "$3" ]; then # without the hashes, and without the two packages that are replaced
      sed -n '/^ansible\(-core\)\?==/d; s/^\([a-zA-Z0-9._-]*==[^\\]*\)\\$/\1/p' requirements-dev.txt > "$venv/pins"
      "$venv/bin/pip" install --quiet --disable-pip-version-check --pre --requirement "$venv/pins" "$3"
    else
      "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements-dev.txt
    fi
    echo "$lock" > "$venv/lock"
  fi
}

check() { # name: run all checks in a virtual environment
  local venv=$PWD/.cache/cores/$1
  echo "== $1: $("$venv/bin/ansible" --version | sed -n 1p), $("$venv/bin/python" --version)"
  "$venv/bin/python" -m pytest tests/unit || return 1
  "$venv/bin/python" -m pytest -m "" tests/integration/site/test_installed.py || return 1
  bash scripts/sanity.sh "$venv" || return 1
}

found=() failed=() newest=
for python in ${PYTHONS:-python3.11 python3.12 python3.13 python3.14}; do
  # Version managers put names on PATH that do not work, so try each of them.
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null || true)
  case $version in
    3.11 | 3.12 | 3.13 | 3.14) ;;
    *) echo "Left out: $python is no Python 3.11 to 3.14 that works." && continue ;;
  esac
  prepare "$version" "$python" ""
  check "$version" || failed+=("$version")
  found+=("$version") newest=$python
done
if [ -n "${NEXT:-}" ] && [ -n "$newest" ]; then
  prepare next "$newest" "ansible==$NEXT"
  check next || failed+=(next)
  found+=(next)
fi

echo "Tested: ${found[*]:-none}. Failed: ${failed[*]:-none}."
case " ${found[*]:-} " in
  *" 3.11 "*"3.1"[234]" "*) ;;
  *)
    echo "The oldest core needs Python 3.11 and the newest needs 3.12 or newer. Name Pythons that work with PYTHONS." >&2
    exit 1
    ;;
esac
[ ${#failed[@]} -eq 0 ]
