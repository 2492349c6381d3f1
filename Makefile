# make run    opens the designer on an example
# make test   runs the tests
# make check  runs everything that CI runs

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE ?= projects/digits_cnn.loom

.PHONY: run test lint types check pictures clean

run: $(VENV)/.ready
	$(BIN)/layerloom $(EXAMPLE)

test: $(VENV)/.ready-for-tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(VENV)/.ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.ready-for-tests
	$(BIN)/mypy

check: lint types test

pictures: $(VENV)/.ready-for-tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.pictures.documentation docs/pictures
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.pictures.block_pictures

clean:
	rm -rf $(VENV)

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'error: Layerloom needs Python 3.11 or newer; set PYTHON=')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python tools/system_libraries.py
	touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@
