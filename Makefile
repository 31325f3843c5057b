# make demo | test | test-all | bench | pictures | check | lab | clean
# They run in environments that they make themselves: .venv, and one for each leg, .venv-….
#   PYTHON=…      Python 3.10 or newer to make them from
#   TORCH=… TENSORFLOW=…   what pip is asked for; pip options may follow
#   CAFFE_ROOT=…  where test-caffe makes a Debian 11 with Caffe (900 MB, kept by `make clean`)
#   WORKERS=…     processes that run tests
# What is in labextension/ needs Node.js 20.19 or newer and its packages; without them it is skipped, and the rest works.
#   SEEDNB_ENV=…  an environment of yours that has all it takes: it is used as it is, nothing is installed

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test

PYTHON ?= python3
WORKERS ?= 2
TORCH ?= torch==2.13.0
CAFFE_ROOT ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/seednb/caffe
TENSORFLOW ?= $(if $(filter Darwin,$(shell uname -s)),tensorflow,tensorflow-cpu)
DEMO_NEEDS := scikit-learn scipy matplotlib pandas --editable ".[cli]"
TEST_NEEDS := --editable ".[cli,test,dev,widgets]"
IPY8_PINS := ipython==8.29.0 ipykernel==6.29.5 ipywidgets==8.1.5 numpy
R_PACKAGES := r-base-core r-cran-irkernel
RPY2_PINS := rpy2==3.5.17 ipykernel ipython numpy setuptools
THIRD_PARTIES := aiohttp datasets ipython mlflow-skinny numpy wandb
# Each is a target: `test-all` and .ci/run run them after the core tests, in this order
LEGS := test-colab test-ipy8 test-py39 test-third test-workers test-systems test-support test-display test-lite test-r test-caffe test-browser test-oldest test-firefox
DISPLAYS := altair bokeh folium ipykernel ipywidgets jinja2 matplotlib numpy pandas plotly treescope
CLUSTERS := "dask[array]" distributed ipython numpy ray
# Every system that has a source, and what tells of it; MXNet, whose last wheels are older, has an environment of its own.
SYSTEMS := "dask[array]" faker ipykernel jax numba opencv-python-headless paddlepaddle polars pytest pytest-randomly setuptools
MXNET := ipykernel mxnet "numpy<1.24"
SUPPORT := accelerate altair bayesian-optimization bokeh catboost dask datasets deap faker gensim gymnasium hdbscan imbalanced-learn ipython jax keras lightgbm lightning \
	matplotlib mesa networkx nltk numba numpy opencv-python-headless optuna pandas plotly polars pytorch-tabnet scikit-image scikit-learn scipy \
	seaborn simpy stable-baselines3 statsmodels transformers umap-learn xgboost
# Where notebooks are opened in a browser. Beside these come what the wheel asks for, and the wheel, built anew each time.
BROWSER := ipywidgets jinja2 jupyterlab matplotlib notebook pandas
OLDEST := jupyterlab==4.0.13 notebook==7.0.8 "setuptools<81"
COLLABORATION := jupyter-collaboration jupyterlab
# JupyterLite: Pyodide's core, its kernel, and what that has beside it (https://github.com/jupyterlite/pyodide-kernel)
PYODIDE := pyodide@314.0.7
PYODIDE_KERNEL := jupyterlite-pyodide-kernel==0.8.6
LITE := asttokens==3.0.1 comm==0.2.3 decorator==5.2.1 executing==2.2.1 ipython==9.12.0 jedi==0.20.1 $(PYODIDE_KERNEL) matplotlib-inline==0.2.1 parso==0.8.7 \
	prompt_toolkit==3.0.52 pure-eval==0.2.3 pygments six==1.17.0 stack-data==0.6.3 traitlets==5.14.3 wcwidth
LITE_SITE := jupyter_server jupyterlab_server jupyterlite-core==0.8.6 $(PYODIDE_KERNEL)
COLAB_PINS := ipython==7.34.0 ipykernel==6.17.1 traitlets==5.7.1 jupyter_client==7.4.9 ipywidgets==7.7.1 "setuptools<81" numpy

NEW_NODE := const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

ifdef SEEDNB_ENV
PY := $(SEEDNB_ENV)/bin/python
export PYTHONPATH := $(CURDIR)$(if $(PYTHONPATH),:$(PYTHONPATH))
else
PY := .venv/bin/python
DEMO_READY := .venv/.stamp-demo
TEST_READY := .venv/.stamp-test
endif

