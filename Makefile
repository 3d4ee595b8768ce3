# Each command is told in one line after its name: `make help` prints them.

SHELL := /bin/sh
PYTHON ?=
export PYTHON
WITH_PYTHON := sh scripts/with-python.sh
BIN := .venv/bin
ARGS ?=
# Hashes but no addresses, so that any mirror serves; for all systems and versions of Python that are supported.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml
already = $(shell sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' $(1:%=requirements/%.lock))

.DEFAULT_GOAL := help
.PHONY: help run test style check bench eval gate fmt model bundle test-setup eval-tools peers-tools judge-tools lock environment test-environment test-model clean distclean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: ## Install, build the model, load the demonstration corpus, serve on 127.0.0.1:8000
	@exec $(WITH_PYTHON) scripts/run.py

test: test-environment test-model ## Run all tests (ARGS="-k word" for some); says what was skipped and why
	@sh scripts/test-means.sh
	@$(BIN)/python -m pytest $(ARGS)

style: test-environment ## Style, strict types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: style test-model ## The same, and the fast tests
	$(BIN)/python -m pytest -q tests/unit tests/contract $(ARGS)

bench: environment model ## Measure speed and memory on this machine
	@$(BIN)/python -m eval.bench $(ARGS)

eval: environment model ## Ask the corpus its questions with known answers
	@$(BIN)/kb eval run $(ARGS)

gate: environment model ## Hold every component against what is expected; names what is at fault
	@$(BIN)/kb eval gate $(ARGS)

fmt: test-environment ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

model: environment ## Build the embedding model folder, if it is not there
	@$(WITH_PYTHON) scripts/model.py

bundle: environment model ## Pack everything for a machine without internet into dist/
	@$(WITH_PYTHON) scripts/bundle.py

test-setup: ## Install Chromium, a Chinese font and PostgreSQL from Debian's packages (root)
	@sh scripts/test-setup.sh

eval-tools: ## Install scikit-learn, which `kb eval calibrate` fits with
	@$(WITH_PYTHON) scripts/environment.py base eval

peers-tools: ## Install the systems that `kb eval peers` compares with
	@$(WITH_PYTHON) scripts/environment.py base eval peers

judge-tools: environment ## Install ragas, which `kb eval judge` scores with, beside the service
	@$(WITH_PYTHON) scripts/environment.py --apart judge

# tzdata: the service needs it on one system only, a peer on all.
lock: test-environment ## Write requirements/*.lock anew from pyproject.toml (ARGS="--upgrade-package NAME")
	@$(LOCK) $(ARGS) -o requirements/base.lock
	@$(LOCK) $(ARGS) --extra eval -c requirements/base.lock $(call already,base) -o requirements/eval.lock
	@$(LOCK) $(ARGS) --extra eval --extra test -c requirements/base.lock -c requirements/eval.lock \
		$(call already,base eval) -o requirements/test.lock
	@$(LOCK) $(ARGS) --extra peers $(patsubst %,-c requirements/%.lock,base eval test) \
		$(subst --no-emit-package tzdata,,$(call already,base eval test)) -o requirements/peers.lock
	@$(BIN)/python scripts/extra.py judge | \
		$(subst pyproject.toml,-,$(LOCK)) $(ARGS) --python-version 3.11 -o requirements/judge.lock
	@sed -i '/^# The following packages/,$$d' requirements/*.lock

environment:
	@$(WITH_PYTHON) scripts/environment.py base

# Tests read the model from var/, wherever the knowledge of the person at the keyboard lies.
test-model: environment
	@KB_DATA_DIR=var KB_EMBEDDING_MODEL= $(WITH_PYTHON) scripts/model.py

test-environment:
	@$(WITH_PYTHON) scripts/environment.py base eval test peers
	@$(WITH_PYTHON) scripts/environment.py --apart judge

clean: ## Remove caches and built archives; knowledge in var/ stays
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Remove the environment too; knowledge in var/ stays
	rm -rf .venv
