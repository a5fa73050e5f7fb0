# Two commands do everything: `make demo` and `make test`. Both set up .venv first, say what they install, and work
# offline once they have.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
PLAYBOOK ?= playbooks/demo.yaml
# What a file sets up is set up once; the order of files is that of tests/conftest.py.
PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo run test check check-code check-audit check-rules bench format clean
.PHONY: chromium coturn postgres espeak iproute

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## the main job on the embedded room server, under a minute
	$(BIN)/bots run playbooks/demo.yaml --log-format text

run: $(READY)  ## one session of a playbook: make run PLAYBOOK=playbooks/classroom.yaml
	$(BIN)/bots run $(PLAYBOOK)

check: $(READY)  ## format, lint, types, import table, known vulnerabilities, unit and protocol tests: about a minute
	@$(MAKE) --no-print-directory --jobs 2 check-code check-audit check-rules

check-code: $(READY)
	$(BIN)/ruff format --check --quiet bots tests bench
	$(BIN)/ruff check --quiet bots tests bench
	$(BIN)/mypy

check-audit: $(READY)
	@$(BIN)/python .ci/audit.py

check-rules: $(READY)
	$(PYTEST) --numprocesses 2 --quiet tests/unit tests/protocol

test: $(READY) chromium coturn postgres espeak iproute  ## all tests, with a browser, a TURN server, a PostgreSQL server and a voice
	$(PYTEST) --numprocesses 3

bench: $(READY)  ## the numbers, printed
	$(BIN)/python -m bench

format: $(READY)  ## lay out the code
	$(BIN)/ruff format bots tests bench
	$(BIN)/ruff check --fix --quiet bots tests bench

clean:  ## remove the virtual environment and caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "bots needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "installing python3-venv with apt-get"; $(APT) python3-venv; }
	@echo "setting up .venv (Python packages from requirements.lock)"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $@

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT = $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq

chromium:
	@command -v chromium >/dev/null || { echo "installing chromium with apt-get, for the browser tests"; $(APT) chromium; }

coturn:
	@command -v turnserver >/dev/null || { echo "installing coturn with apt-get, for the tests of networks"; $(APT) --no-install-recommends coturn; }

postgres:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || { echo "installing postgresql with apt-get, for the tests of the journal"; $(APT) --no-install-recommends postgresql; }

espeak:
	@command -v espeak-ng >/dev/null || { echo "installing espeak-ng with apt-get, for the tests of spoken texts"; $(APT) --no-install-recommends espeak-ng; }

iproute:
	@command -v ip >/dev/null || { echo "installing iproute2 with apt-get, for the tests of bad networks"; $(APT) --no-install-recommends iproute2; }
