#!/bin/sh
# ansible-test sanity and the documentation's lint, on the collection as it is built and installed.
set -eu
cd "$(dirname "$0")/.."
stage=$PWD/.cache/sanity
site=$(.venv/bin/python -c 'import ansible_collections; print(list(ansible_collections.__path__)[0])')
version=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

rm -rf "$stage"
mkdir -p "$stage/dist"
.venv/bin/ansible-galaxy collection build --force --output-path "$stage/dist" . > /dev/null
cd "$stage"
"$OLDPWD/.venv/bin/ansible-galaxy" collection install dist/*.tar.gz --no-deps --offline --force -p "$stage" > /dev/null
ln -s "$site/amazon" "$stage/ansible_collections/amazon"

# ansible-test fetches get-pip from the Internet; this one comes with Python, and serves where there is none.
cache=$HOME/.ansible/test/cache
mkdir -p "$cache"
for name in get_pip_24_2.py get_pip_25_2.py; do
  [ -f "$cache/$name" ] || cp "$OLDPWD/scripts/get_pip.py" "$cache/$name"
done

cd "$stage/ansible_collections/mtk/backend"
ansible-test sanity --local --python "$version"
antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self .
