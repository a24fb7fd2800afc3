# SPDX-License-Identifier: GPL-3.0-or-later
# `make help` lists the targets. Settings: CC, DEBUG=1, SAN=address,undefined, V=1.
# What a user or a file's name says is data: variables reach the program through the environment, in the shell's
# double quotes. SAN names sanitizers; CC, CFLAGS, PYTHON and RUN are programs and flags: who sets them says what
# runs. make itself expands $(shell ...) only in variables that are not listed in ASKED and are given on its command
# line (it exports those to what it runs), and in those of the form NAME:=VALUE.
ifneq ($(filter bench-pipeline,$(MAKECMDGOALS)),)
EXP    ?= longtail_cifar
SET    ?= methods=erm seeds=2
endif
EXP    ?= quickstart
FORMAT ?= txt
RUNS   ?= 100000
PYTHON ?= python3
override ASKED := EXP SET JOBS DATA RGDBENCH_DATA FORMAT SHARD LAUNCHER SLURM N FROZEN A B ID FROM RESCUE NAME TARGET RUNS \
	KILLS SITES DAMAGES URL SHA256
override BUILDS := DEBUG SAN V CI WERROR
$(foreach v,$(ASKED) $(BUILDS),$(eval override $v := $$(value $v)))
export $(ASKED)
override comma := ,
ifneq ($(filter-out fuzzer-no-link address undefined thread leak,$(subst $(comma), ,$(SAN))),)
$(error SAN: sanitizers are address undefined thread leak, with commas between)
endif
PACKAGES = gcc libc6-dev make pkg-config curl libopenblas-pthread-dev libsqlite3-dev liblua5.4-dev \
	r-mathlib gnuplot-nox fonts-liberation libssl-dev libarchive-dev libjpeg-dev libpng-dev libwebp-dev \
	libseccomp-dev libjansson-dev libutf8proc-dev libcmocka-dev

BUILD = build$(if $(SAN),/san)$(if $(DEBUG),/debug)
PROGRAM = $(BUILD)/rgdbench
# Sanitizers make gcc see things, so that only plain builds treat warnings as errors.
# No contraction and no fast-math: the same bits at any vector width (docs/DESIGN.md, Numbers).
CFLAGS = -std=c11 -D_GNU_SOURCE -g $(if $(DEBUG),-O1,-O3) -march=x86-64-v3 -mprefer-vector-width=256 \
	-ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover -fno-omit-frame-pointer -Wno-format-overflow \
	-Wno-format-truncation -Wno-unknown-warning-option -Wno-pass-failed,$(if $(CI)$(WERROR),-Werror))
