# Two commands do everything on a fresh machine: `make run` and `make test`.
PY      := .venv/bin/python
FLASK   := $(PY) -m flask --app wsgi
PORT    ?= 8000
DEMO    ?= 1
ONLY    ?=
TABLE   ?=
# SQLite takes one web process with threads; behind PostgreSQL take more.
WORKERS ?= 1

POINTS  ?= 20
SEED    ?= 1
STATE   ?=
DISASTERS ?=
USERS   ?= 20
MINUTES ?= 2
DATABASE ?= postgresql
# The order of the tests: a gate that is red is red again. Other numbers look for tests that lean on each other.
ORDER   ?= 1

.PHONY: help setup run test lint bench quality migrate demo torture simulate test-rare screenshots schema plans lock

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

setup: .venv/.installed ## create .venv with the pinned requirements

.venv/.installed: requirements.txt constraints.txt
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

migrate: setup   ## bring the database to the newest schema
	@$(PY) -m alembic -c alembic.ini upgrade head

demo: migrate    ## load the demo project unless it is there
	@$(FLASK) demo

run: migrate     ## set up, migrate, load the demo (DEMO=0: not), serve on 127.0.0.1:8000 (PORT=…)
	@if [ "$(DEMO)" = 1 ]; then $(FLASK) demo; fi
	@$(FLASK) welcome --port $(PORT)
	@trap 'trap - INT TERM EXIT; kill 0' INT TERM EXIT; \
	 $(FLASK) jobs work & \
	 $(PY) -m gunicorn wsgi:app --workers $(WORKERS) --bind 127.0.0.1:$(PORT) & \
	 wait

lint: .venv/.installed-dev ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m mypy

test: lint       ## everything: lint, unit, functional, contracts, architecture, migrations, browser
	@sh tests/needs.sh
	@$(PY) -m pytest -n 2 --dist loadfile --randomly-seed=$(ORDER)

bench: .venv/.installed-dev ## figures as JSON lines (ONLY=preannotate|deid|search|store|agreement|verify|commands …)
	@$(PY) -m tests.bench $(ONLY)

quality: .venv/.installed-dev ## figures on public sets, others beside ours (ONLY=deid|assertion|entities|relations, TABLE=1)
	@$(PY) -m tests.quality $(ONLY) $(if $(TABLE),--table)

torture: .venv/.installed-dev ## kills under load (POINTS=… on each database, SEED=…, STATE=folder to go on from); DISASTERS=1: full disks, clocks, cut lines
	@$(PY) -m tests.torture --points $(POINTS) --seed $(SEED) $(if $(STATE),--state $(STATE)) $(if $(DISASTERS),--disasters)

test-rare: .venv/.installed-dev ## long tests of what changes seldom: several hosts, kills and disasters, public sets, damaged files, hostile values, leaks, earlier versions
	@sh tests/needs.sh
	@$(PY) -m pytest -n 3 --dist loadfile --randomly-seed=$(ORDER) -m rare

simulate: .venv/.installed-dev ## personas over HTTP on PostgreSQL (USERS=…, MINUTES=…, DATABASE=sqlite)
	@$(PY) -m tests.load --users $(USERS) --minutes $(MINUTES) --database $(DATABASE)

screenshots: .venv/.installed-dev ## pictures of every screen into screenshots/
	@$(PY) -m tests.browser.screenshots

lock: setup      ## requirements.lock anew: every version with its digest (after each change of the requirements)
	@$(FLASK) security lock > requirements.lock

schema: setup    ## draw the tables anew into docs/schema.md (after each change of a model)
	@$(FLASK) database diagram docs/schema.md

plans: .venv/.installed-dev ## write how the databases go about the hottest queries into docs/plans.md (needs PostgreSQL)
	@$(PY) -m tests.plans docs/plans.md
