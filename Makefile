# Two commands: `make study` sets up and runs a study, `make test` sets up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
CONFIG = $(if $(STUDY),--config study=$(STUDY))
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: study test check format lock clean
.DELETE_ON_ERROR:

study: .venv/.run
	$(BIN)/snakemake --cores all $(CONFIG)

test: .venv/.test
	$(BIN)/python -m pytest

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/mypy

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# Bytecode is compiled here, because importing TensorFlow without it takes three times as long.
.venv/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	{ echo "thresher needs Python 3.11 to 3.13, but $(PYTHON) is $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install -q --compile -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.run requirements-dev.lock
	$(PIP) install -q --compile -r requirements-dev.lock
	@touch $@

# Needs uv. The files name neither a registry nor a machine.
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --group build
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group test -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .snakemake
