# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need in .venv.
# Needs Python >= 3.11 (PYTHON=python3.12 names another) and, the first time, a package index.

PYTHON ?= python3
BIN := .venv/bin
DEMO := build/demo.db

.PHONY: demo web test unit lint lint-code bench bench-store bench-text bench-requests bench-exports bench-standin fuzz docs screens clean

demo: .venv/ready  ## crawl the bundled sample archive, then show a timeline and a diff
	@mkdir -p build && rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	POLICYLAPSE_LOG_LEVEL=WARNING $(BIN)/policylapse crawl --archive sample --db $(DEMO)
	@echo
	$(BIN)/policylapse timeline lumenkart.example --db $(DEMO)
	@echo
	$(BIN)/policylapse diff lumenkart.example 4 5 --db $(DEMO) --color always
	@echo; echo 'Go on: . .venv/bin/activate && export POLICYLAPSE_DB=$(DEMO) && policylapse sites'
	@echo "In a browser: make web"

web: .venv/web-ready  ## the demo's database in a browser, on this machine only
	@test -f $(DEMO) || $(MAKE) demo
	$(BIN)/policylapse web --db $(DEMO) --open

# Tests start some hundred processes: what they compile is kept, whatever the environment says.
test unit: export PYTHONDONTWRITEBYTECODE =

test: .venv/test-ready lint-code  ## every test; the documented outputs are checked by one of them
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

unit: .venv/test-ready  ## the tests that start no program, server or browser, and measure nothing
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not whole"

lint: lint-code
	PYTHONPATH=. $(BIN)/cog --check -I . -P README.md docs/*.md

lint-code: .venv/test-ready
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy

bench-generated: .venv/test-ready  ## changes of 200 generated histories: precision, recall
	$(BIN)/python -m benchmarks generated

docs: .venv/test-ready  ## write the outputs in README.md and docs/ anew
	PYTHONPATH=. $(BIN)/cog -r -I . -P README.md docs/*.md
	$(BIN)/python -m docs.pictures

screens: .venv/test-ready  ## take the pictures of the browser view anew; needs Chromium
	$(BIN)/python -m docs.screens

bench: .venv/test-ready  ## captures per second against a plain loop, on ../shared where it is there
	$(BIN)/python -m benchmarks crawl

fuzz: .venv/test-ready  ## 3,000 broken archive files: no good record is lost beside a bad one; 10,000 hostile pages; 2,000 hostile texts in a browser
	$(BIN)/python -m benchmarks fuzz_archives
	$(BIN)/python -m benchmarks fuzz_pages
	$(BIN)/python -m benchmarks hostile_pages

bench-store: .venv/test-ready  ## bytes a capture against git, CPU of compact; speed at 100,000 captures
	$(BIN)/python -m benchmarks size
	$(BIN)/python -m benchmarks store

bench-text: .venv/test-ready  ## the text against human-made truth, on ../shared where it is there
	$(BIN)/python -m benchmarks text

bench-requests: .venv/test-ready  ## requests per change found, by strategy, on ../shared where it is there
	$(BIN)/python -m benchmarks requests

bench-standin: .venv/test-ready  ## a crawl of an archive that limits, fails and breaks off, killed once
	$(BIN)/python -m benchmarks standin

bench-exports: .venv/test-ready  ## versions per second and memory of every export, on generated histories
	$(BIN)/python -m benchmarks exports

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "policylapse needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e .
	@touch $@

.venv/web-ready: .venv/ready
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e '.[web]'
	@touch $@

.venv/test-ready: .venv/ready
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e '.[test]'
	@touch $@

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
