# `make` or `make help` says what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test bench torture fleet soak fuzz format lint deb captures record

CAPTURE ?= captures/recorded-session.pcap
SECONDS ?= 60
FAULTS ?= 1000
SOAK ?= 3600
SWIFT_FILES = $(shell git ls-files -co --exclude-standard '*.swift')

help: ## say what there is
	@echo 'flowprobe: a network-flow probe. Targets:'
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## build it, and show what is in a bundled capture (CAPTURE=FILE for another one)
	@scripts/bootstrap --build-only
	swift build -c release --product flowprobe
	@out=$$(mktemp -d) && code=0 && \
	  .build/release/flowprobe replay '$(CAPTURE)' --ipfix $$out/flows.ipfix --json $$out/flows.json || code=$$?; \
	  [ $$code -le 1 ] || exit $$code; \
	  printf '\nThe same flows for other programs:\n  %s  IPFIX (RFC 5655; try: ipfixDump --in %s)\n  %s  JSON, one record a line\n' \
	    $$out/flows.ipfix $$out/flows.ipfix $$out/flows.json

test: ## build and run all tests, debug
	@scripts/bootstrap
	@scripts/test debug

bench: ## generate the benchmark's inputs, and measure side by side with other probes (ARGS='--rounds 3 …')
	@scripts/bootstrap --bench
	@scripts/bench $(ARGS)

torture: ## fail collectors, connections, disk and probe FAULTS=1000 times, and count what is where afterwards
	@scripts/bootstrap
	swift build -c release --product flowprobe
	@FLOWPROBE_BIN=.build/release/flowprobe scripts/torture --faults $(FAULTS)

fleet: ## write to a Kafka broker and load ClickHouse from it, and compare with the report (scripts/fleet-tests)
	@scripts/bootstrap --fleet
	swift build -c release --product flowprobe
	@FLOWPROBE_BIN=.build/release/flowprobe scripts/fleet-tests

soak: ## run the probe for SOAK=3600 seconds while what happens in months happens to it
	@scripts/bootstrap
	swift build -c release --product flowprobe
	@FLOWPROBE_BIN=.build/release/flowprobe scripts/soak --seconds $(SOAK)

fuzz: ## fuzz each target for SECONDS=60
	@scripts/bootstrap --build-only
	@scripts/fuzz $(SECONDS)

format: ## format all Swift files in place
	swift format -i --parallel --configuration .swift-format $(SWIFT_FILES)

lint: ## check format, import rules, unsafe code, doc comments and the rest of the house rules
	@scripts/lint

deb: ## build the Debian package, and install and purge it in a clean root
	@scripts/bootstrap --packaging
	@package=$$(scripts/build-deb) && scripts/deb-tests "$$package" && echo "$$package"

captures: ## make the generated captures of captures/ again (the same bytes every time)
	swift build -c release --product flowbench
	.build/release/flowbench bundle captures
	@scripts/capture-manifest

record: ## record captures/recorded-session.pcap again (root; other bytes every time)
	@scripts/bootstrap --record
	@scripts/record-capture
	@scripts/capture-manifest
