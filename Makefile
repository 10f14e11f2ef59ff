# Every word that a person or CI needs. Nothing to install first but Python 3.11 (or later) and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

-include services.mk

.PHONY: help install check test bench docs demo build clean lock

help:
	@echo "make demo | test | check | services | stack | bench | docs | build | lock | clean"

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/python -m ensurepip --upgrade >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv hatchling
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

install: $(VENV)/.installed
