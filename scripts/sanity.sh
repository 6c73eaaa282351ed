#!/usr/bin/env bash
# Run ansible-test sanity and the lint of the documentation on the built and installed collection.
#   bash scripts/sanity.sh [VENV]    with the tools of another virtual environment than .venv
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
venv=$(cd "${1:-.venv}" && pwd)
stage=$PWD/.cache/sanity/$(basename "$venv")
export PATH=$venv/bin:$PATH
site=$(python -c 'import ansible_collections; print(list(ansible_collections.__path__)[0])')
version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

rm -rf "$stage"
mkdir -p "$stage/dist"
ansible-galaxy collection build --force --output-path "$stage/dist" . > /dev/null
cd "$stage"
ansible-galaxy collection install dist/*.tar.gz --no-deps --offline --force -p "$stage" > /dev/null 2>&1
ln -s "$site/amazon" "$stage/ansible_collections/amazon"

# ansible-test downloads get-pip; this replacement also works without the Internet.
cache=$HOME/.ansible/test/cache
mkdir -p "$cache"
for pip in 24.2 25.2 25.3; do
  name=get_pip_${pip//./_}.py
  [ -f "$cache/$name" ] || cp "$root/scripts/get_pip.py" "$cache/$name"
done

cd "$stage/ansible_collections/mtk/backend"
if compgen -G "tests/sanity/ignore-*" > /dev/null; then
  echo "tests/sanity has ignore files. Correct what they ignore, and delete them." >&2
  exit 1
fi
git init --quiet # ansible-test lists files with git, and the git repository of the checkout ignores the stage
ansible-test sanity --local --python "$version" 2>&1 | tee "$stage/log"
if grep -q "All targets skipped" "$stage/log" || ! grep -q "Running sanity test \"validate-modules\"" "$stage/log"; then
  echo "ansible-test ran no tests; its output is in $stage/log. Fix the error there, then run make sanity again." >&2
  exit 1
fi
# antsibull-docs copies amazon.aws, and inside a git repository only tracked files, which excludes .venv.
export GIT_CEILING_DIRECTORIES=$site
antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self .
