# What the project can be asked to do. `make` alone lists it; CI calls these targets and nothing else.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO       ?= go
FUZZTIME ?= 100000x
BENCH    ?= .
COUNT    ?= 1
CHAOS    ?= 60s
RECORDS  ?= 200000
PKG      ?= ./...

bin := .cache/bin
# Directories of the packages of this module that hold a test function of the given name (a regular expression). The
# modules beside it (tools, compare) and what begins with a dot are not searched.
packages = $$(grep -rlE --include='*_test.go' --exclude-dir='.?*' --exclude-dir=tools --exclude-dir=compare '^func $(1)\(' . | xargs -r -n1 dirname | sort -u)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check-tools
check-tools:
	@tools/check.sh

.PHONY: demo
demo: check-tools ## orders go round on an embedded broker and registry; needs no Docker
	@$(GO) run ./cmd/magicbyte demo

.PHONY: test
test: check-tools ## unit tests and end-to-end tests on embedded services, race detector on; then the allocation budgets without it
	$(GO) test -race -short $(PKG)
	@[ "$(PKG)" != ./... ] || { echo "cd eventlog/s3test && $(GO) test -run InProcess ./..."; cd eventlog/s3test && $(GO) test -run InProcess ./...; }
	@dirs="$(call packages,Test[A-Za-z0-9_]*Alloc[A-Za-z0-9_]*)"; [ -z "$$dirs" ] || \
	{ echo "$(GO) test -run Alloc" $$dirs; $(GO) test -count=1 -run Alloc $$dirs; }

.PHONY: test-long
test-long: check-tools ## the tests that `make test` runs in part, to their end: 100 kills of a registry, 20,000 pairs of schemas, the largest schemas
	$(GO) test -count=1 -timeout 30m $$(grep -rl --include='*_test.go' --exclude-dir='.?*' --exclude-dir=tools --exclude-dir=compare --exclude-dir=integration 'testing\.Short()' . | xargs -n1 dirname | sort -u)

.PHONY: test-poll
test-poll: check-tools ## the consumer as it is where records are not read many at a time: not on Linux, or by the build tag
	$(GO) test -short -tags magicbyte_poll ./internal/kafkaclient ./consumer

.PHONY: test-avro
test-avro: check-tools ## schema loading, types, validation, serialization, evolution and round trip alone, verbosely
	$(GO) test -v -count=1 ./schemas/... ./serde/...

.PHONY: integration
integration: check-tools ## the end-to-end tests on a real broker and a real registry in containers
	if [ -f .cache/testbed.env ]; then . .cache/testbed.env; fi; PATH="$$PWD/.cache/peers/bin:$$PATH"; \
	$(GO) test -race -v -count=1 -timeout 15m -run '^TestContainers' ./integration/... ./eventlog/...
	PATH="$$PWD/.cache/peers/bin:$$PATH"; cd eventlog/s3test && $(GO) test -v -count=1 -timeout 5m -run '^TestContainers' ./...

.PHONY: peers
peers: ## Python with fastavro, and moto for S3, for `make integration`: in .cache/peers
	@[ -x .cache/peers/bin/moto_server ] || { python3 -m venv .cache/peers; .cache/peers/bin/pip install -q -r eventlog/testdata/requirements.txt; }

.PHONY: chaos
chaos: check-tools ## faults without end: CHAOS=60s SEED=1 CHAOS_SERVICES=containers; prints its seed, and ends with what was lost
	@if [ -f .cache/testbed.env ]; then . .cache/testbed.env; fi; \
	CHAOS=$(CHAOS) SEED=$(SEED) CHAOS_SERVICES=$(CHAOS_SERVICES) \
	$(GO) test -v -count=1 -timeout 60m -run '^TestChaos$$' ./integration/chaos

# The writers that are killed are processes of the test; SEED=n is the same again.
.PHONY: prove-eventlog
prove-eventlog: check-tools ## the event log under kill -9, races and store faults: RECORDS=200000 SEED=1; takes minutes
	MAGICBYTE_EVENTLOG_PROOF=$(RECORDS) SEED=$(SEED) $(GO) test -v -count=1 -timeout 60m -run '^TestProof$$' ./eventlog

.PHONY: testbed
testbed: ## start Docker where none runs and build the images where none can be pulled; `make integration` uses them
	@integration/testbed/up.sh

.PHONY: testbed-stop
testbed-stop: ## stop the Docker daemon, if `make testbed` started it
	@integration/testbed/down.sh

# By inputs, not by seconds: with a duration `go test` may report its own deadline as a failure (golang/go#75804).
.PHONY: fuzz
fuzz: check-tools ## every fuzz target of every package, FUZZTIME=100000x inputs each
	@for dir in $(call packages,Fuzz[A-Za-z0-9_]*); do \
		for name in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -d' ' -f2); do \
			echo "$(GO) test -fuzz $$name -fuzztime $(FUZZTIME) -fuzzminimizetime 1000x $$dir"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1000x $$dir; \
		done; \
	done

