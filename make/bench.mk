# Measurements. `make bench` prints our figures, `make bench-peers` those of others beside ours, in the same run.
BENCH := $(patsubst %.c,$(B)/%,$(wildcard bench/*.c))
$(B)/bench/plan: $(B)/bench/plan.o $(call objects,lang ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/bench/%: $(B)/bench/%.o $(call objects,ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: bench bench-peers
bench: packages
	@make/packages.sh $(BENCH_PACKAGES)
	@$(MAKE) -s $(B)/thanosql-kernel $(BENCH) venv
	@echo "== search, beside reading the memory once"; $(B)/bench/search
	@echo "== from the text of a cell to a statement that is ready"; $(B)/bench/plan
	@for part in speed search sql scale retrieval backbones; do echo "== $$part"; \
	  THANOSQL_KERNEL=$(abspath $(B)/thanosql-kernel) $(VENV)/bin/python bench/$$part.py || exit 1; done

PEERS := build/venv-peers
$(PEERS)/stamp: bench/requirements.txt
	@$(MAKE) -s python-packages
	@python3 -m venv $(PEERS)
	@$(PEERS)/bin/pip install -qq --disable-pip-version-check -r bench/requirements.txt
	@touch $@
bench-peers: bench $(PEERS)/stamp
	@echo "== latency, beside ipykernel"; THANOSQL_KERNEL=$(abspath $(B)/thanosql-kernel) $(VENV)/bin/python bench/latency.py
	@echo "== networks, beside PyTorch"; $(PEERS)/bin/python bench/peer_networks.py $(B)/bench/networks
	@echo "== training, beside PyTorch"; for pictures in digits photographs; do for seed in 1 2 3; do \
	  $(PEERS)/bin/python bench/peer_simclr.py --pictures $$pictures --seed $$seed || exit 1; done; done
