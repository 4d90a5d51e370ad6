# make run: the whole service with sample lines. make test: everything the tests need, and the tests.
PYTHON ?= python3
BIN := .venv/bin
# The tests start hundreds of processes, which need not compile everything each time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test lint fix faults storm soak bench clean
.DEFAULT_GOAL := run

run: .venv/run
	$(BIN)/ticker demo

test: .venv/browser
	$(BIN)/pytest -m "not slow" --numprocesses auto --dist worksteal $(PYTEST)

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m tests.audit

faults: .venv/browser
	$(BIN)/pytest -m slow
	TICKER_TABS=1000,20 $(BIN)/pytest tests/browser/test_tabs.py
	$(BIN)/python -m tests.faults

storm: .venv/dev
	$(BIN)/python -m tests.faults.storm

soak: .venv/dev
	$(BIN)/python -m tests.faults.soak

fix: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/run
	$(BIN)/ticker bench latency
	$(BIN)/ticker bench fanout --compare --chart docs/fanout.svg
	$(BIN)/ticker bench fanout --transport websocket-deflate
	$(BIN)/ticker bench fanout --transport sse
	$(BIN)/ticker bench storm --compare
	$(BIN)/ticker bench pages
	$(BIN)/ticker bench logins
	$(BIN)/ticker bench connections --compare --churn 100000
	$(BIN)/ticker bench history
	$(BIN)/ticker bench search

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/run: pyproject.toml ticker/web/embed/bundle.py $(wildcard static/ticker/*.js)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/dev: .venv/run
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.venv/browser: .venv/dev
	$(BIN)/python -m tests.browser.install
	@touch $@
