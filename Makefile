# Two commands suffice on a machine with Python, make and a package index:
#   make demo    forests and boosters beside scikit-learn's, XGBoost's and LightGBM's on 327,000 real flights
#   make test    the test suite
# Each creates .venv and installs what it needs; a second call finds it there.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SUITE ?= forests

.PHONY: help demo test test-nojit lint format docs benchmark clean distclean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make demo         forests and boosters on the flights of New York: a table, and a report in HTML
demo: $(VENV)/with-demo
	$(BIN)/python -m benchmarks.demo

## make test         the suite, compiled, then the part of it that also runs without the compiler
test: $(VENV)/with-test
	$(BIN)/python -m skensemble warmup
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
	@$(MAKE) --no-print-directory test-nojit

test-nojit: $(VENV)/with-test
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m nojit

## make lint         ruff, mypy and import-linter
lint: $(VENV)/with-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## make format       what ruff can mend by itself
format: $(VENV)/with-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## make docs         the documentation, in docs/_build/html; warnings are errors
docs: $(VENV)/with-docs
	$(BIN)/python -m skensemble warmup
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

## make benchmark    speed, memory and quality beside the peers (SUITE=forests)
benchmark: $(VENV)/with-benchmark
	$(BIN)/python -m benchmarks $(SUITE)

## make clean        what was built and cached; make distclean removes .venv too
clean:
	rm -rf build dist *.egg-info docs/_build docs/auto_examples docs/reference/generated docs/sg_execution_times.rst
	rm -rf .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find skensemble tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)

# A stamp an extra: installed again when pyproject.toml changes.
$(VENV)/with-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("skensemble needs Python 3.11 or later: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
