# Everything here runs in environments that these targets make themselves (.venv, .venv-colab, .venv-py39).
#   make demo | test | test-all | bench | check | clean
# Variables: PYTHON (3.10 or newer), WORKERS, TORCH and TENSORFLOW (what pip is asked for; pip options may follow),
# SEEDNB_ENV (an environment of yours that has everything: it is used as it is, and nothing is installed).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test

PYTHON ?= python3
WORKERS ?= 2
TORCH ?= torch==2.13.0
TENSORFLOW ?= $(if $(filter Darwin,$(shell uname -s)),tensorflow,tensorflow-cpu)
DEMO_NEEDS := scikit-learn scipy matplotlib
COLAB_PINS := ipython==7.34.0 ipykernel==6.17.1 traitlets==5.7.1 jupyter_client==7.4.9 ipywidgets==7.7.1 "setuptools<81" numpy

VENV := $(if $(SEEDNB_ENV),$(SEEDNB_ENV),.venv)
BIN := $(VENV)/bin
SKIPPED := .venv-skipped
DEMO_READY := $(if $(SEEDNB_ENV),,.venv/.stamp-demo)
TEST_READY := $(if $(SEEDNB_ENV),,.venv/.stamp-test)

# A child of this project's pytest must find the package too where SEEDNB_ENV does not have it installed.
export PYTHONPATH := $(if $(SEEDNB_ENV),$(CURDIR)$(if $(PYTHONPATH),:$(PYTHONPATH)),$(PYTHONPATH))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
ifneq ($(shell id -u),0)
else
export PIP_ROOT_USER_ACTION := ignore
endif

.PHONY: demo test test-all test-core test-slow test-colab test-py39 bench check clean

demo: $(DEMO_READY)
	@bash examples/demo.sh "$(BIN)/python"

test: check test-core

test-core: $(TEST_READY)
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

check: $(TEST_READY)
	@echo "seednb: ruff, mypy, import-linter"
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo > .venv-lint.log || { cat .venv-lint.log; exit 1; }

test-all: $(TEST_READY)
	@rm -f $(SKIPPED); failed=""
	$(MAKE) check || failed+=" check"
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow or not slow" || failed+=" tests"
	$(MAKE) test-colab || failed+=" test-colab"
	$(MAKE) test-py39 || failed+=" test-py39"
	test ! -e $(SKIPPED) || cat $(SKIPPED)
	test -z "$$failed" || { echo "FAILED:$$failed"; exit 1; }

test-slow: $(TEST_READY)
	@$(BIN)/python -m pytest -n $(WORKERS) -m slow || { code=$$?; test $$code = 5 || exit $$code; $(call skip,test-slow,no test is marked slow); }

test-colab: $(TEST_READY)
	@test -d tests/kernel || { $(call skip,test-colab,there is no tests/kernel); exit 0; }
	if ! $(call other-venv,.venv-colab,$(PYTHON),$(COLAB_PINS)); then $(call skip,test-colab,Colab's pins cannot be installed here); exit 0; fi
	echo "seednb: tests/kernel in kernels with Colab's pins"
	SEEDNB_TEST_KERNEL_PYTHON="$(CURDIR)/.venv-colab/bin/python" $(BIN)/python -m pytest -n $(WORKERS) -m "not slow" tests/kernel

test-py39: $(TEST_READY)
	@test -d tests/kernel || { $(call skip,test-py39,there is no tests/kernel); exit 0; }
	python39=""
	for candidate in python3.9 "$$HOME"/.pyenv/versions/3.9*/bin/python3.9; do
	  if "$$candidate" -c 'import ensurepip, venv' 2> /dev/null; then python39=$$candidate; break; fi
	done
	test -n "$$python39" || { $(call skip,test-py39,there is no Python 3.9 on this machine); exit 0; }
	if ! $(call other-venv,.venv-py39,$$python39,ipykernel numpy); then $(call skip,test-py39,ipykernel cannot be installed for $$python39); exit 0; fi
	echo "seednb: tests/kernel in kernels on Python 3.9"
	SEEDNB_TEST_KERNEL_PYTHON="$(CURDIR)/.venv-py39/bin/python" $(BIN)/python -m pytest -n $(WORKERS) -m "not slow" tests/kernel

bench: $(TEST_READY)
	@test -d benchmarks || { echo "SKIPPED: bench: there is no benchmarks/"; exit 0; }
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

clean:
	rm -rf .venv .venv-* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find seednb tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

# -- environments ----------------------------------------------------------------------------------

.venv/.stamp-venv:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
	  echo "seednb: Python 3.10 or newer is needed ('$(PYTHON)' is not): install one, then: make PYTHON=/path/to/python3"; exit 1; }
	if ! "$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null; then
	  if test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then
	    echo "seednb: installing python3-venv"
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } > /dev/null
	  else
	    echo "seednb: '$(PYTHON)' has no venv module: install it (Debian and Ubuntu: sudo apt-get install python3-venv)"; exit 1
	  fi
	fi
	"$(PYTHON)" -m venv --clear .venv
	touch $@

.venv/.stamp-frameworks: .venv/.stamp-venv
	@echo "seednb: installing torch and tensorflow into .venv (some minutes, once)"
	$(call install,.venv,$(TORCH))
	$(call install,.venv,$(TENSORFLOW))
	touch $@

.venv/.stamp-demo: pyproject.toml .venv/.stamp-frameworks
	@echo "seednb: installing seednb and what the demo needs into .venv"
	$(call install,.venv,$(DEMO_NEEDS) --editable ".[cli]")
	touch $@

.venv/.stamp-test: pyproject.toml .venv/.stamp-frameworks
	@echo "seednb: installing seednb and what its tests need into .venv"
	$(call install,.venv,--editable ".[cli,test,dev,widgets]")
	touch $@

install = $(1)/bin/python -m pip install --quiet $(2)
# $(1): directory, $(2): python, $(3): packages. Silent where it was made before from the same Makefile.
other-venv = { test $(1)/.stamp -nt Makefile || { echo "seednb: making $(1)"; "$(2)" -m venv --clear $(1) && $(call install,$(1),$(3)) && touch $(1)/.stamp; }; }
# $(1): target, $(2): reason. Shown now, and again at the end of test-all and .ci/run.
skip = echo "SKIPPED: $(1): $(2)" | tee -a $(SKIPPED)
