# make run      the demonstration: sets up, loads a made-up city into an empty database, serves it
# make serve    the same server on a database used for real: nothing is loaded
# make test     every test, on SQLite and on PostgreSQL
# make lint     style and import contracts
# make bench    times beside their lower bounds: make bench CASES=50000 ENGINE=postgresql
# make bench-matching  matching beside Polars, DuckDB, pandas and PostgreSQL: make bench-matching PEOPLE=1000000
# make bench-compare  decisions a second beside Django, django-fsm-2 and django-auditlog, on PostgreSQL
# make pictures docs/pictures from a running demonstration
# make docs     writes docs/articles.md and the diagrams of README.md anew
SHELL := /bin/bash
PYTHON := .venv/bin/python
FLASK := .venv/bin/flask --app app
PEOPLE ?= 60
SEED ?= 1
WORKERS ?= 2
RUN_INSTANCE := $(or $(INSTANCE_DIR),instance/demo)

.PHONY: bench bench-matching bench-compare setup tools run serve test test-sqlite test-postgresql test-browser lint lock docs pictures

setup: .make/system .make/python .make/assets

.make/system: setup/system.sh
	bash setup/system.sh
	@mkdir -p .make && touch $@

.make/python: requirements.lock setup/installer.lock setup/python.sh .make/system
	bash setup/python.sh requirements.lock
	@mkdir -p .make && touch $@

# What tests, style, benchmarks and pictures need beyond it
tools: setup .make/tools

.make/tools: requirements-dev.lock setup/python.sh .make/python
	bash setup/python.sh requirements-dev.lock
	@mkdir -p .make && touch $@

.make/assets: package-lock.json setup/assets.sh setup/node.lock .make/python
	bash setup/assets.sh
	@mkdir -p .make && touch $@

run: export INSTANCE_DIR := $(RUN_INSTANCE)
run: setup
	$(FLASK) database create
	$(FLASK) demo load --people $(PEOPLE) --seed $(SEED) --if-empty
	$(PYTHON) serve.py

serve: setup
	$(FLASK) database create --real
	env -u OWNER_DATABASE_URL $(PYTHON) serve.py --real

test: tools
	bash setup/tests.sh

test-sqlite: tools
	TEST_ENGINE=sqlite $(PYTHON) -m pytest -n $(WORKERS) -m "not browser"

test-postgresql: tools
	TEST_ENGINE=postgresql $(PYTHON) -m pytest -n $(WORKERS) -m "not browser"

test-browser: tools
	TEST_ENGINE=sqlite $(PYTHON) -m pytest -m browser

lint: tools
	.venv/bin/ruff check .
	.venv/bin/lint-imports

lock: tools
	.venv/bin/uv pip compile -q pyproject.toml --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	.venv/bin/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock
	awk '/^uv==/{of=1} of{print} of&&!/\\$$/{exit}' requirements-dev.lock > setup/installer.lock

pictures: tools
	$(PYTHON) docs/screenshots.py

docs: tools
	$(PYTHON) docs/articles.py
	$(PYTHON) docs/diagrams.py

bench: tools
	$(PYTHON) -m bench --cases $(or $(CASES),5000) --engine $(or $(ENGINE),sqlite)

bench-matching: tools
	$(PYTHON) -m bench.matching --people $(or $(filter-out 60,$(PEOPLE)),1000000)

bench-compare: setup .make/bench-compare
	$(PYTHON) -m bench.compare

.make/bench-compare: bench/compare/requirements.lock
	test -x bench/compare/.venv/bin/python || python3 -m venv bench/compare/.venv
	bench/compare/.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@mkdir -p .make && touch $@