pytest = $(PY) -m pytest -n $(WORKERS) --durations 10
install = $(1)/bin/python -m pip install -qq $(2)
# Triton 3.7.1, which PyTorch's builds for CUDA bring, and TensorFlow crash in one process; without a GPU it has no use
without-triton = command -v nvidia-smi > /dev/null || $(1)/bin/python -m pip uninstall -qq -y triton
# skip TARGET,REASON: said now, and again at the end of test-all and .ci/run
skip = mkdir -p build && echo "SKIPPED: $(1): $(2)" | tee -a build/skipped
# environment DIRECTORY,PYTHON,PACKAGES: make it, unless it was made from this Makefile
environment = test $(1)/.stamp -nt Makefile || { echo "seednb: making $(1)"; $(2) -m venv --clear $(1) && $(call install,$(1),$(3)) && touch $(1)/.stamp; }
# kernel-tests DIRECTORY,PYTHON,PACKAGES,TESTS: run tests in kernels of that environment, made unless it was made from this Makefile
kernel-tests = \
	if $(call environment,$(1),$(2),$(3)); then \
	  echo "seednb: kernels from $(1)"; \
	  SEEDNB_TEST_KERNEL_PYTHON="$(CURDIR)/$(1)/bin/python" $(pytest) -m "not slow" $(4); \
	else $(call skip,$@,its packages cannot be installed here); fi

# in-lab COMMAND: run it in labextension/
in-lab = \
	if ! node -e '$(NEW_NODE)' > /dev/null 2>&1 || ! command -v npm > /dev/null; then \
	  $(call skip,$@,there is no npm with Node.js 20.19 or newer on this machine); \
	elif test labextension/node_modules/.package-lock.json -nt labextension/package-lock.json || \
	  { echo "seednb: npm ci in labextension (half a minute, once)"; (cd labextension && npm ci --silent); }; then \
	  cd labextension && $(1); \
	else $(call skip,$@,npm cannot get its packages here); fi

# wheel-in DIRECTORY,PACKAGES: that environment, with the wheel as it is built now
wheel-in = { $(call environment,$(1),$(PYTHON),$(2) "$$(echo build/wheel/*.whl)[cli]"); } && $(1)/bin/python -m pip install -qq --force-reinstall --no-deps build/wheel/*.whl
# debian WHAT,PACKAGES: install those packages, where this user may
debian = \
	if test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then \
	  echo "seednb: installing $(1)"; \
	  { apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
	    $(2); } > /dev/null 2>&1; \
	fi
# browser DIRECTORY,PACKAGES: the variable SEEDNB_TEST_BROWSER_PYTHON names that environment; skipped where there is no Chromium or no Node
browser = \
	command -v chromium > /dev/null || { $(call debian,Chromium,chromium fonts-dejavu-core); }; \
	if ! command -v chromium > /dev/null; then $(call skip,$@ in the browser,there is no Chromium on this machine); \
	elif ! node -e '$(NEW_NODE)' > /dev/null 2>&1; then $(call skip,$@ in the browser,there is no Node.js 20.19 or newer to build the extension with); \
	elif mkdir -p build && rm -rf build/wheel && $(PY) -m build --wheel --no-isolation --outdir build/wheel . > build/wheel.log 2>&1 && \
	  { $(call wheel-in,$(1),$(2)); }; then export SEEDNB_TEST_BROWSER_PYTHON="$(CURDIR)/$(1)/bin/python"; \
	else $(call skip,$@ in the browser,the wheel or its environment cannot be made here (see build/wheel.log)); fi

# python39: the variable `found` names a Python 3.9 that can make environments, or is empty
python39 = found=""; for python in python3.9 $$HOME/.pyenv/versions/3.9*/bin/python3.9; do \
	    if $$python -c 'import ensurepip, venv' 2> /dev/null; then found=$$python; break; fi; \
	  done

.PHONY: demo test test-all test-core test-slow test-lab $(LEGS) legs bench pictures check check-lab lab clean

demo: $(DEMO_READY)
	@bash examples/demo.sh $(PY)

test: check test-core test-lab

test-all: check
	@rm -f build/skipped; failed=""; \
	$(pytest) -m "slow or not slow" || failed="$$failed tests"; \
	$(MAKE) test-lab || failed="$$failed test-lab"; \
	for leg in $(LEGS); do $(MAKE) $$leg || failed="$$failed $$leg"; done; \
	test ! -e build/skipped || cat build/skipped; \
	test -z "$$failed" || { echo "FAILED:$$failed"; exit 1; }

legs:
	@echo $(LEGS)

check: $(TEST_READY)
	@echo "seednb: ruff, mypy, import-linter"
	@$(PY) -m ruff check --quiet --output-format concise .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(dir $(PY))lint-imports --no-logo
	@$(MAKE) check-lab

check-lab:
	@echo "seednb: tsc, eslint"
	@$(call in-lab,npm run --silent check)

test-lab:
	@$(call in-lab,npm test --silent)

lab:
	@$(call in-lab,npm run --silent build)

