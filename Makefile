# Plain POSIX make and sh: GNU make 3.81 (macOS), newer GNU make and BSD make all read this file.
#
#   make install PYTHON=python3.12     another interpreter than python3
#   make test ARGS="-k cookies -x"     more arguments for the command behind a target

PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
ARGS =

.PHONY: help install run emulator test check bench clean

help: ## show this list
	@sed -n 's/^\([a-z][a-z]*\):.*## /\1 /p' Makefile | while read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

install: $(STAMP) ## put paceline and the tools for working on it into .venv (only when that is out of date)

$(STAMP): pyproject.toml hatch_build.py sandbox/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'paceline needs Python 3.11 or newer, and $(PYTHON) is not that' >&2; \
	  echo '  fix: name another interpreter, as in: make install PYTHON=python3.12' >&2; \
	  exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo '$(PYTHON) cannot create a virtual environment, see above' >&2; \
	  echo '  fix: install its venv module (Debian, Ubuntu: apt-get install python3-venv)' >&2; \
	  exit 1; }
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[dev]'
	@touch $(STAMP)

run: $(STAMP) ## replay the Peloton suite from its cassettes, without network, and write reports to reports/
	$(BIN)/paceline run --replay --reporters cli,html,json,junit --reporter-html-export reports/peloton.html \
	  --reporter-json-export reports/peloton.json --reporter-junit-export reports/peloton.xml $(ARGS)

emulator: $(STAMP) ## serve the Peloton emulator on port 8900, until it is stopped
	$(BIN)/python -m tests.emulator $(ARGS)

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest $(ARGS)

check: $(STAMP) ## lint, format, types and layers; changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_layers.py

bench: $(STAMP) ## measure start-up, throughput and memory
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## back to a fresh checkout: remove .venv, the fetched sandbox, packages and caches
	rm -rf $(VENV) runner/paceline/script/bundle build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
