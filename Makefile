# Set-up and the project's commands.  `make parity` and `make test` make what they need.
# Environments for several versions of Python stand beside each other, each with its name:
#     make test PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: parity parity-full test test-quick test-versions test-tolerance record lint browser docs \
	wheel pictures notebooks bench bench-suite bench-exactness bench-workers fuzz-full fuzz-files \
	kills round-trips clean

# The five tutorials in the engine and in Keras: a table, and report/parity.html.
parity: $(READY)
	@mkdir -p report
	$(BIN)/python -m keras_ref --min-speedup 200 --html report/parity.html --json report/parity.json

# The same with all rows and all folds; Keras needs about ten minutes.
parity-full: $(READY)
	@mkdir -p report
	$(BIN)/python -m keras_ref --full --min-speedup 200 --html report/parity.html --json report/parity.json

# In two processes, a file in one of them: half the time, also on two cores.
test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --benchmark-disable

# Without the tests that run Keras itself.
test-quick: $(READY)
	$(BIN)/python -m pytest -m "not keras"

# Those in the other versions of Python that are promised, each in an environment of its own.
VERSIONS ?= 3.12 3.13
test-versions:
	for version in $(VERSIONS); do \
	  $(MAKE) test-quick PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	done

# What other machines get: kernels without AVX-512 (a name alone would leave Numba the features of
# this processor) beside a TensorFlow without oneDNN, held to the tolerance.  These tests compare
# arithmetic with Keras; seeds, orders, files and words do not depend on the processor.
ifeq ($(shell uname -m),x86_64)
OLDER := NUMBA_CPU_NAME=haswell NUMBA_CPU_FEATURES=-avx512f
endif
test-tolerance: $(READY)
	TF_ENABLE_ONEDNN_OPTS=0 $(OLDER) NUMBA_CACHE_DIR=.pytest_cache/kernels-of-other-machines \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" \
	tests/test_arithmetic.py tests/kernels tests/parity \
	tests/keras_ref/test_tutorials.py tests/saving/test_keras.py

# What Keras computes for tests/parity/test_recorded.py, anew: about ten minutes.
record: $(READY)
	$(BIN)/python -m keras_ref record tests/parity/recorded

# Debian's Chromium, for the tests of the pages in a browser; without it they are skipped.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The documentation with the reference, to be read in site/index.html: half a minute.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# What is published, in dist/, and the smoke test of it in a clean environment: two minutes.
wheel: $(READY)
	rm -rf build dist *.egg-info
	$(BIN)/python -m build --no-isolation
	rm -rf build *.egg-info
	GLASSNET_DIST=dist $(BIN)/python -m pytest tests/packaging

# docs/notebooks/*.ipynb anew from the .py beside them: a minute.
notebooks: $(READY)
	$(BIN)/python -m docs.notebooks.build

bench: $(READY)
	$(BIN)/python -m benchmarks

# The engine beside itself: what takes how long, compared with the last run (kept in .benchmarks).
# A minute and a half; `make bench-suite ONLY=kernels` takes the benchmarks with that in their names.
bench-suite: $(READY)
	$(BIN)/python -m pytest benchmarks/suite --benchmark-autosave --benchmark-compare -k "$(ONLY)"

# The virtual environment with every package at the version that constraints.txt pins.
$(READY): constraints.txt Makefile
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …")'
	@echo "Installing TensorFlow, Keras and what the engine needs into $(VENV): one or two minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r constraints.txt
	@touch $(READY)

# The pictures of docs/maths.
pictures: $(READY)
	$(BIN)/python docs/maths/draw.py

# What Keras's order of operations costs beside a free one.
bench-exactness: $(READY)
	@mkdir -p report
	$(BIN)/python -m benchmarks.exactness --json report/exactness.json

# A study over threads, processes and a Dask cluster on this machine: five minutes.
bench-workers: $(READY)
	@mkdir -p report
	$(BIN)/python -m benchmarks.workers

# 500 random networks in both engines: a quarter of an hour.
fuzz-full: $(READY)
	$(BIN)/python -m keras_ref fuzz --count 500 --seed 0

# 100,000 changed files into the loader, 200 killed writers and 200 killed trainings of each kind,
# 100 networks in files to Keras and back: seven minutes, half an hour, half an hour.
fuzz-files: $(READY)
	$(BIN)/python -m tests.hostile.fuzz --count 100000
kills: $(READY)
	KILLS=67 $(BIN)/python -m pytest tests/saving/test_killed.py
	GLASSNET_KILLS=200 $(BIN)/python -m pytest tests/callbacks/test_backup_and_restore.py \
	tests/models/test_interrupted.py
round-trips: $(READY)
	ROUND_TRIPS=100 $(BIN)/python -m pytest tests/saving/test_round_trips.py \
	tests/keras_ref/test_convert.py

clean:
	rm -rf $(VENV) report site dist build *.egg-info