# Playwright keeps an event loop running, beside which a runner can start none: the browser's tests have processes of their own.
test-core: $(TEST_READY)
	@$(call browser,.venv-browser,$(BROWSER)); failed=0; $(pytest) -m "not slow" --ignore tests/browser || failed=1; \
	$(pytest) -m "not slow" tests/browser || failed=1; exit $$failed

test-slow: $(TEST_READY)
	@$(pytest) -m slow || { code=$$?; test $$code = 5 && $(call skip,$@,no test is marked slow); }

test-colab: $(TEST_READY)
	@$(call kernel-tests,.venv-colab,$(PYTHON),$(COLAB_PINS),tests/kernel)

test-ipy8: $(TEST_READY)
	@$(call kernel-tests,.venv-ipy8,$(PYTHON),$(IPY8_PINS),tests/kernel)

test-third: $(TEST_READY)
	@if $(call environment,.venv-third,$(PYTHON),$(THIRD_PARTIES)); then \
	  SEEDNB_TEST_THIRD_PYTHON="$(CURDIR)/.venv-third/bin/python" $(pytest) tests/test_third_parties.py; \
	else $(call skip,$@,its packages cannot be installed here); fi

test-workers: $(TEST_READY)
	@if $(call environment,.venv-workers,$(PYTHON),$(CLUSTERS)); then \
	  SEEDNB_TEST_WORKERS_PYTHON="$(CURDIR)/.venv-workers/bin/python" $(pytest) tests/test_clusters.py; \
	else $(call skip,$@,its packages cannot be installed here); fi

test-r: $(TEST_READY)
	@has_r() { R --slave -e 'stopifnot(requireNamespace("IRkernel"))' > /dev/null 2>&1; }; \
	has_r || { $(call debian,R and IRkernel,$(R_PACKAGES) g++ make); }; \
	if ! has_r; then $(call skip,$@,there is no R with IRkernel on this machine); \
	elif $(call environment,.venv-r,$(PYTHON),$(RPY2_PINS)); then \
	  SEEDNB_TEST_R_PYTHON="$(CURDIR)/.venv-r/bin/python" $(pytest) tests/irkernel tests/sources/test_r.py; \
	else $(call skip,$@,rpy2 cannot be installed here: only R notebooks are tested); $(pytest) tests/irkernel; fi

test-support: $(TEST_READY)
	@if $(call environment,.venv-support,$(PYTHON),$(TORCH) $(TENSORFLOW) $(SUPPORT)); then $(call without-triton,.venv-support); \
	  SEEDNB_TEST_SUPPORT_PYTHON="$(CURDIR)/.venv-support/bin/python" $(pytest) tests/support; \
	else $(call skip,$@,its packages cannot be installed here); fi

test-display: $(TEST_READY)
	@$(call kernel-tests,.venv-display,$(PYTHON),$(DISPLAYS),tests/kernel/test_display.py)

test-browser: $(TEST_READY)
	@$(call browser,.venv-browser,$(BROWSER)); \
	if test -n "$$SEEDNB_TEST_BROWSER_PYTHON"; then \
	  if $(call wheel-in,.venv-collaboration,$(COLLABORATION)); then export SEEDNB_TEST_COLLABORATION_PYTHON="$(CURDIR)/.venv-collaboration/bin/python"; \
	  else $(call skip,$@ of shared editing,jupyter-collaboration cannot be installed here); fi; \
	  $(pytest) -m "slow or not slow" tests/browser; \
	fi

test-oldest: $(TEST_READY)
	@$(call browser,.venv-oldest,$(OLDEST)); \
	if test -n "$$SEEDNB_TEST_BROWSER_PYTHON"; then $(pytest) -m "not slow" tests/browser; fi

test-firefox: $(TEST_READY)
	@firefox() { command -v "$${SEEDNB_TEST_FIREFOX:-firefox-esr}"; }; \
	firefox > /dev/null || { $(call debian,Firefox,firefox-esr fonts-dejavu-core); }; \
	if ! firefox > /dev/null; then $(call skip,$@,there is no firefox-esr on this machine (SEEDNB_TEST_FIREFOX names another)); \
	else \
	  $(call browser,.venv-browser,$(BROWSER)); \
	  export SEEDNB_TEST_FIREFOX="$$(firefox)"; failed=0; $(pytest) tests/report/test_browser.py || failed=1; \
	  if test -n "$$SEEDNB_TEST_BROWSER_PYTHON"; then $(pytest) -m "not slow" tests/browser || failed=1; fi; \
	  exit $$failed; \
	fi

