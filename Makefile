# Everything that a newcomer needs: `make demo` and `make test`.

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
VENV := .venv
QGIS_VENV := .venv-qgis
BIN := $(VENV)/bin
# where the shared imagery stands, if there is any
LANDCAST_DATA ?= $(abspath $(wildcard ../shared/data))
export LANDCAST_DATA

.PHONY: demo test test-lane test-library test-qgis test-worker test-all lint wheel plugin setup setup-qgis clean

demo: setup
	$(BIN)/landcast demo -o demo-output
	@if [ -n "$(LANDCAST_DATA)" ]; then \
		$(BIN)/landcast demo -o demo-output --source "$(LANDCAST_DATA)/naip/claremont/2016/014.tif"; fi

# the suites wait more than they work, so two lanes run side by side: the library's tests, and those of QGIS and then of the
# worker, which are told when they have ended. One thread each: several that wait for each other on a busy processor take
# many times as long
test-library test-qgis test-worker test-all: export OMP_NUM_THREADS = 1
test: setup-qgis lint
	@$(MAKE) --no-print-directory --jobs=2 test-library test-lane

test-lane:
	@$(MAKE) --no-print-directory test-qgis
	@$(MAKE) --no-print-directory test-worker

# on a busy machine one of thousands of tests with real processes may lose a race: it gets a second chance, and is told of
ONCE_MORE := --reruns 1 -r aR

test-library: setup
	$(BIN)/python -m pytest $(ONCE_MORE) -m "not long" --ignore=tests/qgis_plugin --ignore=tests/worker

test-qgis: setup-qgis
	@mkdir -p build
	@QT_QPA_PLATFORM=offscreen LANDCAST_PYTHON=$(abspath $(BIN)/python) \
		$(QGIS_VENV)/bin/python -m pytest $(ONCE_MORE) tests/qgis_plugin > build/qgis-tests.log 2>&1; \
		status=$$?; cat build/qgis-tests.log; exit $$status

test-worker: setup
	@mkdir -p build
	@$(BIN)/python -m pytest $(ONCE_MORE) -m "not long" tests/worker > build/worker-tests.log 2>&1; \
		status=$$?; cat build/worker-tests.log; exit $$status

test-all: test
	$(BIN)/python -m pytest -m long --ignore=tests/qgis_plugin

# types are checked under the name of the package, whatever the folder of the clone is called
lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p build/types && ln -sfn ../.. build/types/landcast
	cd build/types && $(abspath $(BIN)/mypy) --config-file ../../pyproject.toml \
		-m landcast -p landcast.core -p landcast.training -p landcast.worker -p landcast.qgis_plugin
	@ln -sfn ../../benchmarks build/types/benchmarks
	cd build/types && MYPYPATH=benchmarks $(abspath $(BIN)/mypy) --config-file ../../pyproject.toml \
		--explicit-package-bases --follow-imports=silent benchmarks/*.py

wheel: setup
	$(BIN)/python -m build --wheel --outdir dist .

plugin: setup
	$(BIN)/python .ci/build_plugin.py dist/landcast.zip

# the stamp holds the environment to the files that describe it
setup: $(VENV)/.stamp

$(VENV)/.stamp: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

setup-qgis: setup $(QGIS_VENV)/.stamp

$(QGIS_VENV)/.stamp: pyproject.toml
	@$(QGIS_PYTHON) -c "import qgis.core, venv, ensurepip" 2>/dev/null || .ci/install-qgis
	$(QGIS_PYTHON) -m venv --system-site-packages $(QGIS_VENV)
	$(QGIS_VENV)/bin/python -m pip install --quiet "pytest>=8,<10" "pytest-qgis>=2,<6" "pytest-rerunfailures>=14,<17" "pyzmq>=26,<28"
	touch $@

clean:
	rm -rf $(VENV) $(QGIS_VENV) build dist demo-output *.egg-info .mypy_cache .ruff_cache .pytest_cache .qgis-settings
