#!/usr/bin/env bash
# Import the built collection as Galaxy does, and fail if the importer reports anything.
# The importer needs other versions of its libraries than the tests, so it has a virtual environment of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
stage=$PWD/.cache/galaxy
venv=$stage/venv
mkdir -p "$stage"

if ! cmp -s requirements-galaxy.txt "$venv/lock" 2> /dev/null || ! "$venv/bin/python" -c '' 2> /dev/null; then
  echo "Creating .cache/galaxy/venv from requirements-galaxy.txt ..."
  rm -rf "$venv"
  .venv/bin/python -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements-galaxy.txt
  cp requirements-galaxy.txt "$venv/lock"
fi

rm -rf "$stage/dist" "$stage/run"
mkdir "$stage/run"
cat > "$stage/importer.cfg" << 'END'
[galaxy-importer]
run_ansible_test = false
run_ansible_lint = true
offline_ansible_lint = true
run_flake8 = true
check_required_tags = true
END
.venv/bin/ansible-galaxy collection build --force --output-path "$stage/dist" . > /dev/null
cd "$stage/run" # the importer writes its result into the working directory
export PATH=$venv/bin:/usr/local/bin:/usr/bin:/bin GALAXY_IMPORTER_CONFIG=$stage/importer.cfg
unset ANSIBLE_CONFIG
python -m galaxy_importer.main "$stage"/dist/*.tar.gz 2>&1 | tee "$stage/log" | grep -v -E '^(Loading|Linting) |W503'
# W503 and W504 exclude each other. ruff breaks lines before an operator, as PEP 8 recommends.
if grep -E -i '^(WARNING|ERROR|CRITICAL)|Traceback' "$stage/log" | grep -v ' W503 line break before binary operator$'; then
  echo "The importer reports problems: see the lines with WARNING and ERROR, and $stage/log." >&2
  exit 1
fi
if ! grep -q 'Importer processing completed successfully' "$stage/log" || ! grep -q 'via flake8' "$stage/log"; then
  echo "The importer did not complete, or left out flake8; its output is in $stage/log." >&2
  exit 1
fi
