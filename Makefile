# What a fresh machine needs: Python 3.11 or newer, make. Nothing here wants root.
#
#   make demo    measure two real local models on our own bank and write report.html
#   make test    the checks and all tests
#   make check   lint, format, types, floors
#   make bench   speed, side by side with a bare loop; then the pages of the bench

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= .demo

.PHONY: demo test check bench format clean

demo: $(VENV)/.demo
	@mkdir -p $(DEMO)
	$(BIN)/mingan models fetch qwen2.5-coder-0.5b smollm2-135m
	$(BIN)/mingan run --workspace $(DEMO)/mingan.db --bank builtin --quick \
	  --model qwen2.5-coder-0.5b --model smollm2-135m
	$(BIN)/mingan compare --workspace $(DEMO)/mingan.db qwen2.5-coder-0.5b smollm2-135m
	$(BIN)/mingan report --workspace $(DEMO)/mingan.db --output $(DEMO)/report.html

test: check
	$(BIN)/pytest -n 2 $(PYTEST)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python benchmarks/run.py $(BENCH)
	$(BIN)/python benchmarks/pages.py $(PAGES)

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(DEMO)

$(VENV)/.pip: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Mingan needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.demo: $(VENV)/.pip
	$(BIN)/python -m pip install --quiet --editable '.[local]'
	@touch $@

$(VENV)/.test: $(VENV)/.pip
	$(BIN)/python -m pip install --quiet --editable '.[local,parquet,postgres]' --group dev
	@touch $@
