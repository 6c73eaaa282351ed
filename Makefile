# The commands of this project. `make` lists them.

ENV ?= prod
SCALE ?= 0
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# With byte code, Python starts twice as fast.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo local stop test unit integration site lag lost process chaos removal locks access slow walk drift awx ee browser inventories peers lint sanity galaxy cores \
  coverage precommit molecule bench docs lock clean FORCE

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# It ends at once if .venv is up to date. After a move of the checkout, no file is newer than .venv.
.venv/run: FORCE
	@sh scripts/venv.sh run

.venv/dev: FORCE
	@sh scripts/venv.sh dev

demo: .venv/run ## plan and apply ENV (dev, qa or prod) on a local AWS, and apply it again
	@python scripts/local.py demo --environment $(ENV) --scale $(SCALE)

local: .venv/run ## start the local AWS on a free loopback port, or show where it runs
	@python scripts/local.py start --scale $(SCALE)

stop: ## stop the local AWS that `make demo` or `make local` started
	@if [ -x .venv/bin/python ]; then .venv/bin/python scripts/local.py stop; else echo "The local AWS is not running. Start it with: make local"; fi

# The first four use one core each. The other suites use all cores.
test: .venv/dev ## run all tests and checks of CI
	$(MAKE) --jobs=2 --output-sync=target unit lint sanity molecule
	$(MAKE) integration
	$(MAKE) site

unit: .venv/dev ## test pure functions, the engine and the boundaries of the design
	pytest tests/unit

integration: .venv/dev ## test the local AWS and every module
	pytest -n 2 --dist worksteal tests/contract tests/integration/modules

site: .venv/dev ## test the playbooks of every environment, as users run them
	pytest -n 2 --dist worksteal tests/integration/site

# Without the tests that compare a plan with the calls of an apply: they need an AWS without lag.
lag: .venv/dev ## test the product on a local AWS that lags by three reads and takes time
	LOCAL_AWS_LAG=3 LOCAL_AWS_SCALE=0.001 pytest -n 2 --dist worksteal tests/integration \
	  --ignore tests/integration/site/test_plan.py --ignore tests/integration/site/test_drift.py \
	  --ignore tests/integration/site/test_half_built.py

# Without a test about the words of a refusal between two writes: a lost answer to the first write ends that step.
lost: .venv/dev ## test every module on a local AWS that loses, breaks or withholds the first answer to every write
	for fault in lost broken silent; do \
	  LOCAL_AWS_FAULT=$$fault pytest -n 2 --dist worksteal tests/integration/modules \
	    --deselect tests/integration/modules/test_dynamodb_limits.py::test_another_attribute_of_the_time_to_live_takes_two_runs \
	    || exit 1; \
	done

process: .venv/dev ## test the environments with each module in a process of its own
	MTK_IN_PROCESS=false pytest -n 2 --dist worksteal tests/integration/site/test_environments.py tests/integration/site/test_in_process.py

chaos: .venv/dev ## test interruptions in more places than `make test`
	pytest -m chaos tests/integration/site

removal: .venv/dev ## test more deletions, interruptions of them, and removals from an inventory
	pytest -m removal -n 2 --dist worksteal tests/integration/site

slow: .venv/dev ## test further environments and ways to start a run
	pytest -m slow -n 2 --dist worksteal tests/unit/test_habits.py tests/integration/site

walk: .venv/dev ## run every command that the documentation prints
	pytest -m "" tests/unit/test_walk.py tests/integration/site/test_walk.py tests/integration/site/test_demo.py

access: .venv/dev ## record what runs need of IAM, and run every playbook with the policies of each holder
	cd tests && PYTHONPATH=.:../collections python -m access.runs
	pytest tests/unit/test_access_needs.py
	pytest -m access -n 2 --dist worksteal tests/integration/site/test_least_privilege.py

locks: .venv/dev ## test the run lock, with two applies at once ten times for each case
	LOCK_CASES=10 pytest -m "" -n 2 --dist worksteal tests/integration/site/test_locks.py

drift: .venv/dev ## compare plan and apply for 200 random drifts and 30 half-built accounts
	DRIFT_CASES=200 pytest -m "" -n 2 --dist worksteal tests/integration/site/test_drift.py tests/integration/site/test_half_built.py

awx: .venv/dev ## set up AWX for two environments on a stand-in for its API
	pytest -m "" tests/integration/site/test_awx.py

ee: .venv/dev ## make the build context of the execution environment, and plan dev with its Python packages
	bash scripts/ee.sh

browser: .venv/dev ## test the layout of the topology page in Chromium (on Debian: apt-get install chromium)
	pytest tests/browser

inventories: .venv/dev ## plan and apply 200 random inventories
	INVENTORY_CASES=200 pytest -n 2 --dist worksteal tests/integration/site/test_random_inventories.py

peers: .venv/dev ## run the modules of amazon.aws and community.aws on the local AWS
	pytest -n 2 --dist worksteal tests/peers

bench: .venv/dev ## measure runs against plain boto3, and the local AWS against moto's server
	python scripts/bench
	python scripts/bench/local_aws.py

lint: .venv/dev ## run ruff, mypy, yamllint, ansible-lint, and check the changelog
	ruff check .
	ruff format --check .
	mypy plugins/module_utils plugins/plugin_utils plugins/action plugins/callback plugins/doc_fragments plugins/filter \
	  plugins/lookup playbooks/callback_plugins examples tests/emulator
	antsibull-changelog lint
	yamllint --strict .
	ansible-lint --offline --profile production

sanity: .venv/dev ## run ansible-test sanity on the built collection, and check its documentation
	bash scripts/sanity.sh

galaxy: .venv/dev ## import the built collection as Galaxy does (galaxy-importer in an environment of its own)
	bash scripts/galaxy.sh

cores: ## run unit tests, sanity, plan and apply on each ansible-core that the Pythons of this machine support
	bash scripts/cores.sh

coverage: .venv/dev ## show which lines of plugins/ the unit tests and the tests of the modules run
	pytest -n 2 --dist worksteal --cov=plugins --cov-report=term tests/unit tests/integration/modules

precommit: .venv/dev ## run the hooks of .pre-commit-config.yaml on all files
	pre-commit run --all-files

molecule: .venv/dev ## test each role in a molecule scenario
	molecule test --all

docs: .venv/dev ## generate docs/developing/local-aws.md, what follows from the settings and from the outputs
	PYTHONPATH=collections python scripts/settings.py
	PYTHONPATH=collections python scripts/outputs.py
	cd tests && python -m emulator.promises.page > ../docs/developing/local-aws.md

lock: ## update requirements.txt and requirements-dev.txt from the files *.in (needs uv)
	for name in requirements requirements-dev; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --upgrade \
	    --custom-compile-command "make lock" --output-file $$name.txt $$name.in || exit 1; \
	done

clean: stop ## remove everything that these commands created
	rm -rf .venv .local-aws .cache .ansible build .pytest_cache .mypy_cache .ruff_cache .hypothesis
