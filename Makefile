# The two commands of a newcomer are `make run` and `make test`; `make` alone lists all.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
SEED ?= 1
PYTEST := $(VENV)/bin/python -m pytest --hypothesis-seed=$(SEED)

.PHONY: help install run test check contract wiring screens languages lock wheel try-card test-trixie bench-%

help: ## list what can be made
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(VENV)/installed ## make .venv with everything pinned, from requirements.lock
$(VENV)/installed: requirements.lock pyproject.toml
	tests/support/prepare.sh install
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes --requirement requirements.lock
	$(VENV)/bin/pip install --quiet --no-deps --editable .
	touch $@

run: install ## run the whole hall on this machine (PORT=8080)
	$(VENV)/bin/gateway demo --data .demo --port $(or $(PORT),8080)

check: install ## format, lint, types and the rule of who may know whom
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test: install ## everything: check, all tests, and the quick R and S benches (SEED=2 tries other examples)
	tests/support/prepare.sh test
	tests/support/esphome.sh
	$(MAKE) --no-print-directory check
	QUICK=1 $(VENV)/bin/python -m tests.bench.power
	QUICK=1 $(VENV)/bin/python -m tests.bench.chaos
	QUICK=1 $(VENV)/bin/python -m tests.bench.sim
	QUICK=1 $(VENV)/bin/python -m tests.bench.restore
	QUICK=1 $(VENV)/bin/python -m tests.bench.clusters
	QUICK=1 $(VENV)/bin/python -m tests.bench.buttons
	QUICK=1 $(VENV)/bin/python -m tests.bench.lan
	QUICK=1 $(VENV)/bin/python -m tests.bench.pin
	QUICK=1 $(VENV)/bin/python -m tests.bench.spam
	QUICK=1 $(VENV)/bin/python -m tests.bench.identity
	SEED=$(SEED) QUICK=1 $(VENV)/bin/python -m tests.bench.fuzz
	QUICK=1 $(VENV)/bin/python -m tests.bench.poison
	QUICK=1 $(VENV)/bin/python -m tests.bench.outage
	$(PYTEST) --numprocesses 2 --dist loadfile

bench-pages: install
	@tests/support/prepare.sh pages
	@$(VENV)/bin/python -m tests.bench.pages

bench-stolen-card: install
	@tests/support/prepare.sh test
	@$(VENV)/bin/python -m tests.bench.stolen_card

bench-%: install ## prove one promise, as docs/benches.md lists them (SEED=, QUICK=1)
	@tests/support/prepare.sh test
	@$(VENV)/bin/python -m tests.bench.$*

screens: install ## a picture of every page in every language, in screens/
	@tests/support/prepare.sh test
	$(VENV)/bin/python -m tests.browser.screens

languages: install ## what each language lacks and what awaits review (LANGUAGE=osi lists it)
	@$(VENV)/bin/python -m tests.portal.catalogues $(LANGUAGE)

contract: install ## write what follows from the schemas of gateway/relay/contract: docs/events.md, frozen fields
	@$(VENV)/bin/python -m tests.support.contract_pages

wiring: install ## write what follows from firmware_config/wiring: wirings and shopping lists in docs/, in both languages
	@$(VENV)/bin/python -m provisioning.wiring

lab: install ## try the drivers against a real kernel in a virtual machine: numpads, a USB printer (about three minutes)
	@tests/support/prepare.sh lab
	tests/lab/kernel.sh tests/lab -q

try-card: install ## install a card's release in a Debian root without network, killed again and again (SEED=, SUITE=trixie; root, mmdebstrap; minutes)
	$(VENV)/bin/python -m tests.lab.card $(or $(SUITE),bookworm)

lock: ## pin every dependency and its hash anew (needs uv)
	uv pip compile pyproject.toml --extra centre --extra demo --extra led --extra release --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

wheel: install ## build the wheel and try it without the development dependencies
	tests/support/try_wheel.sh

test-trixie: ## the same tests in a Debian 13 root, with Python 3.13 (needs root and mmdebstrap)
	tests/support/trixie.sh