test-lite: $(TEST_READY)
	@if ! command -v npm > /dev/null; then $(call skip,$@,there is no Node to run Pyodide in); \
	elif test .venv-lite/.stamp -nt Makefile || { echo "seednb: making .venv-lite"; rm -rf .venv-lite; \
	  npm install --silent --no-save --prefix .venv-lite $(PYODIDE) && \
	  $(PY) -m pip install -qq --no-deps --ignore-requires-python --only-binary :all: --target .venv-lite/site $(LITE) && \
	  for wheel in .venv-lite/site/share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi/*kernel-*.whl; do \
	    $(PY) -m zipfile -e $$wheel .venv-lite/site; done && \
	  $(PY) -m pip download -qq --no-deps --ignore-requires-python --only-binary :all: --dest .venv-lite/wheels $(LITE) micropip && \
	  touch .venv-lite/.stamp; }; then \
	  $(call browser,.venv-lite/builder,$(LITE_SITE)); \
	  SEEDNB_TEST_LITE="$(CURDIR)/.venv-lite" $(pytest) tests/lite; \
	else $(call skip,$@,Pyodide or its packages cannot be installed here); fi

test-py39: $(TEST_READY)
	@$(python39); \
	if test -z "$$found"; then $(call skip,$@,there is no Python 3.9 on this machine); \
	else $(call kernel-tests,.venv-py39,$$found,ipykernel numpy,tests/kernel); fi

test-systems: $(TEST_READY)
	@$(python39); \
	if test -n "$$found" && { $(call environment,.venv-mxnet,$$found,$(MXNET)); }; then mxnet=":$(CURDIR)/.venv-mxnet/bin/python"; \
	else $(call skip,$@ of MXNet,there is no Python 3.9 that can have it); fi; \
	if $(call environment,.venv-systems,$(PYTHON),$(SYSTEMS)); then \
	  SEEDNB_TEST_SYSTEMS_PYTHON="$(CURDIR)/.venv-systems/bin/python$$mxnet" $(pytest) tests/sources/test_systems.py tests/test_pytest_randomly.py tests/replay/test_notebooks.py; \
	else $(call skip,$@,its packages cannot be installed here); fi

test-caffe: $(TEST_READY)
	@reason=$$(bash tests/caffe/prepare.sh "$(CAFFE_ROOT)" 2>&1 | tee >(cat >&2) | tail -n 1; exit $${PIPESTATUS[0]}); code=$$?; \
	if test $$code = 0; then \
	  SEEDNB_TEST_CAFFE_ROOT="$(CAFFE_ROOT)" $(pytest) tests/sources/test_caffe.py tests/replay/test_caffe.py; \
	elif test $$code = 3; then $(call skip,$@,$$reason); \
	else echo "$$reason"; exit $$code; fi

pictures: $(TEST_READY)
	@$(PY) docs/make_pictures.py
	@$(call browser,.venv-browser,$(BROWSER)); \
	if test -n "$$SEEDNB_TEST_BROWSER_PYTHON"; then PYTHONPATH=. $(PY) docs/make_screenshots.py "$$SEEDNB_TEST_BROWSER_PYTHON"; fi

bench: $(TEST_READY)
	@set -e; for script in benchmarks/*.py; do \
	  if test ! -e $$script; then echo "SKIPPED: bench: there are no benchmarks yet"; else echo "== $$script"; $(PY) $$script; fi; \
	done

clean:
	rm -rf .venv .venv-* build dist labextension/node_modules labextension/lib labextension/lib-test seednb/labextension .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find seednb tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

# -- the environment -------------------------------------------------------------------------------

.venv/.stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "seednb: Python 3.10 or newer is needed, and $(PYTHON) is not: install one, then: make PYTHON=/path/to/it $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
	  if test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then \
	    echo "seednb: installing python3-venv"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } > /dev/null; \
	  else \
	    echo "seednb: $(PYTHON) has no venv: install it (Debian and Ubuntu: sudo apt-get install python3-venv)"; exit 1; \
	  fi
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.stamp-frameworks: .venv/.stamp-venv
	@echo "seednb: installing torch and tensorflow into .venv (some minutes, once)"
	@$(call install,.venv,$(TORCH))
	@$(call install,.venv,$(TENSORFLOW))
	@$(call without-triton,.venv)
	@touch $@

.venv/.stamp-demo: pyproject.toml .venv/.stamp-frameworks
	@echo "seednb: installing seednb, without its JupyterLab extension, and what the demo needs into .venv"
	@SKIP_JUPYTER_BUILDER=1 $(call install,.venv,$(DEMO_NEEDS))
	@touch $@

.venv/.stamp-test: pyproject.toml .venv/.stamp-frameworks
	@echo "seednb: installing seednb and what its tests need into .venv"
	@command -v npm > /dev/null || echo "seednb: WITHOUT the JupyterLab extension: there is no npm here to build it with"
	@$(call install,.venv,$(TEST_NEEDS))
	@touch $@
