# Two commands: `make study` sets up and runs a study, `make test` sets up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
# As a list in YAML, the only way in which Snakemake takes any path as it is; for the shell in quotes.
YAML = ["$(subst ",\",$(subst \,\\,$(value STUDY)))"]
CONFIG = $(if $(value STUDY),--config 'study=$(subst ','\'',$(YAML))')
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: study test test-fast test-oldest check audit format docs lock clean
.DELETE_ON_ERROR:

study: .venv/.run
	$(BIN)/snakemake --cores all $(CONFIG)

# Side by side on the cores that there are; what is dear to set up stays on one of them.
TEST := $(BIN)/python -m pytest -n auto --dist loadgroup

test: .venv/.test
	$(TEST) --cov

# What a change is tried with, in less than two minutes on two cores: neither Snakemake, nor a browser,
# nor whole reports, nor what imports TensorFlow.
HEAVY := $(addprefix tests/,training report workflow models own/test_check.py tasks/test_arrays.py \
	tasks/test_text.py test_optimizers.py test_testing.py test_own_pages.py) \
	$(addprefix src/thresher/,training testing.py)
test-fast: .venv/.test
	$(TEST) -m "not workflow and not browser and not slow" $(addprefix --ignore=,$(HEAVY))

# The base package alone, with the oldest libraries that pyproject.toml allows: analyses, readers,
# figures and report, without TensorFlow, Keras and Snakemake.
OLDEST := .venv-oldest/bin/python -m
BASE := $(addprefix tests/,statistics analyses drawing figures report readers packaging/test_base.py) \
	$(addprefix tests/test_,tables.py events.py alignment.py importing.py stages.py comparison.py)
test-oldest: .venv-oldest/.made
	PYTHONPATH="$(CURDIR)/src" $(OLDEST) pytest -n auto --dist loadgroup -W ignore $(BASE) \
	--ignore tests/report/test_browser.py -m "not browser and not workflow" \
	-k "not tensorboard and not ten_thousand"

.venv-oldest/.made: requirements-oldest.lock
	$(PYTHON) -m venv .venv-oldest
	$(OLDEST) pip install -q --disable-pip-version-check -r requirements-oldest.lock
	@touch $@

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/mypy

# What is installed for a study, with licences and hashes, as CycloneDX; the same bytes each time.
sbom.json: .venv-sbom/.made requirements.lock
	.venv-sbom/bin/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o $@ requirements.lock

.venv-sbom/.made: requirements-sbom.lock
	$(PYTHON) -m venv .venv-sbom
	.venv-sbom/bin/python -m pip install -q --disable-pip-version-check -r requirements-sbom.lock
	@touch $@

# Known weaknesses of what the lock names; skipped, and said, where their list can't be reached.
OSV := api.osv.dev
audit: .venv/.test
	@if $(BIN)/python -c 'import socket; socket.create_connection(("$(OSV)", 443), 10)' 2>/dev/null; then \
	$(BIN)/pip-audit --vulnerability-service osv --disable-pip --require-hashes -r requirements.lock; \
	else echo "audit: skipped, because $(OSV) can't be reached from here"; fi

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# The site, in site/: every link is checked, and nothing is asked of the internet.
docs: .venv/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Bytecode is compiled here, because importing TensorFlow without it takes three times as long.
.venv/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	{ echo "thresher needs Python 3.11 to 3.13, but $(PYTHON) is $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install -q --compile -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	@touch $@

.venv/.test: .venv/.run requirements-dev.lock
	$(PIP) install -q --compile -r requirements-dev.lock
	@touch $@

# Needs uv. The files name neither a registry nor a machine; with extras, because an older pip looks
# past the pin of `coverage` when another package asks for `coverage[toml]`.
COMPILE := uv pip compile -q --python-version 3.11 --generate-hashes --no-strip-extras --no-header
LOCK := $(COMPILE) --universal --group build --extra train --extra slurm
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group test -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --resolution lowest-direct --group oldest pyproject.toml -o requirements-oldest.lock
	$(COMPILE) --universal --group pyproject.toml:sbom -o requirements-sbom.lock

clean:
	rm -rf .venv .venv-oldest .venv-sbom .snakemake sbom.json
