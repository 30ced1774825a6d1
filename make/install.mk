# make install: for the user (~/.local), or as root for all (/usr/local); PREFIX and DESTDIR as everywhere.
# SYS_PREFIX=1 installs into the active virtual environment (sys.prefix of python3), SYS_PREFIX=/path into that one.
ifeq ($(SYS_PREFIX),1)
PREFIX ?= $(shell python3 -c 'import sys; print(sys.prefix)')
else ifneq ($(SYS_PREFIX),)
PREFIX ?= $(SYS_PREFIX)
endif
PREFIX ?= $(if $(filter 0,$(shell id -u)),/usr/local,$(HOME)/.local)
BINARY := $(PREFIX)/bin/thanosql-kernel
SPEC   := $(PREFIX)/share/jupyter/kernels/thanosql

.PHONY: install uninstall
install: $(B)/thanosql-kernel
	install -D -m 755 $< "$(DESTDIR)$(BINARY)"
	install -d "$(DESTDIR)$(SPEC)"
	sed 's|@BINARY@|$(BINARY)|' kernelspec/kernel.json.in >"$(DESTDIR)$(SPEC)/kernel.json"
	install -m 644 kernelspec/logo-svg.svg kernelspec/logo-64x64.png "$(DESTDIR)$(SPEC)"
uninstall:
	rm -f "$(DESTDIR)$(BINARY)"
	rm -rf "$(DESTDIR)$(SPEC)"
