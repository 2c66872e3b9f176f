# The same commands here and in CI. Needs make and Python 3.11 or later; all else is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: help up down demo seed test test-fast check fix clean

PYTHON ?= python3.11 python3
BIN := .venv/bin
READY := .venv/.installed
CODE := src tests $(wildcard migrations scripts)

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
	  printf '  make %-10s %s\n' "$$name" "$$text"; done

up: $(READY) ## Open the whole shop on this machine: make up ARGS="--port 9000 --detach"
	@$(BIN)/ecommerce up $(ARGS)

down: $(READY) ## Close a shop that runs in the background
	@$(BIN)/ecommerce down $(ARGS)

demo: $(READY) ## Open the shop in the background and tell where everything is
	@$(BIN)/ecommerce up --detach $(ARGS)

seed: $(READY) ## Fill the open shop with demo data: make seed ARGS="--products 5000"
	@$(BIN)/ecommerce seed $(ARGS)

test: $(READY) ## Run all tests: make test ARGS="-k refund"
	$(BIN)/python -m pytest $(ARGS)

test-fast: $(READY) ## Run the tests that need no server
	$(BIN)/python -m pytest tests/unit tests/architecture $(ARGS)

check: $(READY) ## Do what CI does: style, types, imports, tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(ARGS)

fix: $(READY) ## Format, and mend what can be mended by itself
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

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
