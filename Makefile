# Every command of this checkout. Only python3 (3.11 or newer, with venv) and make must be on the machine.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PYTEST_WORKERS ?= logical
BIN := .venv/bin
SETUP := $(PYTHON) deploy/bootstrap.py
PYTEST := $(BIN)/python -m pytest
NPM := $(BIN)/python deploy/npm.py
# Rooms that do no I/O: their branches are all covered, or `make coverage` fails.
PURE := services/*/domain/*,services/gateway/channels/*,services/history/shops/*,shared/kernel/*

.PHONY: help run test check unit integration contract e2e faults coverage web web-test contracts docs cluster cluster-e2e \
	cluster-faults faults-gateway faults-router lock lock-check clean \
	ready ready-dev lint types together beside alone

help: ## List these targets
	@printf 'Firstreply: make <target>\n\n'
	@awk -F ':.*## ' '/^[a-z0-9%-]+:.*## /{sub(/%/, "*", $$1); printf "  %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\nFIRSTREPLY_PORT (8080), FIRSTREPLY_HOME (./var), DATABASE_URL, PG_BIN, CHROMIUM_PATH and\n'
	@printf 'FIRSTREPLY_BUNDLED_ONLY=1 are read from the environment: see docs/development.md.\n'

run: ready ## Start Firstreply on this machine
	@exec $(BIN)/firstreply up

test: ready-dev ## Run every test of every tier, with the unit tests' coverage
	@$(MAKE) web-test
	@$(MAKE) together
	@$(MAKE) coverage
	@$(MAKE) beside
	@$(MAKE) alone

check: ready-dev ## Lint, format, types, import contracts
	@$(MAKE) -j 2 lint types

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache --no-logo
	$(NPM) web run --silent check

types:
	$(BIN)/mypy
	cd deploy && ../$(BIN)/mypy --config-file ../pyproject.toml --cache-dir ../.mypy_cache/deploy *.py

unit: ready-dev ## Run the unit tests
	@$(PYTEST) tests/unit

integration: ready-dev ## Run the tests of one service with a real PostgreSQL
	@$(PYTEST) tests/integration

contract: ready-dev ## Run the tests of what crosses between services
	@$(PYTEST) tests/contract

e2e: ready-dev ## Run the whole stack in Chromium
	@$(PYTEST) tests/e2e

faults: ready-dev ## Kill, restart and partition, checked against a ledger
	@$(PYTEST) tests/faults

# The unit tests, traced, as they alone must reach every branch of the pure rooms; one service with a real PostgreSQL,
# and then the whole product, three tests side by side, as they mostly wait; and then what watches real time and wants
# the processors for itself. Whoever is through takes over from the others; of whole files the few long ones begin.
together:
	@$(PYTEST) tests/unit -n $(PYTEST_WORKERS) --dist worksteal --cov --cov-report=
	@$(PYTEST) tests/integration tests/contract -n 3 --dist worksteal

beside:
	@$(PYTEST) tests/faults tests/e2e -m 'not bench and not watches_time' -n 3 --dist loadfile --no-loadscope-reorder

alone:
	@$(PYTEST) tests/e2e tests/faults -m watches_time

coverage: ## Show what the last unit tests covered; the pure rooms must have every branch
	@$(BIN)/coverage report
	@$(BIN)/coverage report --include='$(PURE)' --fail-under=100

bench-%: ready-dev ## Measure: bench-slice and what else bench/ holds
	@test -f bench/$(subst -,_,$*).py || { echo "There is no bench named $*: bench/ holds$$(cd bench && grep -l __main__ *.py | sed 's/^/ /' | tr -d '\n')." >&2; exit 2; }
	@$(BIN)/python -m bench.$(subst -,_,$*)

docs: ready-dev ## Check the documents: links, commands, glossary
	@$(PYTEST) tests/unit/docs

contracts: ready-dev ## Write anew what is generated from shared/contracts
	@$(BIN)/python -m web.sdk.generate
	@$(BIN)/python -m docs.protocol.generate

web: ready-dev ## Build the pages into services/static
	@echo "The pages are in services/static."

web-test: ready-dev
	@$(NPM) web test --silent

cluster: ready-dev ## Start two gateways, two routers, history, NATS and Caddy on this machine
	@exec $(BIN)/firstreply cluster

cluster-e2e: ready-dev ## Run the whole stack in Chromium, against a cluster
	@FIRSTREPLY_E2E=cluster $(PYTEST) tests/e2e

cluster-faults: ready-dev ## Kill each process of a cluster three times under load, and NATS besides
	@FIRSTREPLY_CLUSTER_ROUNDS=$${FIRSTREPLY_CLUSTER_ROUNDS:-3} $(PYTEST) tests/faults/test_cluster_kills.py tests/faults/test_cluster.py

# Each line is one kind of fault, at its full count; `make test` does each once, with fewer people.
faults-gateway: ready-dev ## Kill, stop and cut what is around the gateway, twenty times and more
	@FIRSTREPLY_CLUSTER_VICTIMS='gateway-1 gateway-2' FIRSTREPLY_CLUSTER_ROUNDS=10 FIRSTREPLY_CLUSTER_CUSTOMERS=200 \
		$(PYTEST) tests/faults/test_cluster_kills.py
	@FIRSTREPLY_CLUSTER_VICTIMS=postgres FIRSTREPLY_CLUSTER_ROUNDS=20 $(PYTEST) tests/faults/test_cluster_kills.py
	@FIRSTREPLY_CLUSTER_VICTIMS=nats FIRSTREPLY_CLUSTER_ROUNDS=5 $(PYTEST) tests/faults/test_cluster_kills.py
	@FIRSTREPLY_NATS_AWAY_S=30 $(PYTEST) tests/faults/test_cluster.py
	@FIRSTREPLY_CLUSTER_ROUNDS=10 FIRSTREPLY_RACERS=50 $(PYTEST) tests/faults/test_two_gateways.py
	@FIRSTREPLY_STOPPED_S=70 $(PYTEST) tests/faults/test_stopped_client.py
	@FIRSTREPLY_CROWD=10000 FIRSTREPLY_CROWD_IDLE_S=25 $(PYTEST) tests/faults/test_crowd.py
	@FIRSTREPLY_DROPS=1000 $(PYTEST) tests/faults/test_random_drops.py
	@$(PYTEST) tests/contract/test_lost_publishes.py tests/faults/bus

faults-router: ready-dev ## Kill, stop and cut what is around the router, fifty times and more
	@FIRSTREPLY_ROUTER_KILLS=50 $(PYTEST) tests/faults/router/test_router_kills.py
	@FIRSTREPLY_ROUTER_STOPS=12 $(PYTEST) tests/faults/router/test_two_routers.py
	@FIRSTREPLY_NATS_AWAY_S=30 FIRSTREPLY_ROUTER_DATABASE_RESTARTS=10 $(PYTEST) tests/faults/router/test_router_outages.py
	@FIRSTREPLY_ROUTER_LOAD_S=600 FIRSTREPLY_ROUTING_AGENTS=10 $(PYTEST) tests/faults/router/test_two_routers.py -m bench

lock: ready-dev ## Write the lock files anew, with the newest versions
	$(BIN)/python deploy/locks.py write
	$(NPM) web run --silent lock
	$(NPM) tests/browser install --package-lock-only --no-audit --no-fund

lock-check: ready-dev ## Say whether the locks still fit what is asked for
	@$(BIN)/python deploy/locks.py check

clean: ## Remove what was built; .venv and var stay
	@rm -rf services/static web/node_modules web/*/node_modules web/*/dist tests/browser/node_modules \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov test-results
	@rm -f .venv/.firstreply/pages .venv/.firstreply/npm-*
	@find services shared tests bench deploy -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed what was built. Kept: .venv and var."

ready:
	@$(SETUP) run

ready-dev:
	@$(SETUP) dev
