#!/usr/bin/env bash
# Make the build context of the execution environment in .cache/ee, install its Python packages into a virtual
# environment of their own, and plan dev with them on a local AWS. It builds no image.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
stage=$root/.cache/ee
export PATH=$root/.venv/bin:$PATH
site=$(.venv/bin/python -c 'import ansible_collections; print(list(ansible_collections.__path__)[0])')

rm -rf "$stage" build/mtk-backend.tar.gz
mkdir -p "$stage/dist" build
ansible-galaxy collection build --force --output-path "$stage/dist" . > /dev/null
cp "$stage"/dist/*.tar.gz build/mtk-backend.tar.gz
ansible-builder create --file extensions/ee/execution-environment.yml --context "$stage/context" \
  --output-filename Containerfile
(cd "$stage/context/_build" && ls requirements.txt requirements.yml bindep.txt files/mtk-backend.tar.gz > /dev/null)

# The collections as in the image, but amazon.aws from .venv, so that the test needs no access to Galaxy.
ansible-galaxy collection install "$stage"/dist/*.tar.gz --no-deps --offline --force -p "$stage" > /dev/null 2>&1
ln -s "$site/amazon" "$stage/ansible_collections/amazon"

# ansible-core of the image needs Python 3.12. Version managers put names on PATH that do not work, so try each.
python=.venv/bin/python
for candidate in python3.14 python3.13 python3.12; do
  if "$candidate" -c '' 2> /dev/null; then python=$candidate; break; fi
done
core=$(sed -n 's/.*package_pip: \(ansible-core==.*\)/\1/p' extensions/ee/execution-environment.yml)
runner=$(sed -n 's/.*package_pip: \(ansible-runner==.*\)/\1/p' extensions/ee/execution-environment.yml)
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
  echo "No Python 3.12 on PATH, so this tests the oldest supported ansible-core, and not that of the image ($core)."
  core='ansible-core>=2.19,<2.20'
fi
echo "Installing $core, $runner and $(grep -cv '^#' meta/ee-requirements.txt) requirement(s) of the collection ..."
"$python" -m venv "$stage/venv"
"$stage/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$core" "$runner" \
  --requirement "$stage/context/_build/requirements.txt"

# Without the checkout's ansible.cfg and without HOME, as a foreign project in a container.
cd "$stage"
run() {
  env -i PATH="$stage/venv/bin:/usr/bin:/bin" LANG=C.UTF-8 HOME=/nonexistent ANSIBLE_LOCAL_TEMP="$stage/tmp" \
    ANSIBLE_HOME="$stage/home" ANSIBLE_COLLECTIONS_PATH="$stage" ANSIBLE_CALLBACKS_ENABLED=mtk.backend.plan "$@"
}
run ansible-doc --type module mtk.backend.ec2_vpc > /dev/null
for playbook in site plan drift destroy remove_region awx; do
  run ansible-playbook --syntax-check -i "$root/inventories/dev" "mtk.backend.$playbook" > /dev/null
done
echo "All playbooks load."

(cd "$root/tests" && exec ../.venv/bin/python -m emulator --url-file "$stage/url" --scale 0) > "$stage/aws.log" 2>&1 &
aws=$!
trap 'kill "$aws" 2> /dev/null; wait "$aws" 2> /dev/null || true' EXIT
for _ in $(seq 600); do
  [ -s "$stage/url" ] && break
  kill -0 "$aws" 2> /dev/null || { cat "$stage/aws.log" >&2; exit 1; }
  sleep 0.1
done
run env MTK_LOCAL_AWS_URL="$(cat "$stage/url")" ansible-playbook mtk.backend.plan \
  -i "$root/inventories/dev" -i "$root/inventories/local" > "$stage/plan.log" || { tail -40 "$stage/plan.log" >&2; exit 1; }
grep "^Plan of dev: 39 to create" "$stage/plan.log"
