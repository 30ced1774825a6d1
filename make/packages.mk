# What Debian 12 and Ubuntu 24.04 have for us. Each list names packages; `make packages` installs those that are missing.
BUILD_PACKAGES := gcc make pkg-config libzmq3-dev libjansson-dev libssl-dev libjpeg-dev libpng-dev libopenblas-dev \
                  libsqlite3-dev libcurl4-openssl-dev libarchive-dev libcsv-dev libpg-query-dev libprotobuf-c-dev \
                  protobuf-c-compiler zlib1g-dev
PYTHON_PACKAGES := python3-venv
TEST_PACKAGES  := libcmocka-dev clang-format
BENCH_PACKAGES := sqlite3

.PHONY: packages python-packages test-packages browser-packages
packages:
	@make/packages.sh $(BUILD_PACKAGES)
python-packages:
	@make/packages.sh $(PYTHON_PACKAGES)
test-packages:
	@make/packages.sh $(BUILD_PACKAGES) $(PYTHON_PACKAGES) $(TEST_PACKAGES)
# The browser test skips itself, and says so, where there is no Chromium package.
browser-packages:
	@command -v chromium >/dev/null || ! apt-cache show chromium 2>/dev/null | grep -q '^Depends' || \
	  make/packages.sh chromium fonts-dejavu-core || true
