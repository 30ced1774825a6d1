# make            build/thanosql-kernel
# make demo       install what is missing, build, run the tutorial, say where the result is
# make test       everything needed to run the tests, then the tests
# make install    binary and kernelspec (PREFIX, DESTDIR, SYS_PREFIX); make uninstall takes them away
# make lint       the rules of the code; make format; make harden (sanitizers); make clean
CC      ?= cc
CFLAGS  ?= -O2 -g
B       ?= build
PKGS    := libzmq jansson libcrypto libjpeg libpng openblas sqlite3 libprotobuf-c
LOADED  := libcurl libarchive # when first needed: see base/library.h
STD     := -std=c11 -D_GNU_SOURCE -I. -pthread
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
SANITY  := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)
ifneq ($(SAN),)
override B := $(B)/san
endif
INCLUDES := $(shell pkg-config --cflags $(PKGS) $(LOADED) 2>/dev/null)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lpg_query -lz -lm
ALL     := $(CC) $(STD) -I$(B) $(INCLUDES) $(WARN) $(CFLAGS) $(SANITY)
sources  = $(sort $(wildcard $(1:%=%/*.c) $(1:%=%/*/*.c)))
ONNX    := $(B)/ml/model/onnx.pb-c
objects  = $(patsubst %.c,$(B)/%.o,$(call sources,$(1))) $(if $(filter ml,$(1)),$(ONNX).o)

$(B)/thanosql-kernel: $(call objects,kernel lang ml base)
	@echo "link $@"
	@$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

# Unit tests: tests/ml links only ml and base, and so on, so that a call in the wrong direction does not link.
$(B)/tests/base/%: $(B)/tests/base/%.o $(call objects,base)
	@$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/ml/%: $(B)/tests/ml/%.o $(call objects,ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/lang/%: $(B)/tests/lang/%.o $(call objects,lang ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/kernel/%: $(B)/tests/kernel/%.o $(filter-out $(B)/kernel/main.o,$(call objects,kernel lang ml base))
	@$(ALL) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(B)/tests/golden/golden: $(B)/tests/golden/golden.o $(call objects,lang ml base)
	@$(ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c $(B)/stamp
	@mkdir -p $(@D)
	@echo "cc $<"
	@$(ALL) -MMD -MP -c -o $@ $<

# The messages of an ONNX file, from their schema.
$(ONNX).h: ml/model/onnx.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=$(<D) --c_out=$(@D) $<
$(ONNX).c: $(ONNX).h
$(B)/ml/model/onnxfile.o: $(ONNX).h
$(ONNX).o: $(ONNX).c $(B)/stamp
	@$(ALL) -c -o $@ $<

# Changed flags, or a file more or less, rebuild; a second make does nothing.
STAMP := $(ALL) $(call sources,base ml lang kernel)
$(B)/stamp: FORCE
	@mkdir -p $(@D); echo '$(STAMP)' | cmp -s - $@ || echo '$(STAMP)' >$@

-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d $(B)/tests/*/*/*.d)

include make/packages.mk make/install.mk make/test.mk make/bench.mk

.PHONY: FORCE clean format lint
.SECONDARY:

C_FILES = $(wildcard base/*.[ch] ml/*.[ch] ml/*/*.[ch] lang/*.[ch] lang/*/*.[ch] kernel/*.[ch] kernel/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] bench/*.c)
format:
	clang-format -i $(C_FILES)
lint:
	@tests/lint.sh
clean:
	rm -rf build
