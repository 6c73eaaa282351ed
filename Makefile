# The commands of this project. `make` lists them.

ENV ?= prod
SCALE ?= 0
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# Python writes byte code once and starts twice as fast from then on, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo local stop test unit integration site lag process chaos drift lint sanity molecule bench docs lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

.venv/lock: requirements.txt scripts/venv.sh
	@sh scripts/venv.sh

demo: .venv/lock ## build ENV (dev, qa or prod) on a local AWS: plan, apply, apply again; then look around
	@python scripts/local.py demo --environment $(ENV) --scale $(SCALE)

local: .venv/lock ## start the local AWS on a free loopback port, or say where it runs
	@python scripts/local.py start --scale $(SCALE)

stop: ## end what `make demo` or `make local` started
	@if [ -x .venv/bin/python ]; then .venv/bin/python scripts/local.py stop; else echo "Nothing runs."; fi

test: unit integration site lint sanity molecule ## everything there is

unit: .venv/lock ## pure functions, the engine, the walls of the design
	pytest tests/unit

integration: .venv/lock ## the local AWS's promises, and every module in the four beats
	pytest -n 2 --dist worksteal tests/contract tests/integration/modules

site: .venv/lock ## every role and every environment, as users run them
	pytest -n 2 --dist worksteal tests/integration/site

# Without those that compare a plan with the calls of an apply, one by one: they need an AWS that shows at once what is.
lag: .venv/lock ## the product's tests on a local AWS that lags by three reads and takes its time
	LOCAL_AWS_LAG=3 LOCAL_AWS_SCALE=0.001 pytest -n 2 --dist worksteal tests/integration \
	  --ignore tests/integration/site/test_plan.py --ignore tests/integration/site/test_drift.py \
	  --ignore tests/integration/site/test_half_built.py

process: .venv/lock ## the environments once more, each module in a process of its own as Ansible runs others
	MTK_IN_PROCESS=false pytest -n 2 --dist worksteal tests/integration/site/test_environments.py tests/integration/site/test_in_process.py

chaos: .venv/lock ## interruptions in more places than `make test` has time for
	pytest -m chaos tests/integration/site

drift: .venv/lock ## 200 drawn drifts, every drift there is, 30 half-built accounts: an apply does what its plan says
	DRIFT_CASES=200 pytest -m "" -n 2 --dist worksteal tests/integration/site/test_drift.py tests/integration/site/test_half_built.py

bench: .venv/lock ## runs beside plain boto3, and the local AWS beside moto's own server, as ratios
	python scripts/bench
	python scripts/bench/local_aws.py

lint: .venv/lock ## ruff, mypy, yamllint, ansible-lint
	ruff check .
	ruff format --check .
	mypy plugins/module_utils tests/emulator
	yamllint --strict .
	ansible-lint --offline --profile production

sanity: .venv/lock ## ansible-test sanity on the built collection, and its documentation
	bash scripts/sanity.sh

molecule: .venv/lock ## each role in a scenario of its own
	molecule test --all

docs: .venv/lock ## make docs/local-aws.md from what the local AWS promises
	cd tests && python -m emulator.promises.page > ../docs/local-aws.md

lock: ## write requirements.txt anew from requirements.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --upgrade \
	  --custom-compile-command "make lock" --output-file requirements.txt requirements.in

clean: stop ## remove everything that these commands made
	rm -rf .venv .local-aws .cache .ansible build .pytest_cache .mypy_cache .ruff_cache .hypothesis
