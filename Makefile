# The six verbs, and `screenshots` for whoever changes a page. uv is used where it is installed, and fetched into .uv where it is not.

ifeq ($(shell uv --version > /dev/null 2>&1 && echo found),found)
UV := uv
else
UV := .uv/bin/uv
bootstrap := $(UV)
endif

PYTHON := .venv/bin/python

.PHONY: setup check test demo up down screenshots
.DELETE_ON_ERROR:

setup: $(bootstrap)
	$(UV) sync --frozen

check: setup
	$(UV) lock --check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -q tests/contract/test_house.py

test: setup
	$(PYTHON) -m tests.servers.install
	$(PYTHON) -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

demo: $(bootstrap)
	$(UV) sync --frozen --no-dev --inexact
	.venv/bin/teplosvet demo $(ARGS)

up:
	docker compose up --detach --build

down:
	docker compose down

screenshots: setup
	$(PYTHON) -m tests.acceptance.screenshots

.uv/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Teplosvet needs Python 3.11 or newer as python3, or uv on PATH." >&2; exit 1; }
	@python3 -c 'import ensurepip' 2> /dev/null \
		|| { echo "python3 cannot make environments: apt-get install python3-venv, or put uv on PATH." >&2; exit 1; }
	rm -rf .uv
	python3 -m venv .uv
	.uv/bin/pip install --quiet uv
