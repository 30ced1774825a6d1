# Tests, the demo, and the Python environment they need. Python is for tests and for nbconvert only.
VENV := build/venv
# Paths in kernel.json and in the environment must be absolute.
TOP := $(CURDIR)

# Tests of C modules, one program each.
UNITS := $(patsubst %.c,$(B)/%,$(wildcard tests/base/test_*.c tests/ml/test_*.c tests/lang/test_*.c tests/lang/*/test_*.c tests/kernel/test_*.c))

.PHONY: venv compiled units golden postgres-test python-tests browser-test test harden demo example
venv: $(VENV)/stamp
$(VENV)/stamp: tests/requirements.txt tests/postgres/requirements.txt
	@$(MAKE) -s python-packages
	@echo "making the Python environment in $(VENV)"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install -qq --disable-pip-version-check -r tests/requirements.txt
	@$(VENV)/bin/pip install -qq --disable-pip-version-check -r tests/postgres/requirements.txt || \
	  echo "PostgreSQL cannot be installed from PyPI here: its comparison will be skipped"
	@touch $@

# All that the tests run, on all cores.
CORES := $(shell nproc)
compiled: $(B)/thanosql-kernel $(UNITS) $(B)/tests/golden/golden

units: $(UNITS)
	@tests/units.sh $(UNITS)

golden: $(B)/tests/golden/golden
	@tests/golden/run.sh $<

python-tests: $(B)/thanosql-kernel $(VENV)/stamp postgres-test
	@THANOSQL_KERNEL=$(abspath $<) $(VENV)/bin/python -m pytest -q -p no:cacheprovider tests/jupyter tests/notebook

# The same statements on a real PostgreSQL and on ours; prints "agreement N of M".
postgres-test: $(B)/tests/golden/golden $(VENV)/stamp
	@THANOSQL_GOLDEN=$(abspath $<) $(VENV)/bin/python -m pytest -q -s -rs -p no:cacheprovider tests/postgres

browser-test: $(B)/thanosql-kernel $(VENV)/stamp browser-packages
	@THANOSQL_KERNEL=$(abspath $<) $(VENV)/bin/python -m pytest -q -rs -p no:cacheprovider tests/browser

# Everything runs even if something before it failed; the status is the worst.
test: test-packages
	@$(MAKE) -s -j$(CORES) compiled venv
	@status=0; for part in units golden python-tests browser-test; do \
	  echo "== $$part"; $(MAKE) -s $$part || { status=1; echo "== $$part FAILED"; }; done; exit $$status

# Address and undefined-behaviour sanitizers over the units, the golden tests and the protocol tests (but for those of
# time and memory, which sanitizers change).
harden: test-packages $(VENV)/stamp
	@$(MAKE) -s SAN=1 -j$(CORES) compiled
	@$(MAKE) -s SAN=1 units golden
	@THANOSQL_KERNEL=$(TOP)/$(B)/san/thanosql-kernel $(VENV)/bin/python -m pytest -q -p no:cacheprovider tests/jupyter \
	  --ignore tests/jupyter/test_cheap.py --ignore tests/jupyter/test_clients.py \
	  --ignore tests/jupyter/test_stop_anywhere.py tests/notebook/test_bad_input.py tests/notebook/test_bad_sql.py -k "not million_lines"

DEMO := $(TOP)/build/demo
demo: packages
	@$(MAKE) -s -j$(CORES) $(B)/thanosql-kernel venv
	@$(MAKE) -s install >/dev/null
	@make/demo.sh "$(VENV)" "$(DEMO)" examples/search_image_by_image.ipynb

# Run the example and keep its outputs in the repository, with paths as on the service that the tutorial came from.
example: $(B)/thanosql-kernel $(VENV)/stamp
	@$(MAKE) -s install PREFIX=$(DEMO)/prefix >/dev/null
	@JUPYTER_PATH=$(DEMO)/prefix/share/jupyter make/demo.sh "$(VENV)" "$(DEMO)" examples/search_image_by_image.ipynb
	@sed 's|$(DEMO)/workspace|/home/jovyan|g' $(DEMO)/search_image_by_image.ipynb >examples/search_image_by_image.ipynb
