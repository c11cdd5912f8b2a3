# Kalium. `make` alone lists what can be made.

PYTHON ?= $(shell command -v python3.11 || echo python3)
PORT ?= 8501
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help app test lint types pytest chromium clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

app: $(VENV)/runtime ## Serve the dashboard on http://localhost:8501 (PORT=... for another)
	$(BIN)/python -m app --server.port $(PORT)

test: lint types pytest ## Check everything: lint, types, unit, page and browser tests

lint: $(VENV)/test ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test ## Check types
	$(BIN)/mypy

pytest: $(VENV)/test chromium ## Run the tests (WORKERS=... at a time)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --max-worker-restart 0

clean: ## Remove the environment and the tools' caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps are newer than the requirements they stand for, so nothing is installed twice.
$(VENV)/runtime: requirements.txt | $(BIN)/python
	@echo "Installing what the dashboard needs (once, some minutes) ..."
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/test: requirements-test.txt requirements-train.txt $(VENV)/runtime
	@echo "Installing what the tests need (once) ..."
	$(PIP_INSTALL) --quiet -r requirements-test.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing. Install it: sudo apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

chromium:
	@for name in chromium chromium-browser google-chrome; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
	else echo "The browser tests need Chromium. Install it: sudo apt-get install chromium"; exit 1; fi; \
	echo "Installing Chromium for the browser tests (once) ..."; \
	$$as_root apt-get update -qq && $$as_root apt-get install -y -qq chromium || \
		{ echo "Chromium could not be installed. Install it: sudo apt-get install chromium"; exit 1; }
