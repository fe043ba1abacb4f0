# Two commands for a newcomer: `make demo` and `make test`. Everything a target needs it fetches itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check lint arrows types migrations templates rules shots oracles prod-check bench-voting bench-dividend chaos lock stop demo-ready dev-ready

# The first Python that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Each recipe that asks the database runs against the test cluster, unless DATABASE_URL names another.
DATABASE := export DATABASE_URL="$${DATABASE_URL:-$$($(BIN)/python -m core.processes.postgres ensure test)}"
SETTINGS := export DJANGO_SETTINGS_MODULE=config.settings.test

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: demo-ready ## start everything on this machine, with an example company (DEMO_PORT, default 8000)
	@export KILDERKIN_STOP_WITH_PARENT=1; exec $(BIN)/python -m core.processes.demo

test: dev-ready ## run all tests, browser journeys included (PYTEST="-k word" chooses)
	@$(DATABASE); $(BIN)/python -m core.processes.messages; $(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST)

check: lint arrows types migrations templates rules ## lint, arrows, types, migrations, templates, rules (make -k check: go on after a failure)

lint: dev-ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

arrows: dev-ready
	@$(BIN)/lint-imports

types: dev-ready
	@$(SETTINGS); $(BIN)/mypy

migrations: dev-ready
	@$(SETTINGS); $(DATABASE); $(BIN)/python manage.py makemigrations --check --dry-run

templates: dev-ready
	@$(BIN)/djlint --lint --quiet templates

# Sizes, locks, and that every template compiles.
rules: dev-ready
	@$(DATABASE); $(BIN)/python -m pytest -q -m repository tests/consistency

shots: dev-ready ## take pictures of every page of the journeys, into the shots folder of KILDERKIN_HOME
	@$(DATABASE); $(BIN)/python -m core.processes.messages; \
	export KILDERKIN_SHOTS="$$($(BIN)/python -m core.processes.places)/shots"; \
	$(BIN)/python -m pytest -q -m browser tests; echo "Pictures are in $$KILDERKIN_SHOTS"

# Large libraries in an environment of their own, outside this folder; the house itself never imports them.
oracles: dev-ready ## hold the counting engine against public libraries (installs 600 MB outside this folder, once)
	@oracles="$$($(BIN)/python -m core.processes.places)/oracles"; \
	[ -x "$$oracles/bin/python" ] || $(BIN)/uv venv --quiet --python $(BIN)/python "$$oracles"; \
	$(BIN)/uv pip sync --quiet --require-hashes --python "$$oracles/bin/python" requirements/oracles.lock; \
	"$$oracles/bin/python" -m pytest -q -p no:cacheprovider -c tests/oracles/pytest.ini tests/oracles

prod-check: demo-ready ## say in sentences what this machine lacks to run in production
	@export DJANGO_SETTINGS_MODULE="$${DJANGO_SETTINGS_MODULE:-config.settings.production}"; failed=0; \
	$(BIN)/python manage.py check --deploy --fail-level WARNING || failed=1; \
	$(BIN)/python manage.py prod_check || failed=1; exit $$failed

bench-voting: dev-ready ## votes per second as ratios to bare views, on a server and a database of its own (2,000 members, some minutes)
	@$(BIN)/python benchmarks/voting.py $(BENCH)

bench-dividend: dev-ready ## a dividend for 1,000,000 holders as a ratio to storing its rows bare, on a database of its own (half an hour)
	@$(BIN)/python benchmarks/dividend.py $(BENCH)

chaos: dev-ready ## pay 20,000 people through 25 kill -9, two crashes of PostgreSQL and a broken line (some minutes; FAULT_SEED repeats one)
	@$(DATABASE); export CHAOS_PAYEES=20000 CHAOS_KILLS=25 CHAOS_RESTARTS=2; \
	$(BIN)/python -m pytest -q -s -k everybody_once tests/faults/test_payouts.py

stop: ## stop the test cluster, which otherwise stays for the next run
	@$(BIN)/python -m core.processes.postgres stop test

lock: dev-ready ## renew the locks within the bounds of pyproject.toml and package.json
	@compile() { $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url "$$@"; }; \
	compile --upgrade --group dev --output-file requirements/dev.lock; \
	for smaller in demo base; do cp requirements/dev.lock requirements/$$smaller.lock; done; \
	compile --group demo --output-file requirements/demo.lock; \
	compile --output-file requirements/base.lock; \
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--upgrade --group pyproject.toml:oracles --output-file requirements/oracles.lock
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

demo-ready:
	@test -n "$(PYTHON)" || { echo "This machine lacks Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m core.processes.setup demo

dev-ready:
	@test -n "$(PYTHON)" || { echo "This machine lacks Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m core.processes.setup dev