# Of OpenBLAS's builds the one whose calls do not wait for each other, for core/math/blas.c, which loads it.
BLAS = /usr/lib/x86_64-linux-gnu/openblas-pthread
CPPFLAGS = -Icore -I$(BUILD) -I/usr/include/lua5.4 -MMD -MP \
	$(if $(findstring fuzzer,$(SAN)),-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
LDFLAGS = -fopenmp $(if $(SAN),-fsanitize=$(SAN)) -Wl,-rpath,$(BLAS)
LDLIBS = -lsqlite3 -llua5.4 -lRmath -lcrypto -lseccomp -larchive -ljpeg -lpng -lwebp -ljansson -lutf8proc -lm
Q = $(if $(V),,@)
# make's own rules are none of ours, and it would try each on the hundreds of .d below.
MAKEFLAGS += -r

SOURCES = $(wildcard core/*/*.c core/*/*/*.c)
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o) $(patsubst %,$(BUILD)/core/math/%_v4.o,kernels product conv)
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
FUZZ = $(addprefix tests/fuzz/,fuzz.c targets_text.c targets_file.c targets_store.c)
FAULTS = $(patsubst %,$(BUILD)/tests/faults/%,shim.so faults kills checkpoints stores moves data)
RUN = $(PROGRAM)
# The words of SET, or FROM, as "$@". Quotes join words that have blanks; nothing in them is run, no star is a file.
WORDS_OF = set -f; line=$$(printf '\n.'); IFS=$${line%.}; \
	words=$$(printf '%s\n' "$$$(1)" | xargs -r -n 1 printf '%s\n') || exit 2; set -- $$words; unset IFS; set +f
# A compiler that is given several files compiles each alone.
EACH = xargs -P "$$(nproc)" -n 16
WITH_JOBS = $${JOBS:+"--jobs=$$JOBS"}
WITH_DATA = $${DATA:+"--data=$$DATA"}

all: $(PROGRAM) ## build build/rgdbench

sweep: $(PROGRAM) ## run experiment EXP (SET="train.epochs=2 seeds=3" JOBS=2), print its table, draw its figures
	@$(call WORDS_OF,SET); $(RUN) sweep "$$EXP" "$$@" $(WITH_JOBS) $(WITH_DATA) $${SHARD:+"--shard=$$SHARD"} \
		$${LAUNCHER:+"--launcher=$$LAUNCHER"} $${SLURM:+"--slurm=$$SLURM"}
	$(if $(SHARD)$(LAUNCHER),,@echo; $(RUN) plot "$$EXP")

confirm: $(PROGRAM) ## train all of EXP on N fresh seeds (FROZEN=1: only what was selected); its table shows both
	@$(RUN) confirm "$$EXP" $${N:+"n=$$N"} $${FROZEN:+--frozen} $(WITH_JOBS) $(WITH_DATA)

status plot export digest: $(PROGRAM)
	@$(RUN) $@ "$$EXP"
compare: $(PROGRAM)
	@$(RUN) compare "$$EXP" $${A:+"$$A"} $${B:+"$$B"} "--format=$$FORMAT"
table: $(PROGRAM)
	@$(call WORDS_OF,SET); $(RUN) table "$$EXP" "$$@" "--format=$$FORMAT"

status:  ## how the runs of EXP stand
compare: ## methods A and B of EXP, seed by seed
table:   ## the table of EXP (FORMAT=txt md tex csv jsonl; SET="by=imbalance")
plot:    ## the figures of EXP, into plots/EXP
export:  ## all metrics of EXP as CSV
digest:  ## one hash over all results of EXP
retry cancel: $(PROGRAM)
	@$(RUN) $@ "$$EXP" $${ID:+"$$ID"} $(if $(filter retry,$@),$(WITH_JOBS) $(WITH_DATA))
retry:  ## run what failed or was cancelled of EXP again (ID=3b1f: only that run)
cancel: ## leave out what is planned of EXP (ID=3b1f: only that run)
merge: $(PROGRAM) ## join the stores FROM into that of EXP (all of its shares)
	@$(call WORDS_OF,FROM); $(RUN) merge "$$EXP" "$$@"
fsck: $(PROGRAM) ## is the store of EXP sound? (RESCUE=FILE: what is sound, into a new one)
	@$(RUN) fsck "$$EXP" $${RESCUE:+"--rescue=$$RESCUE"}
report: $(PROGRAM) ## a page for each store and an index of all: report/index.html
	@$(RUN) report
verify: $(PROGRAM) ## train randomly chosen runs of EXP again and compare bits (SET="n=3 seed=0")
	@$(call WORDS_OF,SET); $(RUN) verify "$$EXP" "$$@" $(WITH_DATA)
# What README and docs/RESULTS.md show, from the stores that are there; what is missing says what it costs.
reproduce: $(PROGRAM) ## every table and figure that README and docs/RESULTS.md name
	@for e in $$(grep -oh 'EXP=[a-z0-9_]*' README.md docs/RESULTS.md | cut -d= -f2 | sort -u); do \
		if [ -f results/$$e.db ]; then $(RUN) table $$e --format=md && $(RUN) plot $$e || exit; \
			sed -n "s/.*make table EXP=$$e .*SET=\"\([^\"]*\)\".*/\1/p; s/.*rgdbench table $$e \([^\`]*\).*/\1/p" README.md docs/RESULTS.md | sort -u | \
				while read -r words; do echo; $(RUN) table $$e $$words --format=md || exit; done || exit; \
		else echo "$$e: no store. To make it:"; sed -n 's/^-- \(Command\|Time\)/  \1/p' experiments/$$e.lua; fi; \
	done
list: $(PROGRAM) ## experiments, methods and their settings
	@$(RUN) list
docs: $(PROGRAM) ## docs/METHODS.md, and README's table of slots, from the program's tables
	@{ sed '/^| slot/,$$d' docs/METHODS.md; $(RUN) list methods --format=md; } > $(BUILD)/methods.md && \
		mv $(BUILD)/methods.md docs/METHODS.md
	@awk -F '[|` ]+' '!/^\| [a-z]+ \| `/ { if (FILENAME != "docs/METHODS.md") print; next } \
		FILENAME == "docs/METHODS.md" { names[$$2] = names[$$2] " `" $$3 "`"; next } \
		{ print $$2 in names ? "| " $$2 " |" names[$$2] " |" : $$0 }' \
		docs/METHODS.md README.md > $(BUILD)/readme.md && cat $(BUILD)/readme.md > README.md
data: $(PROGRAM) ## data sets; NAME=cifar10 downloads one
	@$(RUN) data $${NAME:+"$$NAME"} $(WITH_DATA)
weights: $(PROGRAM) ## published weights; NAME=minilm-l6 downloads some (others: NAME=... URL=... SHA256=...)
	@$(RUN) fetch-weights $${NAME:+"$$NAME"} $${URL:+"$$URL"} $${SHA256:+"$$SHA256"} --python="$(PYTHON)" $(WITH_DATA)

deps: ## install the Debian packages that are missing
deps-slurm: ## those of test-slurm
deps-slurm: PACKAGES = slurmctld slurmd slurm-client munge
deps-faults: ## those of check-faults: OpenBLAS's other builds (the pthread one stays Debian's choice)
deps-faults: PACKAGES = libopenblas0-openmp libopenblas0-serial
deps deps-slurm deps-faults:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | \
		grep -q 'install ok installed' || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	install="apt-get install -y --no-install-recommends $$(echo $$missing)"; \
	fail() { echo "make $@: $$*" >&2; exit 1; }; \
	command -v apt-get >/dev/null || fail "no apt-get here; install what corresponds to" $$missing; \
	sudo=$$([ $$(id -u) = 0 ] || command -v sudo) || \
		fail "packages are missing, and this is not root and has no sudo; an administrator runs: $$install"; \
	echo "installing:" $$missing; \
	{ $$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive $$install -q; } || \
		fail "could not install (the lines above say why); an administrator runs: $$install"

test: $(PROGRAM) $(TESTS) ## the tests
	@tests/run $(PROGRAM) $(TESTS)
check: test ## test, headers, layers, docs, sanitizers, clang
	$(Q)$(MAKE) --no-print-directory headers layers
	@tests/docs.sh $(PROGRAM)
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined test
	$(Q)if command -v clang >/dev/null; then echo $(SOURCES) core/main.c | $(EACH) \
		clang -fsyntax-only -Werror -Ibuild $(CFLAGS) $(filter-out -MMD -MP,$(CPPFLAGS)) && \
		echo "clang: no warnings"; fi
headers: $(BUILD)/build.h ## each header compiles alone
	$(Q)echo core/*/*.h core/*/*/*.h | $(EACH) \
		$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(CFLAGS) -Werror -fsyntax-only -x c
	@echo "headers: each compiles alone"
layers: ## includes point down only
	@tests/layers.sh
mutants: $(OBJECTS) ## break one rule of selection or statistics at a time: which test sees it (NAME="of equals"), minutes
	@tests/mutants "$$NAME"
check-stats: $(BUILD)/tests/bench/stats ## simulated coverage of intervals and size of tests, some minutes
	@$<
check-faults: $(PROGRAM) $(FAULTS) ## faults, kills and damage by the thousand, under ten minutes (KILLS=500 SITES=n DAMAGES=2000)
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined DEBUG= all
	@tests/faults/run $(PROGRAM) build/san/rgdbench $(BUILD)/tests/faults
test-slurm: $(PROGRAM) ## a sweep by a real Slurm on this machine, as root (make deps-slurm), a minute
	@tests/slurm.sh $(PROGRAM)
check-page: $(PROGRAM) ## pages and tables of hostile and of large stores, in Chromium and pdflatex
	@tests/page/run $(PROGRAM)
fuzz: ## RUNS inputs (100000) for TARGET (all) of tests/fuzz, by clang's libFuzzer
	@command -v clang >/dev/null || { echo "make fuzz: needs clang: apt-get install clang libomp-dev" >&2; exit 2; }
	@$(MAKE) --no-print-directory BUILD=build/clang CC=clang SAN=fuzzer-no-link,address,undefined build/clang/fuzz
	@tests/fuzz/run build/clang/fuzz "$$TARGET" "$$RUNS"
bench: $(BUILD)/tests/bench/train ## training speed against the GEMM rate
	@$< portable; $< native; $< native objectives
bench-pipeline: $(BUILD)/tests/bench/pipeline ## what reading, evaluation and the store cost on top of the steps (EXP, SET)
	@$(call WORDS_OF,SET); RGDBENCH_DATA=$${DATA:-$$RGDBENCH_DATA} tests/bench/pipeline.sh $< "$$EXP" "$$@"
bench-store: $(BUILD)/tests/bench/store ## 64 processes at one store of 100,000 runs: claims a second
	@$<
bench-peers: $(BUILD)/tests/bench/train ## training speed beside PyTorch's (PYTHON=a python that has it)
	@$(PYTHON) tests/bench/peers.py $<
bench-conv: $(BUILD)/tests/bench/conv ## convolutions beside PyTorch's, layer by layer (PYTHON=a python that has it)
	@$(PYTHON) tests/bench/conv_peers.py $<
parity: $(BUILD)/tests/bench/parity ## losses of 50 steps beside PyTorch's, from the same weights and pictures
	@$(PYTHON) tests/bench/parity.py $<

$(PROGRAM): $(OBJECTS) $(BUILD)/core/main.o
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
# Of the objects a test has what it uses. Thin: an index, no copies.
$(BUILD)/core.a: $(OBJECTS)
	$(Q)rm -f $@; ar rcsT $@ $^
$(BUILD)/tests/%: tests/%.c $(BUILD)/core.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(LDFLAGS) $(filter %.c %.o,$^) $(BUILD)/core.a $(LDLIBS) -lcmocka -o $@
# What a test does takes no time beside what it calls.
$(TESTS): private CFLAGS += -O1
$(BUILD)/tests/test_fuzz: $(FUZZ)
$(BUILD)/tests/bench/stats: $(wildcard tests/bench/stats/*.c)
$(BUILD)/tests/test_bert_steps: LDFLAGS += -Wl,--wrap=engine_gradient
$(BUILD)/tests/bench/pipeline: $(BUILD)/core/main.o
$(BUILD)/tests/bench/pipeline: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,trainer_step trainer_evaluate batch_fill batch_fill_bytes)
$(filter-out %.so,$(FAULTS)): tests/faults/harness.c
$(BUILD)/tests/faults/shim.so: tests/faults/shim.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Itests -fPIC -shared $< -o $@
$(BUILD)/fuzz: $(FUZZ) tests/fuzz/libfuzzer.c $(OBJECTS)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) -Itests $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer $(filter %.c %.o,$^) $(LDLIBS) -o $@
$(BUILD)/%.o: %.c $(BUILD)/flags
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
# The check for uses after a scope keeps in memory what stands for registers: three times as slow.
$(BUILD)/core/math/%_simd.o $(BUILD)/core/math/%_v4.o: CFLAGS += $(if $(SAN),-fno-sanitize-address-use-after-scope)
# The same sources for wider registers; core/math/kernels.c chooses when it runs.
$(BUILD)/core/math/%_v4.o: core/math/%_simd.c $(BUILD)/flags
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -march=x86-64-v4 -mprefer-vector-width=512 \
		-DKERNELS=kernels_v4 -DKERNELS_NAME='"x86-64-v4"' -DPRODUCTS=products_v4 -DCONVS=convs_v4 -c $< -o $@
$(BUILD)/core/store/store_schema.o: core/store/schema.sql
$(BUILD)/core/page/html.o: core/page/page.css core/page/page.js
$(BUILD)/core/work/environment.o: $(BUILD)/build.h $(BUILD)/patch

# `make -j deps test` installs before it builds.
$(if $(filter deps,$(MAKECMDGOALS)),$(BUILD)/flags $(BUILD)/build.h: | deps)
# Rewritten only where they changed, so that nothing is rebuilt in vain; two makes may be at it.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD); echo '$(CC) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS)' > $@
$(BUILD)/build.h: FORCE
	@mkdir -p $(BUILD); { \
	echo '#define BUILD_COMMIT "$(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)"'; \
	echo '#define BUILD_DIRTY $(if $(shell git status --porcelain 2>/dev/null),1,0)'; \
	echo '#define BUILD_PATCH "$(BUILD)/patch"'; \
	echo '#define BUILD_FLAGS "$(CFLAGS)"'; } > $@.$$$$; cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@
# What the code has that its commit has not, new files too; 256 KB of it.
$(BUILD)/patch: FORCE
	@mkdir -p $(BUILD); { git diff --no-ext-diff --no-color HEAD -- core Makefile; \
	git ls-files --others --exclude-standard core | while read -r f; do git diff --no-index --no-color /dev/null "$$f"; done; \
	} 2>/dev/null | \
	head -c 262144 > $@.$$$$; cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@
clean: ## remove build/
	rm -rf build
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 16

.DELETE_ON_ERROR:
.PHONY: all sweep confirm status compare table plot export digest retry cancel merge fsck report verify \
	reproduce list docs data weights deps deps-slurm deps-faults test test-slurm check mutants check-stats check-page check-faults headers layers bench bench-pipeline bench-store bench-peers bench-conv parity clean help FORCE
-include $(OBJECTS:.o=.d) $(BUILD)/core/main.d
