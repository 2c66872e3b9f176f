# The same commands here and in CI. Needs make and Python 3.11 or later; all else is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: help up down demo seed shell fuzz test test-fast check bench fix lock migration graph clean
# Packages are compiled once; our own modules, too, even where the shell says not to.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3.11 python3
BIN := .venv/bin
READY := .venv/.installed
CODE := src tests bench $(wildcard migrations scripts)
# Each of these processes starts servers of its own. They wait a good part of the time: one more than cores.
JOBS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --generate-hashes --universal --no-header --no-annotate

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(READY) ## Open the whole shop on this machine: make up ARGS="--port 9000 --detach"
	@$(BIN)/ecommerce up $(ARGS)

down: $(READY) ## Close a shop that runs in the background
	@$(BIN)/ecommerce down $(ARGS)

demo: $(READY) ## Walk through the open shop: browse, buy, pay, refund
	@$(BIN)/python scripts/demo.py $(ARGS)

seed: $(READY) ## Fill the open shop with demo data: make seed ARGS="--products 5000"
	@$(BIN)/ecommerce seed $(ARGS)

shell: $(READY) ## Python with await and the open shop's container at hand
	@$(BIN)/python scripts/shell.py $(ARGS)

fuzz: $(READY) ## Throw anything at the open shop, for half an hour: make fuzz ARGS="--seconds 7200"
	@$(BIN)/python scripts/fuzz.py $(ARGS)

test: $(READY) ## Run all tests: make test ARGS="-k refund"
	$(PYTEST) $(ARGS)

test-fast: $(READY) ## Run what needs no server: the rules, and the contracts over fakes
	PRICING_EXAMPLES=10 $(PYTEST) tests/unit tests/contract -m "not server" $(ARGS)

races: $(READY) ## Run the races alone: fifty at once, against several processes
	$(BIN)/python -m pytest $(wildcard tests/e2e/test_*races.py) $(ARGS)

check: $(READY) ## Do what CI does: style, types, imports, migrations, dependencies, tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/codespell $(CODE) docs .env.example Makefile $(wildcard *.md *.toml *.yaml)
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python scripts/migration_sql.py .venv/migrations
	$(BIN)/squawk .venv/migrations/*.sql
	$(BIN)/python scripts/audit.py
	$(PYTEST) $(ARGS)

bench: $(READY) ## Measure CPU a request against the limits, write docs/performance.md: make bench ARGS="--secs 3"
	@$(BIN)/python -m bench $(ARGS)

fix: $(READY) ## Format, and mend what can be mended by itself
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

migration: $(READY) ## Write a migration from what the tables in the code have become: make migration m="add gift cards"
	@$(BIN)/python scripts/migration.py "$(m)"

graph: $(READY) ## Draw the container and the imports, to .data/graph
	@$(BIN)/python scripts/graph.py $(ARGS)

lock: ## Pin the dependencies anew: make lock ARGS="--upgrade-package stripe"
	$(COMPILE) --all-extras pyproject.toml -o requirements.lock $(ARGS)
	$(COMPILE) --constraints requirements.lock pyproject.toml -o requirements-prod.lock
	$(BIN)/python scripts/audit.py

clean: ## Remove caches; the data and the environment stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis dist

# The lock pins every package by its hashes, the installer too. Whoever has pip configured for a mirror, but
# not uv, is served by pip.
$(READY): requirements.lock pyproject.toml
	@python=$$(for each in $(PYTHON); do \
	    if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$each"; break; fi; \
	  done); \
	if [ -z "$$python" ]; then \
	  echo 'Python 3.11 or later is needed (tried: $(PYTHON)). Name one: make PYTHON=/path/to/python3.11' >&2; \
	  exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "making .venv with $$python"; \
	  "$$python" -m venv --clear .venv || exit 1; \
	fi
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@echo 'installing the packages of requirements.lock into .venv'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --system-certs --python $(BIN)/python --require-hashes requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --offline --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