.PHONY: bench
bench: check-tools ## benchmarks: BENCH=regexp, COUNT=10 for benchstat
	@dirs="$(call packages,Benchmark[A-Za-z0-9_]*)"; [ -z "$$dirs" ] || \
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) $$dirs

.PHONY: compare
compare: check-tools ## side by side with other libraries: the table, its gates, compare/results.json and the plot; takes minutes on a quiet machine
	cd compare && $(GO) run ./cmd/compare

.PHONY: compare-full
compare-full: check-tools ## the same with minimal and large events, and GOGC=1000
	cd compare && $(GO) run ./cmd/compare -full -out results-full.json

.PHONY: compare-cost
compare-cost: check-tools ## producer and consumer side by side with confluent-kafka-go alone: compare/cost-*.json; takes minutes on a quiet machine
	cd compare && $(GO) run ./cmd/cost

.PHONY: test-compare
test-compare: check-tools ## the tests of compare: agreement with other libraries and differences from them
	cd compare && $(GO) test -timeout 5m ./...

.PHONY: schema-check
schema-check: check-tools ## may the schemas follow those at a commit: AGAINST=origin/main SCHEMAS='schemas/*.avsc' LEVEL=FULL; or REGISTRY=url
	@deploy/release/schemas.sh

.PHONY: release-check
release-check: check-tools $(bin)/apisurface ## may this commit be released: VERSION=v1.2.3; writes dist/notes.md
	@deploy/release/check.sh

.PHONY: dist
dist: check-tools $(bin)/cyclonedx-gomod ## what a release has for this machine, in dist/: VERSION=v1.2.3
	@deploy/release/dist.sh

.PHONY: docker
docker: check-tools ## the command as an image, built and run: IMAGE=magicbyte:dev BASE=debian:trixie-slim; Linux
	@deploy/image/build.sh

.PHONY: terraform
terraform: ## format, validity and tests of deploy/terraform, and its example on moto; TF_PLUGIN_DIR=folder where no provider can be fetched
	@deploy/terraform/test/run.sh

.PHONY: cover
cover: check-tools ## test coverage over all packages, as .cache/cover.html
	@mkdir -p .cache
	$(GO) test -short -coverpkg=./... -coverprofile=.cache/cover.out ./...
	@$(GO) tool cover -html=.cache/cover.out -o .cache/cover.html
	@$(GO) tool cover -func=.cache/cover.out | tail -1

.PHONY: lint
lint: check-tools $(bin)/golangci-lint $(bin)/actionlint ## golangci-lint, actionlint, and shellcheck where it is installed
	$(bin)/golangci-lint run $(PKG)
	cd tools && ../$(bin)/golangci-lint run --config ../.golangci.yml ./...
	cd compare && ../$(bin)/golangci-lint run --config ../.golangci.yml ./...
	cd eventlog/s3test && ../../$(bin)/golangci-lint run --config ../../.golangci.yml ./...
	$(bin)/actionlint
	@scripts="$$(git ls-files '*.sh') .ci/run integration/testbed/kafka/run"; \
	if command -v shellcheck > /dev/null; then echo shellcheck $$scripts; shellcheck $$scripts; \
	else echo "shellcheck is not installed: the scripts were not checked"; fi

.PHONY: generate
generate: check-tools ## write every generated file anew
	$(GO) generate ./...

.PHONY: check-generate
check-generate: ## fail where `make generate` would change a file
	@state() { git diff HEAD; git ls-files -o --exclude-standard -z | xargs -0 -r sha256sum; }; \
	before=$$(state); \
	$(MAKE) generate; \
	if [ "$$before" != "$$(state)" ]; then \
		git status --short; git --no-pager diff --stat; \
		echo "make generate changed the files above: commit what it writes" >&2; exit 1; \
	fi

.PHONY: api
api: check-tools $(bin)/apisurface ## differences of the exported surface from that of a commit: AGAINST=origin/main
	@status=0; deploy/release/api.sh || status=$$?; case $$status in 0) echo "no difference" ;; 1) ;; *) exit $$status ;; esac

.PHONY: all
all: test lint check-generate demo ## everything that needs no Docker

# Tools are built from modules of their own, so that they stay out of go.mod and no download dirties the tree.
$(bin)/golangci-lint: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(bin)/actionlint: tools/actionlint/go.mod tools/actionlint/go.sum
	cd tools/actionlint && $(GO) build -o ../../$@ github.com/rhysd/actionlint/cmd/actionlint

$(bin)/cyclonedx-gomod: tools/cyclonedx/go.mod tools/cyclonedx/go.sum
	cd tools/cyclonedx && $(GO) build -o ../../$@ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

$(bin)/apisurface: tools/go.mod tools/go.sum $(wildcard tools/apisurface/*.go)
	cd tools && $(GO) build -o ../$@ ./apisurface
