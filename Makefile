# Two commands do everything on a fresh machine: `make run` and `make test`.
PY      := .venv/bin/python
PORT    ?= 8000
DEMO    ?= 1
FLASK   := $(PY) -m flask --app wsgi

.PHONY: help setup run test lint bench migrate demo torture clean-var

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

setup: .venv/.installed ## create .venv with the pinned requirements

.venv/.installed: requirements.txt constraints.txt
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

lint: .venv/.installed-dev ## ruff and mypy
	$(PY) -m ruff check .
	$(PY) -m mypy

test: lint       ## everything: lint, unit, functional, contracts, architecture, migrations, browser
	$(PY) -m pytest -n 2 --dist loadfile
