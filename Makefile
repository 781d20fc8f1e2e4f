# Builds, tests and checks upgrade101.  `make help` lists the targets.
#
# In: the tree, and the variables below.  Out: virtual environments (.venv*), the extension beside
# its package, everything else below build/.  Always: a target does its own set-up, and again only
# what has changed; no two recipes write one file at a time, so `make -j` is safe.  It installs no
# system package: it names the one that is missing.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# The default CPython is looked for only when an environment is made: a search takes seconds.
PYTHON ?= $(shell .ci/pythons | head -n 1)
PYTHONS ?= $(shell .ci/pythons)
VENV ?= .venv
BUILD ?= build
CFLAGS ?= -O2 -g
DEFINES ?=
OBJCOPY ?= objcopy
PREFIX ?= /usr/local
DESTDIR ?=
SANITIZERS ?= -fsanitize=address,undefined -fno-sanitize-recover=all
DEMO_ARGS ?=
PYTHONFLAGS ?=

.PHONY: help demo test test-all test-asan sanitized soak soak-freed soak-asyncio soak-uvloop \
	soak-kill core install uninstall core-test fuzz strict bench bench-core bench-pages bench-process bench-servers instructions lint \
	docs clean toolchain

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

# ---- Python ----------------------------------------------------------------
# The stamps of an environment follow one another in one line, created, demo, built, test, lint,
# bench, so that no two installations write into it at once.

VENV_PYTHON := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# Installs the requirements of $(1), which are in pyproject.toml at $(2), in the environment $(3).
install = echo "== $(3): installing the requirements of $(1)"; \
	$(VENV_PYTHON) -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))$(2), sep="\n")' \
	| $(3)/bin/python $(PIP_INSTALL) --requirement /dev/stdin

EXTENSION_SOURCES := setup.py pyproject.toml $(wildcard csrc/*.h csrc/*.def csrc/*/*.c csrc/*/*.h)

$(VENV)/.created:
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		echo "make needs CPython 3.11 or later with venv: apt-get install python3 python3-venv" >&2; \
		exit 1; \
	fi; \
	"$$python" -m venv --clear $(VENV)
	@$(call install,the build,["build-system"]["requires"],$(VENV))
	@touch $@

$(VENV)/.demo: pyproject.toml | $(VENV)/.created
	@$(call install,the demo,["project"]["optional-dependencies"]["demo"],$(VENV))
	@touch $@

$(VENV)/.built: $(EXTENSION_SOURCES) | $(VENV)/.demo toolchain
	@echo "== $(VENV): building the extension"
	@$(VENV_PYTHON) $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.built
	@$(call install,the tests,["project"]["optional-dependencies"]["test"],$(VENV))
	@touch $@

$(VENV)/.lint: pyproject.toml | $(VENV)/.test
	@$(call install,make lint,["project"]["optional-dependencies"]["lint"],$(VENV))
	@touch $@

$(VENV)/.bench: pyproject.toml | $(VENV)/.lint
	@$(call install,the benches,["project"]["optional-dependencies"]["bench"],$(VENV))
	@touch $@

demo: $(VENV)/.built ## run the demo server on 127.0.0.1:8101 (DEMO_ARGS="--port 8102")
	@exec $(VENV_PYTHON) -m upgrade101 serve $(DEMO_ARGS)

test: $(VENV)/.built $(VENV)/.test ## run the Python tests (PYTEST_ADDOPTS="-k websocket --loop=uvloop"; "--no-io" opens no socket)
	@$(VENV_PYTHON) $(PYTHONFLAGS) -m pytest

# Makes the targets $(2) under each CPython of $(1), one after the other; the version of the default
# environment has no second one, for both would build the same file.
under_each = version='import sys; print(f"3.{sys.version_info.minor}{sys.abiflags}")'; \
	for python in $(1); do \
		name=$$("$$python" -c "$$version"); \
		venv=.venv-$$name; \
		if [ "$$name" = "$$($(VENV_PYTHON) -c "$$version")" ]; then venv=$(VENV); fi; \
		echo "== CPython $$name"; \
		$(MAKE) --no-print-directory $(2) PYTHON="$$python" VENV=$$venv; \
	done

test-all: $(VENV)/.built $(VENV)/.test ## run them under each CPython (PYTHONFLAGS="-X dev -W error")
	+@$(call under_each,$(PYTHONS),test)

# The programs that these start would load ASan's runtime too, or have no use for the extension;
# what test_peers.py asks of the core is little beside test_differential.py, and takes a minute;
# test_fallback_streams.py bounds the memory, of which ASan keeps what was freed.
NOT_SANITIZED := test_bench*.py test_clients.py test_demo*.py test_docs*.py test_examples.py \
	test_fallback_servers.py test_fallback_streams.py test_handshake_failed.py test_layout.py \
	test_model.py test_packaging.py test_peers.py test_prox*.py
# The sanitized extension stays out of the tree, where the other targets have theirs.
SANITIZED := $(BUILD)/asan-python
SANITIZED_PYTHON = LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 \
	PYTHONMALLOC=malloc PYTHONSAFEPATH=1 PYTHONPATH=$(SANITIZED)/lib $(VENV_PYTHON)

sanitized: $(VENV)/.built $(VENV)/.test
	@U101_SANITIZE=1 $(VENV_PYTHON) setup.py --quiet build \
		--build-base $(SANITIZED) --build-lib $(SANITIZED)/lib
	@$(SANITIZED_PYTHON) -c 'import upgrade101._core as c; print("==", c.__file__)' \
		| grep $(SANITIZED)/lib

test-asan: sanitized ## run those of the core under ASan and UBSan
	@$(SANITIZED_PYTHON) -m pytest --capture=no --coarse --loop=asyncio \
		$(NOT_SANITIZED:%=--ignore-glob='*/%')

soak: soak-freed soak-kill ## make 2.4 million connections, kill 10,000 clients (use -j2)

# Under the newest CPython, for up to 3.11 what asyncio's own transports leave hides the rest.
soak-freed: $(VENV)/.built $(VENV)/.test
	+@$(call under_each,$(lastword $(PYTHONS)),soak-asyncio soak-uvloop)

soak-asyncio soak-uvloop: soak-%: $(VENV)/.built $(VENV)/.test
	@$(VENV_PYTHON) tests/support/soak.py --loop $* $(SOAKFLAGS)

soak-kill: sanitized
	@$(VENV_PYTHON) tests/support/kill_clients.py env $(SANITIZED_PYTHON)

# ---- the core --------------------------------------------------------------

ifdef OPENSSL_DIR
CRYPTO_CFLAGS := -I$(OPENSSL_DIR)/include
CRYPTO_LIBS := -L$(OPENSSL_DIR)/lib -Wl,-rpath,$(OPENSSL_DIR)/lib -lcrypto
CRYPTO_PACKAGE :=
else
CRYPTO_CFLAGS := $(shell pkg-config --cflags libcrypto 2>/dev/null)
CRYPTO_LIBS := $(shell pkg-config --libs libcrypto 2>/dev/null || echo -lcrypto)
CRYPTO_PACKAGE := $(shell pkg-config --exists libcrypto 2>/dev/null && echo libcrypto)
endif
CORE_FLAGS := -std=c11 -Icsrc -Icsrc/core $(CRYPTO_CFLAGS) $(DEFINES) \
	$(if $(filter 1,$(U101_WERROR)),@.ci/warnings)
TEST_FLAGS := -O1 -g -fno-omit-frame-pointer $(SANITIZERS) -Itests/core

CORE_SOURCES := $(wildcard csrc/core/*.c)
CORE_HEADERS := $(wildcard csrc/*.h csrc/*.def csrc/core/*.h)
CORE_OBJECTS := $(CORE_SOURCES:csrc/%.c=$(BUILD)/%.o)
PUBLIC_FILES := $(addprefix $(BUILD)/include/,upgrade101.h reasons.def)

TEST_SOURCES := $(wildcard tests/core/test_*.c)
TEST_HEADERS := $(CORE_HEADERS) $(wildcard tests/core/*.h)
TEST_HELPERS := $(filter-out $(TEST_SOURCES),$(wildcard tests/core/*.c))
TEST_OBJECTS := $(CORE_SOURCES:%.c=$(BUILD)/checked/%.o) $(TEST_HELPERS:%.c=$(BUILD)/checked/%.o)
TEST_PROGRAMS := $(TEST_SOURCES:tests/core/%.c=$(BUILD)/checked/%)

toolchain:
	@command -v $(firstword $(CC)) >/dev/null || \
		{ echo "make needs a C compiler, $(CC) is missing: apt-get install gcc" >&2; exit 1; }
	@echo '#include <openssl/evp.h>' | $(CC) $(CRYPTO_CFLAGS) -E -o /dev/null - 2>/dev/null || { \
		echo "make needs OpenSSL's headers: apt-get install libssl-dev, or set OPENSSL_DIR" >&2; \
		exit 1; \
	}

core: $(BUILD)/libupgrade101.a $(PUBLIC_FILES) ## build the core as a static library with its header

# One object, in which only what the header marks with U101_API is global.  On macOS `ld -r` itself
# makes hidden symbols local.
$(BUILD)/upgrade101.o: $(CORE_OBJECTS)
	$(CC) -r -nostdlib -o $@ $^
	$(if $(filter Darwin,$(shell uname)),,$(OBJCOPY) --localize-hidden $@)

$(BUILD)/libupgrade101.a: $(BUILD)/upgrade101.o
	@rm -f $@
	$(AR) rcs $@ $^

# Objects of link-time optimisation hold no symbols that could be hidden.
$(BUILD)/core/%.o: csrc/core/%.c $(CORE_HEADERS) | toolchain
	@mkdir -p $(@D)
	$(CC) $(CORE_FLAGS) $(CFLAGS) -fPIC -fvisibility=hidden -fno-lto -c -o $@ $<

$(BUILD)/include/%: csrc/%
	@mkdir -p $(@D)
	cp $< $@

# The header and the table that it includes have a folder of their own, for `reasons.def` is a name
# that others may have.
INSTALLED := include/upgrade101/upgrade101.h include/upgrade101/reasons.def lib/libupgrade101.a \
	lib/pkgconfig/upgrade101.pc
VERSION = $(shell sed -n 's/^\#define U101_VERSION "\(.*\)"/\1/p' csrc/upgrade101.h)

install: core ## install the C library with its header (PREFIX=/usr/local DESTDIR=)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,$(sort $(dir $(INSTALLED))))
	install -m 644 $(PUBLIC_FILES) $(DESTDIR)$(PREFIX)/include/upgrade101
	install -m 644 $(BUILD)/libupgrade101.a $(DESTDIR)$(PREFIX)/lib
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@PACKAGE@|$(CRYPTO_PACKAGE)|' \
		-e 's|@LIBS@|$(if $(CRYPTO_PACKAGE),,$(CRYPTO_LIBS))|' -e 's| *$$||' csrc/upgrade101.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/upgrade101.pc

uninstall: ## remove what `make install` has installed, with the same PREFIX and DESTDIR
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED))
	rmdir $(DESTDIR)$(PREFIX)/include/upgrade101

# Else make would take them for intermediate files and remove them.
.SECONDARY: $(TEST_OBJECTS)

core-test: $(TEST_PROGRAMS) ## run the C tests of the core under ASan and UBSan
	@for program in $^; do echo "== $$program"; $$program; done

$(BUILD)/checked/%.o: %.c $(TEST_HEADERS) | toolchain
	@mkdir -p $(@D)
	$(CC) $(CORE_FLAGS) $(TEST_FLAGS) -c -o $@ $<

$(BUILD)/checked/test_%: tests/core/test_%.c $(TEST_OBJECTS) $(TEST_HEADERS) | toolchain
	$(CC) $(CORE_FLAGS) $(TEST_FLAGS) -o $@ $< $(TEST_OBJECTS) $(CRYPTO_LIBS)

# Built by clang, whose libFuzzer this is; what is found, and inputs that reach further, stay below
# build/.
FUZZ_TARGETS ?= decide body response
FUZZ_SECONDS ?= 60
FUZZ := $(BUILD)/fuzz
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -Itests/core

fuzz: $(FUZZ_TARGETS:%=$(FUZZ)/%) ## fuzz the core under ASan and UBSan (FUZZ_SECONDS=600 FUZZ_TARGETS=body)
	@for target in $(FUZZ_TARGETS); do \
		echo "== $$target"; \
		mkdir -p $(FUZZ)/corpus/$$target; \
		$(FUZZ)/$$target -max_total_time=$(FUZZ_SECONDS) -dict=tests/core/fuzz.dict \
			-artifact_prefix=$(FUZZ)/$$target- -print_final_stats=1 \
			$(FUZZ)/corpus/$$target tests/core/corpus/$$target; \
	done

$(FUZZ)/%: $(CORE_SOURCES) $(TEST_HELPERS) $(TEST_HEADERS) | toolchain
	@command -v clang >/dev/null || \
		{ echo "make fuzz needs clang with libFuzzer: apt-get install clang" >&2; exit 1; }
	@mkdir -p $(@D)
	clang $(CORE_FLAGS) $(FUZZ_FLAGS) -DFUZZ_TARGET=fuzz_$* -o $@ $(filter %.c,$^) $(CRYPTO_LIBS)

strict: $(VENV)/.created ## build core and extension with gcc and clang, warnings being errors
	@for compiler in gcc clang; do \
		echo "== $$compiler"; \
		$(MAKE) --no-print-directory core U101_WERROR=1 CC=$$compiler BUILD=$(BUILD)/$$compiler; \
		CC=$$compiler U101_WERROR=1 $(VENV_PYTHON) setup.py --quiet build_ext --force \
			--build-temp $(BUILD)/$$compiler/temp --build-lib $(BUILD)/$$compiler/lib; \
	done

# ---- measuring -------------------------------------------------------------
# The core as setup.py builds it for the extension, but as an object of its own, so that its
# instructions can be told from those of its driver.  Their counts hold for one compiler.

BENCH_CC ?= gcc
BENCH := $(BUILD)/bench
BENCH_FLAGS := -O2 -g -DNDEBUG -fwrapv
BENCH_CORE_FLAGS := $(BENCH_FLAGS) -fPIC -fno-semantic-interposition \
	$(if $(filter gcc%,$(notdir $(BENCH_CC))),-flto -flto-partition=one)
# The browser's first: the other cases are made of it.
BENCH_HEADS := bench/heads/chrome $(filter-out bench/heads/chrome,$(wildcard bench/heads/*))

bench-core: $(BENCH)/bench_core ## build the C bench of the core

$(BENCH)/libupgrade101.so: $(CORE_SOURCES) $(CORE_HEADERS) | toolchain
	@mkdir -p $(@D)
	$(BENCH_CC) $(CORE_FLAGS) $(BENCH_CORE_FLAGS) -shared -Wl,-soname,$(@F) -o $@ $(CORE_SOURCES) \
		$(CRYPTO_LIBS)

$(BENCH)/bench_core: $(addprefix bench/,bench_core.c readers.c readers.h requests.c requests.h) \
		$(BENCH)/libupgrade101.so
	$(BENCH_CC) $(CORE_FLAGS) $(BENCH_FLAGS) -o $@ $(filter %.c,$^) $(BENCH)/libupgrade101.so \
		$(CRYPTO_LIBS) -Wl,-rpath,'$$ORIGIN'

instructions: $(BENCH)/bench_core $(VENV)/.created ## compare instructions of the core with bench/instructions.json
	@$(VENV_PYTHON) bench/instructions.py $(BENCH)/bench_core --check

bench-servers: $(VENV)/.built $(VENV)/.bench ## compare servers under storms (BENCH_ARGS=--quick)
	@CC="$(CC)" CFLAGS="$(CFLAGS) $(CRYPTO_CFLAGS)" LDLIBS="$(CRYPTO_LIBS)" \
		$(VENV_PYTHON) bench/storm.py --out $(BENCH) $(BENCH_ARGS)

bench-pages: $(VENV)/.built $(VENV)/.bench ## compare HTTP servers as fallbacks and alone (BENCH_ARGS=--quick)
	@$(VENV_PYTHON) bench/pages.py --out $(BENCH) $(BENCH_ARGS)

bench-process: $(BENCH)/bench_core $(VENV)/.built $(VENV)/.bench ## measure decisions in one process
	@$(BENCH)/bench_core table 101 300 $(BENCH_HEADS)
	@for script in decide imports leak growth; do \
		echo "== bench/$$script.py"; \
		$(VENV_PYTHON) bench/$$script.py; \
	done

bench: bench-process bench-servers bench-pages ## measure all three, and print each ratio beside its bar

# ---- checks of the text ----------------------------------------------------

C_SOURCES := $(wildcard csrc/*/*.c tests/core/*.c bench/*.c bench/*/*.c docs/examples/*.c)
C_HEADERS := $(wildcard csrc/*.h csrc/*/*.h tests/core/*.h bench/*.h)
TIDIED := $(C_SOURCES:%.c=$(BUILD)/tidy/%.ok)

lint: $(VENV)/.lint $(TIDIED) ## run ruff, mypy, stubtest, clang-format and clang-tidy
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@$(VENV_PYTHON) -m mypy --strict upgrade101 docs/examples bench/*.py
	@$(VENV_PYTHON) tests/support/pages.py $(BUILD)/readme
	@MYPYPATH=$(BUILD)/readme $(VENV_PYTHON) -m mypy --strict $(BUILD)/readme/*.py
	@$(VENV_PYTHON) -m mypy.stubtest --allowlist .ci/stubtest upgrade101
	@command -v clang-format >/dev/null || \
		{ echo "make lint needs clang-format: apt-get install clang-format" >&2; exit 1; }
	@clang-format --dry-run -Werror $(C_SOURCES) $(C_HEADERS)

$(BUILD)/tidy/%.ok: %.c $(C_HEADERS) csrc/reasons.def .clang-tidy | $(VENV)/.created
	@command -v clang-tidy >/dev/null || \
		{ echo "make lint needs clang-tidy: apt-get install clang-tidy" >&2; exit 1; }
	@mkdir -p $(@D)
	@echo "clang-tidy $<"
	@clang-tidy --quiet $< -- -std=c11 -Icsrc -Icsrc/core -Itests/core $(CRYPTO_CFLAGS) \
		-isystem "$$($(VENV_PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
		2>&1 | sed '/ warnings generated\.$$/d'
	@touch $@

# ---- the site --------------------------------------------------------------
# Its tools have an environment of their own, so that nobody else waits for them; the docstrings come
# from the extension as it is built.

$(VENV)-docs/.docs: pyproject.toml | $(VENV)/.created
	@$(VENV_PYTHON) -m venv --clear $(VENV)-docs
	@$(call install,the site,["project"]["optional-dependencies"]["docs"],$(VENV)-docs)
	@touch $@

docs: $(VENV)/.built $(VENV)-docs/.docs ## build the site of the documentation in build/docs
	@PYTHONPATH="$(CURDIR)" $(VENV)-docs/bin/python docs/build_site.py $(BUILD)/docs
	@echo "$(BUILD)/docs/index.html"

clean: ## remove all that these targets made
	rm -rf $(BUILD) .venv .venv-* *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	rm -f upgrade101/_core.*.so
	find . -name __pycache__ -prune -exec rm -rf {} +
