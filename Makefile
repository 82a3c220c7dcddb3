# What one types. Meson builds (meson.build), the scripts do the rest; see CONTRIBUTING.md.

BUILD ?= build
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 30
SECONDS ?= 3600
TENON_CORPUS ?= ../shared/corpus
FAULTS = wire bank columns crowd lost-server breaker disk full-server
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h' 2>/dev/null)

.PHONY: all demo check heavy faults soak bench bench-peers load vector arrow versions coverage fuzz corpus install format golden symbols costs help clean

all: $(BUILD)/build.ninja ## build the command and the libraries: build/tenon, build/libtenon{,-migrate}.{so,a}
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@scripts/setup.sh build
	@meson setup $(BUILD) --buildtype=release --prefix=$(PREFIX)

demo: all ## load this machine's Debian packages through tenon and print a report; see DATABASE_URL
	@ninja -C $(BUILD) --quiet examples/debian/debian
	@examples/debian/demo.sh $(BUILD)

check: ## run every test and every check of the code
	@scripts/setup.sh build check
	@python3 scripts/check.py $(LEGS)

format: ## lay out the C files as .clang-format says
	@scripts/setup.sh check
	@clang-format -i $(SOURCES)

golden: all ## write the expected files of the generator anew, after it has changed on purpose
	@python3 tests/golden/generate/run.py $(BUILD)/tenon include --update
	@$(BUILD)/tenon generate tests/golden/sample/schema.prisma
	@$(BUILD)/tenon generate --output $(BUILD)/examples/debian/generated examples/debian
	@for models in archive bank blog depot desk estate ledger office shelf; do \
	    folder=tests/golden/$$models; \
	    $(BUILD)/tenon generate $$folder; \
	    $(BUILD)/tenon db push --dry-run --from-empty --url postgresql:///x $$folder \
	        > $$folder/postgresql.sql; \
	    $(BUILD)/tenon db push --dry-run --from-empty --url sqlite:x $$folder \
	        > $$folder/sqlite.sql; \
	done

symbols: all ## write the list of exported symbols anew, after the API has changed on purpose
	@python3 tests/house/symbols.py --update $(BUILD)/libtenon.so $(BUILD)/libtenon-*.so

costs: all ## write what a call costs anew, after it has changed on purpose
	@scripts/setup.sh build check
	@ninja -C $(BUILD) --quiet bench-sides
	@scripts/with-postgres.sh python3 bench/gate.py $(BUILD) --write

heavy: all ## 10 million rows, 300 pairs of schemas, clang's optimizer, whole what check takes a part of
	@scripts/setup.sh build check
	@ninja -C $(BUILD) --quiet tests/heavy/heavy-stream tests/test-diff-random \
		tests/test-diff-expand tests/test-nullability-random
	@scripts/with-postgres.sh $(BUILD)/tests/heavy/heavy-stream
	@TENON_ROUNDS=300 scripts/with-postgres.sh $(BUILD)/tests/test-diff-random
	@TENON_ROUNDS=300 scripts/with-postgres.sh $(BUILD)/tests/test-diff-expand
	@TENON_ROUNDS=1250 scripts/with-postgres.sh $(BUILD)/tests/test-nullability-random
	@python3 scripts/check.py deep clang whole

faults: all ## fail the wire at every byte, kill servers and programs, fill disks; takes an hour
	@scripts/setup.sh build check
	@ninja -C $(BUILD) --quiet $(addprefix tests/test-robust-,$(FAULTS))
	@for name in $(FAULTS); do \
	    TENON_FAULTS=all scripts/with-postgres.sh $(BUILD)/tests/test-robust-$$name || exit 1; \
	done

soak: all ## hold mixed load on both databases while everything fails, for SECONDS (3600)
	@scripts/setup.sh build check
	@ninja -C $(BUILD) --quiet tests/heavy/heavy-soak
	@$(BUILD)/tests/heavy/heavy-soak $(SECONDS)

load: all ## hold requests on a million rows while they are migrated, plainly and safely
	@scripts/setup.sh check
	@ninja -C $(BUILD) --quiet tests/heavy/heavy-load
	@scripts/with-postgres.sh $(BUILD)/tests/heavy/heavy-load $(if $(ROWS),all $(ROWS))

vector: all ## prove vectors on PostgreSQL with pgvector, fetched by npm
	@scripts/setup.sh build check versions
	@tests/heavy/vector.sh $(BUILD)

arrow: all ## prove the export of columns to Arrow with DuckDB, fetched by npm
	@scripts/setup.sh build check versions
	@tests/heavy/arrow.sh $(BUILD)

versions: all ## run the tests on PostgreSQL 14, 16, 17 and 18, fetched by npm; VERSIONS="18"
	@scripts/setup.sh build check versions
	@tests/heavy/versions.sh $(BUILD) $(VERSIONS)

coverage: ## measure which lines the tests reach, and fail below 95 %
	@scripts/setup.sh build check coverage
	@tests/heavy/coverage.sh

bench: all ## compare with hand-written libpq and sqlite3; ARGS="--only find --json"
	@scripts/setup.sh build bench
	@scripts/bench.sh $(BUILD) $(ARGS)

bench-peers: all ## compare with other libraries, 20 minutes; ARGS="--quick --only tenon --only soci"
	@scripts/setup.sh build bench-peers
	@scripts/bench-peers.sh $(BUILD) $(if $(ARGS),$(ARGS),--write)

fuzz: ## fuzz each target for FUZZ_SECONDS (30)
	@scripts/setup.sh build check
	@scripts/fuzz.sh $(FUZZ_SECONDS)

corpus: all ## generate and push the schemas of real applications in TENON_CORPUS (../shared/corpus)
	@scripts/setup.sh build check corpus
	@scripts/with-postgres.sh scripts/corpus.sh $(BUILD)/tenon $(TENON_CORPUS)

install: all ## install under PREFIX (/usr/local)
	@meson install -C $(BUILD)

clean: ## remove every build folder
	rm -rf build build-*

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
