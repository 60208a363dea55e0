# `make` lists the targets. Everything lives in .venv and .vetgrid inside this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than the cores: tests that kill processes wait for a third of their time until those are back.
PROCESSES ?= 3
# Where it is set, each of the many processes would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
# Files stay whole (conftest.py says which do not) and run in the order in which they were collected, the longest first.
SHARED_OUT := -n $(PROCESSES) --dist loadscope --no-loadscope-reorder

.PHONY: help demo test test-fast check bench stop clean openapi client miniprogram test-miniprogram

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 或更新的版本。'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || deploy/install-venv $(PYTHON) $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run ## run the demo county (database, web, worker); Ctrl-C stops
	@exec $(BIN)/vetgrid demo

test: $(VENV)/.dev ## all tests, the browser tests included, shared out to PROCESSES=3
	@deploy/install-browser
	$(BIN)/pytest $(SHARED_OUT)

test-fast: $(VENV)/.dev ## the tests that take less than a minute: no browser, no kills, no probe of every door
	$(BIN)/pytest $(SHARED_OUT) -m "not slow and not browser and not faults"

check: $(VENV)/.dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check vetgrid tests benchmarks conftest.py
	$(BIN)/ruff check vetgrid tests benchmarks conftest.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.dev ## the benchmarks (about ten minutes)
	$(BIN)/vetgrid bench

stop: ## stop the embedded database
	-$(BIN)/vetgrid stop

openapi: $(VENV)/.dev ## write the API's contract after a deliberate change
	$(BIN)/python -m tests.contracts.write_openapi

client: $(VENV)/.dev ## write the mini-program's API client from the contract
	$(BIN)/python -m tests.miniprogram.write_client

miniprogram/node_modules/.package-lock.json: miniprogram/package-lock.json
	cd miniprogram && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

miniprogram: $(VENV)/.dev miniprogram/node_modules/.package-lock.json ## build the mini-program (needs Node 20) and ship its browser build
	cd miniprogram && npm run --silent build:h5 && npm run --silent build:weixin
	$(BIN)/python -m tests.miniprogram.built

test-miniprogram: $(VENV)/.dev miniprogram/node_modules/.package-lock.json ## the mini-program's own tests (needs Node 20): types, both builds, WeChat's compilers
	cd miniprogram && npm run --silent types && npm run --silent build:h5 && npm run --silent build:weixin && npm test --silent
	$(BIN)/python -m tests.miniprogram.built --compare

clean: stop ## remove everything that was made here, the demo data included
	rm -rf $(VENV) .vetgrid
