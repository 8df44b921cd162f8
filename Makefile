# Two commands do everything: `make demo` and `make test`. All state lies in .venv/ and var/.
# A second run takes seconds: each step leaves a stamp in .venv/ that names what it installed from.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSOLE := dashboard/web
ARGS ?=
ROOMS := wire edge ingest dashboard sim train bench airbeat.py

.PHONY: demo test mutants check format install install-test console clean help
.DELETE_ON_ERROR:

help:
	@echo "make demo    everything at work, with a simulated town (ARGS=\"--headless --seconds 120 --json\" for a scripted one)"
	@echo "make test    all checks and tests; installs what they need"
	@echo "make mutants each flight rule with its code removed: what notices?"
	@echo "make check   format, lint, types, import contracts, house numbers"
	@echo "make clean   remove everything that make made"

demo: install console
	@exec $(BIN)/airbeat demo $(ARGS)

test: check
	@$(BIN)/python -m pytest tests --ignore=tests/system -n 2 --dist loadfile $(ARGS)
	@$(BIN)/python -m pytest tests/system $(ARGS)

mutants: install-test
	@$(BIN)/airbeat bench mutants --jobs $$(nproc) $(ARGS)

check: install-test console
	@$(BIN)/ruff format --check $(ROOMS) tests
	@$(BIN)/ruff check $(ROOMS) tests
	@$(BIN)/mypy --strict
	@$(BIN)/lint-imports
	@./build-console.sh $(CONSOLE) $(BIN) check
	@$(BIN)/python -m tests.house_numbers

format: install-test
	@$(BIN)/ruff format $(ROOMS) tests
	@$(BIN)/ruff check --fix $(ROOMS) tests

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test $(VENV)/.debian
console: $(CONSOLE)/dist/index.html

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "airbeat: Python 3.11 or newer is needed; $(PYTHON) is older. Set PYTHON=/path/to/python3.11"; exit 2; }
	@echo "airbeat: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "airbeat: installing Python packages into $(VENV)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "airbeat: installing what the tests need into $(VENV)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,peers]'
	@# MAVProxy's own list has opencv-python, whose files are those of opencv-python-headless; it flies without
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps MAVProxy
	@touch $@

$(VENV)/.debian: debian-packages.txt | $(BIN)/pip
	@./install-debian.sh debian-packages.txt
	@touch $@

$(CONSOLE)/dist/index.html: $(CONSOLE)/package-lock.json $(shell find $(CONSOLE)/src $(CONSOLE)/public $(CONSOLE)/index.html $(CONSOLE)/vite.config.ts -type f 2>/dev/null) | $(VENV)/.installed
	@./build-console.sh $(CONSOLE) $(BIN) build

clean:
	rm -rf $(VENV) var $(CONSOLE)/dist $(CONSOLE)/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
