# Every word that a person or CI needs. Nothing to install first but Python 3.11 (or later) and make.

VENV ?= .venv
BIN := $(VENV)/bin

# Looked up only when the environment is built. `make PYTHON=/path/to/python` names one.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 python; do \
  $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
  && echo $$python && break; done)

# What `make test` and `make bench` hand on to pytest: make test ARGS="tests/alerts -x"
ARGS ?=
DOCS_TESTS := tests/docs -m "not integration"
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-header --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench dashboard docs build lock clean

help:
	@echo "make demo      a small shop with traffic, an error burst and the alert it fires"
	@echo "make test      every test; those that need a server skip where it is absent"
	@echo "make check     lint, format, types, layers, spelling, the dashboard's sources, docs tests"
	@echo "make services  install and start the servers that integration tests talk to"
	@echo "make stack     run Collector, Jaeger, Prometheus and Alertmanager beside the demo (stack-down ends it)"
	@echo "make bench     benchmarks, with the cost per request against the stock instrumentation"
	@echo "make dashboard the page at /monitoring/, from frontend/; demo and build do it too"
	@echo "make docs      the documentation site, into site/"
	@echo "make build     wheel and sdist, into dist/"
	@echo "make lock      write requirements/*.txt anew"
	@echo "make install   the virtual environment alone; make clean removes what was built"

install: $(VENV)/.installed

demo: $(VENV)/.demo
	@$(BIN)/python -m tools.frontend build --optional
	@exec $(BIN)/python -m tools.demo

test: $(VENV)/.installed
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m tools.frontend check --optional
	$(BIN)/python -m tools.frontend test --optional
	$(BIN)/pytest -q $(DOCS_TESTS)

bench: $(VENV)/.installed
	$(BIN)/pytest benchmarks $(ARGS)

dashboard: $(VENV)/.installed
	$(BIN)/python -m tools.frontend build $(ARGS)

docs: $(VENV)/.installed
	$(BIN)/zensical build --strict --clean

build: $(VENV)/.installed
	BUILD_DASHBOARD=required $(BIN)/python -m hatchling build -d dist

lock: $(VENV)/.uv
	$(COMPILE) requirements/uv.in --output-file requirements/uv.txt $(ARGS)
	$(COMPILE) pyproject.toml --extra shop --group dev --output-file requirements/dev.txt $(ARGS)
	$(COMPILE) pyproject.toml --extra shop --group build --constraint requirements/dev.txt \
	  --output-file requirements/demo.txt $(ARGS)

clean:
	rm -rf otel_monitoring/dashboard/static frontend/node_modules frontend/openapi.json frontend/src/api/schema.gen.ts
	rm -rf $(VENV) dist site .artefacts .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .benchmarks .coverage .cache .hypothesis

# The three stages of the environment: uv alone, what the demo needs, everything.
$(VENV)/.uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { \
	  echo "Python 3.11 or later with its venv module is needed and none was found." >&2; \
	  echo "On Debian: apt install python3 python3-venv. Elsewhere: make PYTHON=/path/to/python3.11" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(VENV)/.uv
	@test -e $(VENV)/.installed || { \
	  echo "Installing what the demo needs into $(VENV), once." && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/demo.txt && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; }
	@touch $@

$(VENV)/.installed: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@echo "Installing what requirements/dev.txt names into $(VENV)."
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

-include services.mk
