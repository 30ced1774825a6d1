# make, make test, make demo, make install, make lint, …: see README.md.
CC      ?= cc
CFLAGS  ?= -O2 -g
B       ?= build
PKGS    := libzmq jansson libcrypto libjpeg libpng openblas sqlite3 libcurl libarchive
STD     := -std=c11 -D_GNU_SOURCE -I. -pthread
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
SANITY  := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)
ifneq ($(SAN),)
B := $(B)/san
endif
INCLUDES := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lm
ALL     := $(CC) $(STD) $(INCLUDES) $(WARN) $(CFLAGS) $(SANITY)
sources  = $(sort $(wildcard $(1:%=%/*.c) $(1:%=%/*/*.c)))
objects  = $(patsubst %.c,$(B)/%.o,$(call sources,$(1)))

$(B)/thanosql-kernel: $(call objects,kernel lang ml base)
	$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# Unit tests: tests/ml links only ml and base, and so on, so that a wrong direction does not link.
TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/*/test_*.c))
$(B)/tests/base/%: $(B)/tests/base/%.o $(call objects,base)
	$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/ml/%: $(B)/tests/ml/%.o $(call objects,ml base)
	$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/lang/%: $(B)/tests/lang/%.o $(call objects,lang ml base)
	$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/kernel/%: $(B)/tests/kernel/%.o $(filter-out $(B)/kernel/main.o,$(call objects,kernel lang ml base))
	$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(B)/%.o: %.c $(B)/stamp
	@mkdir -p $(@D)
	$(ALL) -MMD -MP -c -o $@ $<

# Changed flags or a removed file rebuild; a second make does nothing.
STAMP := $(ALL) $(call sources,base ml lang kernel)
$(B)/stamp: FORCE
	@mkdir -p $(@D); echo '$(STAMP)' | cmp -s - $@ || echo '$(STAMP)' >$@

-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d)

.PHONY: FORCE
.SECONDARY:
