# Driftline's programs. `make` builds them into build/; `make help` lists the rest.
CC ?= gcc
BUILD ?= build
PACKAGES = libpq json-c openssl icu-uc icu-i18n libhs libcurl libqrencode
DECODE_PACKAGES = libjpeg libpng libwebp libmpg123 libseccomp
CFLAGS ?= -O2 -g
CFLAGS_OURS = -std=c11 -Ilib -D_GNU_SOURCE -pthread -fPIE -fno-common -fstack-protector-strong -ffunction-sections \
	-Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wformat=2 \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2) \
	$(shell pkg-config --cflags $(PACKAGES))
LDFLAGS_OURS = -pthread -pie -Wl,-z,relro,-z,now -Wl,--gc-sections $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LIBS = -lfcgi $(shell pkg-config --libs $(PACKAGES))

LIB = $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*.c))
MAINS = api auth media admin ctl config listen
ADMIN = $(patsubst %.c,$(BUILD)/%.o,$(wildcard cgi-bin/admin_*.c) cgi-bin/rules.c)
CTL = $(patsubst %.c,$(BUILD)/%.o,$(wildcard cgi-bin/ctl_*.c))
APP = $(filter-out $(BUILD)/cgi-bin/admin_%.o $(CTL),$(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAINS:%=cgi-bin/%.c),$(wildcard cgi-bin/*.c))))
PROGRAMS = $(MAINS:%=$(BUILD)/%) $(BUILD)/decode
DECODE = $(patsubst %.c,$(BUILD)/%.o,$(filter-out decoder/main.c,$(wildcard decoder/*.c))) $(BUILD)/lib/mp3.o
DECODE_LIBS = $(shell pkg-config --libs $(DECODE_PACKAGES)) -lgif -lm

all: $(PROGRAMS)  ## build the programs

$(BUILD)/api $(BUILD)/auth $(BUILD)/media: $(BUILD)/%: $(BUILD)/cgi-bin/%.o $(APP) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(LIBS)
$(BUILD)/admin: $(BUILD)/cgi-bin/admin.o $(ADMIN) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(LIBS)
$(BUILD)/ctl: $(BUILD)/cgi-bin/ctl.o $(CTL) $(addprefix $(BUILD)/lib/,arena.o buf.o text.o)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(shell pkg-config --libs json-c icu-uc)
# The child that decodes what strangers send has none of the service's own in it.
$(BUILD)/decode: $(BUILD)/decoder/main.o $(DECODE)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(DECODE_LIBS)
$(BUILD)/config: $(BUILD)/cgi-bin/config.o $(BUILD)/lib/config.o $(BUILD)/lib/arena.o
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^
$(BUILD)/listen: $(BUILD)/cgi-bin/listen.o
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CFLAGS_OURS) -MMD -MP -c -o $@ $<

$(BUILD)/lib/common.o build/fuzz/lib/common.o: lib/common-passwords.txt

# The tests of C: a program for each module, in $(BUILD)/tests/.
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(LIBS) -lcmocka
$(BUILD)/tests/decode: $(BUILD)/tests/unit/decode.o $(DECODE) | $(BUILD)/decode
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(DECODE_LIBS) -lcmocka
$(BUILD)/decoder/%.o $(BUILD)/tests/unit/decode.o: CFLAGS_OURS += -Idecoder
.SECONDARY: $(UNITS:$(BUILD)/tests/%=$(BUILD)/tests/unit/%.o)

unit: $(UNITS)  ## run the unit tests of the C code
	@tests/sql/cluster.sh tests/unit/run.sh $(UNITS)

sanitize:  ## the unit tests, and the programs in build/sanitize/, under ASan and UBSan
	$(MAKE) BUILD=build/sanitize SANITIZE=address,undefined CFLAGS="-O1 -g -fno-sanitize-recover=all" all unit

test: all  ## run every suite, or those in SUITES="unit api"
	@tests/run.sh $(SUITES)

bench-filter: $(BUILD)/bench/filter  ## what the word filter costs a message, by a list of 5000 words
	@$<
$(BUILD)/bench/filter: $(BUILD)/tests/bench/filter.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS_OURS) -o $@ $^ $(LIBS)

bench: all  ## measure beside the peers: see tests/bench/run.sh
	@tests/bench/run.sh

sql:  ## the tests of SQL, in a scratch database of the PostgreSQL in PGHOST or of one for the while
	@tests/sql/cluster.sh tests/sql/run.sh $(FILES)

# Fuzzers: a program for each parser, by clang, with everything that it stands on.
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SECONDS ?= 20
FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -std=c11 -Ilib -Idecoder -Itests/unit \
	-D_GNU_SOURCE -pthread $(shell pkg-config --cflags $(PACKAGES) $(DECODE_PACKAGES))
FUZZ_LIB = $(patsubst %.c,build/fuzz/%.o,$(wildcard lib/*.c) $(filter-out decoder/main.c decoder/jail.c,$(wildcard decoder/*.c)))

$(FUZZ_LIB): build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<
build/fuzz/lib.a: $(FUZZ_LIB)
	ar rcs $@ $^
build/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) tests/unit/fake.h build/fuzz/lib.a
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< build/fuzz/lib.a $(LIBS) $(DECODE_LIBS)

fuzz: $(FUZZERS:%=build/fuzz/%)  ## run each fuzzer for FUZZ_SECONDS (20), from its seeds
	@for fuzzer in $(FUZZERS); do tests/fuzz/run.sh "$$fuzzer" $(FUZZ_SECONDS) || exit; done

# Lint: each tool by itself, so that `make -k lint` shows what all of them find.
C_FILES = $(wildcard lib/*.[ch] cgi-bin/*.[ch] decoder/*.[ch] tests/*/*.[ch])
SHELL_FILES = $(shell find deploy.sh driftctl lib/deploy .ci/run tests -name node_modules -prune -o -type f \( -name '*.sh' -o -path .ci/run -o -path driftctl \) -print)
# What checks the client wants Node 20.19; where the machine's is older npm brings one.
NODE_20 = if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; \
	then with=; else with="npx --yes --package node@20 --"; fi

lint: lint-c lint-shell lint-client  ## everything that reads the code without running it (the tests of SQL check PL/pgSQL)

# -O1: what is inlined further makes the analyser lose its way. Leaks are LeakSanitizer's (`make sanitize`): to gcc what
# epoll keeps looks lost.
lint-c:
	clang-format --dry-run --Werror $(C_FILES)
	$(MAKE) -s BUILD=build/lint CFLAGS="-O1 -g -fanalyzer -Wno-analyzer-malloc-leak" all
	cppcheck --quiet --enable=warning,performance,portability --inline-suppr --std=c11 --library=posix -Ilib -D_GNU_SOURCE \
		--error-exitcode=1 -Idecoder lib cgi-bin decoder tests/unit tests/fuzz
	clang-tidy --quiet $(wildcard lib/*.c cgi-bin/*.c decoder/*.c) -- -std=c11 -Ilib -Icgi-bin -Idecoder -D_GNU_SOURCE \
		$(shell pkg-config --cflags $(PACKAGES) $(DECODE_PACKAGES)) 2>/dev/null

lint-shell:
	shellcheck -x $(filter-out lib/deploy/%,$(SHELL_FILES))
	shfmt -d $(SHELL_FILES)

# What npm puts in anew, as for building alone, has no such mark.
%/node_modules/.complete: %/package-lock.json
	cd $* && npm ci --silent
	touch $@

lint-client: applet/node_modules/.complete
	cd applet && $(NODE_20) && $$with npm run --silent lint && $$with npm run --silent format && $$with npm run --silent type-check

format:  ## bring all files into their form
	clang-format -i $(C_FILES)
	shfmt -w $(SHELL_FILES)
	cd applet && $(NODE_20) && $$with npx prettier --write --log-level warn .

clean:  ## remove what was built
	rm -rf $(BUILD)

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1: /p' Makefile

.PHONY: all test bench bench-filter unit sanitize clean help sql fuzz lint lint-c lint-shell lint-client format
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
