# Measurements. `make bench` prints our figures, `make bench-peers` those of others beside ours, in the same run.
BENCH := $(patsubst %.c,$(B)/%,$(wildcard bench/*.c))
$(B)/bench/%: $(B)/bench/%.o $(call objects,ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: bench bench-peers
bench: packages
	@$(MAKE) -s $(B)/thanosql-kernel $(BENCH) venv
	@for part in speed retrieval; do echo "== $$part"; \
	  THANOSQL_KERNEL=$(abspath $(B)/thanosql-kernel) $(VENV)/bin/python bench/$$part.py || exit 1; done
