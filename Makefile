# Two commands: `make study` sets up and runs a study, `make test` sets up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
# As a list in YAML, the only way in which Snakemake takes any path as it is; for the shell in quotes.
YAML = ["$(subst ",\",$(subst \,\\,$(value STUDY)))"]
CONFIG = $(if $(value STUDY),--config 'study=$(subst ','\'',$(YAML))')
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: study test test-fast check format docs lock clean
.DELETE_ON_ERROR:

study: .venv/.run
	$(BIN)/snakemake --cores all $(CONFIG)

# Side by side on the cores that there are; what is dear to set up stays on one of them.
TEST := $(BIN)/python -m pytest -n auto --dist loadgroup

test: .venv/.test
	$(TEST) --cov

# What a change is tried with: neither Snakemake, nor a browser, nor long training.
test-fast: .venv/.test
	$(TEST) -m "not workflow and not browser and not slow"

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

# The site, in site/: every link is checked, and nothing is asked of the internet.
docs: .venv/.test
	$(BIN)/mkdocs build --strict --quiet

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
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --group build --extra train --extra slurm
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group test -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .snakemake
