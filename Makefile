# What this project can do for you: `make help`. Every target says in one line what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The one static binary; the choice of each flag is measured: docs/decisions/.
RELEASE_FLAGS := -c release --static-swift-stdlib --product mountmon --disable-default-traits \
  -Xswiftc -static-executable -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xcc -Os -Xcc -ffunction-sections -Xcc -fdata-sections -Xcc -fno-asynchronous-unwind-tables \
  -Xcc -DOPENSSL_SMALL -Xcc -fmacro-prefix-map=$(CURDIR)/.build-release/checkouts/= \
  -Xswiftc -use-ld=lld -Xlinker --icf=all -Xlinker -s \
  -Xlinker -T -Xlinker $(CURDIR)/scripts/no-unwind-tables.ld \
  -Xlinker --wrap=__register_frame_info -Xlinker --wrap=__deregister_frame_info \
  -Xlinker --defsym=__wrap___register_frame_info=0 \
  -Xlinker --defsym=__wrap___deregister_frame_info=0

# Which bounds checks the optimizer leaves out depends on where its memory lies: in one place always, two
# builds are the same. A container may forbid it; then they mostly are.
FIXED_PLACE = $(shell setarch --addr-no-randomize true 2>/dev/null && echo setarch --addr-no-randomize)

# What the release says that it was built from; empty: an unknown commit.
COMMIT ?= $(shell scripts/commit.sh)

# The memory of an idle program is mostly its binary. One stray import can double it.
RELEASE_LIMIT := 16000000

SOURCES := Package.swift Sources Tests Examples

# need PROGRAM,WHAT FOR: ends with one line when a program is missing.
need = command -v $(1) >/dev/null || { echo "make $@: needs $(1) ($(2))" >&2; exit 1; }

# Swift Testing begins all tests at once, a thousand of them on a thread a core: each waits for all others
# then. A version that does not know this variable does so still.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8

# What runs servers of its own, and programs beside them.
SERVING := HTTPTransportTests|StubAPIServerTests|K8sContractTests

# Real engines, clients and unions: many programs, and so a process without many descriptors.
STACK := StackContractTests

# A real restic in containers of its own, whose mount namespaces would hold on to drives of others.
RESTIC := ResticContractTests

# Whole clusters of sidecars, and validators: the files in Tests/EndToEndTests/{Kubernetes,Manifests,Kind}.
CLUSTERS := EndToEndTests.*/(EventStory|HeldRestart|Kind[A-Z][A-Za-z]*|Ladder|Manifest[A-Za-z]*|Outage|Refusal|RestartStory|RestartSweep)Tests

# A Docker host with a pool, its drives pulled and its parts killed: the files in Tests/EndToEndTests/Pool.
POOLS := EndToEndTests.*/Pool[A-Z][A-Za-z]*Tests

# VolSync with a real restic in its movers: the files in Tests/EndToEndTests/VolSync.
UNLOCKS := EndToEndTests.*/Unlock[A-Z][A-Za-z]*Tests

# A package of somebody else is built: nothing that looks at the time runs beside that.
OUTSIDE := OutsidePackageTests

# run-tests OPTIONS: first simulations and TidyTests, which keep every core busy, and real mounts after all
# that: what is called late because nobody had time to look at it proves nothing. Tests with servers and
# programs have a process without the thousand connections of others: with as many descriptors Foundation's
# Process reads beyond its memory. Clusters make certificates and many processes, and come after that; pools
# last, as the whole machine's loop devices, control groups and drives are theirs.
define run-tests
scripts/test-phase.sh $(1) --skip-build --filter 'Simulation|TidyTests'
scripts/test-phase.sh $(1) --skip-build --skip 'Simulation|TidyTests' --skip EndToEndTests \
  --skip '$(SERVING)' --skip '$(STACK)' --skip '$(RESTIC)'
scripts/test-phase.sh $(1) --skip-build --filter '$(SERVING)'
scripts/test-phase.sh $(1) --skip-build --filter '$(STACK)'
scripts/test-phase.sh $(1) --skip-build --filter '$(RESTIC)'
scripts/test-phase.sh $(1) --skip-build --filter '$(OUTSIDE)'
scripts/test-phase.sh $(1) --skip-build --filter EndToEndTests --skip '$(OUTSIDE)' --skip '$(CLUSTERS)' \
  --skip '$(UNLOCKS)' --skip '$(POOLS)'
scripts/test-phase.sh $(1) --skip-build --filter '$(CLUSTERS)'
scripts/test-phase.sh $(1) --skip-build --filter '$(UNLOCKS)'
scripts/test-phase.sh $(1) --skip-build --filter '$(POOLS)'
endef

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	  awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: build
build: ## build everything, for development
	@$(call need,swift,Swift 6.3 or later)
	swift build

.PHONY: demo
demo: ## a mount is made, watched, broken and healed before your eyes (needs Swift; FUSE as root)
	@$(call need,swift,Swift 6.3 or later)
	@swift build --product mountmon
	@swift build --product faultfs
	@Examples/demo/demo.sh "$$(swift build --show-bin-path)"

.PHONY: setup
setup: ## install what the tests need (Debian and root: apt-get, pip); does nothing when it is there
	@scripts/setup.sh

.PHONY: test
test: setup ## build and run all tests (needs Swift, root and /dev/fuse)
	@$(call need,swift,Swift 6.3 or later)
	swift build --build-tests
	$(call run-tests,)

.PHONY: test-cluster
KUBECONFIG ?=
test-cluster: ## the contract suite on a real cluster: make test-cluster KUBECONFIG=… (as an administrator)
	@$(call need,swift,Swift 6.3 or later)
	@test -r "$(KUBECONFIG)" || { echo "make $@: needs KUBECONFIG=… (a kubeconfig of an administrator;" \
	  "it makes and removes namespaces mountmon-contract-…)" >&2; exit 1; }
	swift build --build-tests
	MOUNTMON_TEST_KUBECONFIG="$$(realpath "$(KUBECONFIG)")" \
	  swift test --skip-build --no-parallel --filter K8sContractTests

.PHONY: lint
lint: setup ## find faults of format and style, also of units (needs Swift, shellcheck, systemd-analyze)
	@$(call need,swift,Swift 6.3 or later)
	@$(call need,shellcheck,Debian package shellcheck)
	swift format lint --strict --parallel --recursive $(SOURCES)
	shellcheck $$(git ls-files '*.sh' .ci/run)
	scripts/validate-units.sh
	python3 scripts/check-workflows.py
	@test -z "$$(gofmt -l Tests/HelmTemplate)" || { echo "make $@: gofmt -w Tests/HelmTemplate" >&2; exit 1; }

.PHONY: format
format: ## format the sources
	@$(call need,swift,Swift 6.3 or later)
	swift format --in-place --parallel --recursive $(SOURCES)

.PHONY: check
check: lint ## all that has to hold: lint, a clean build without a warning, tests, fuzz, docs, release
	rm -rf .build/check
	swift build --scratch-path .build/check --build-tests \
	  --explicit-target-dependency-import-check error
	$(call run-tests,--scratch-path .build/check)
	FUZZ_PRODUCTS=$(CURDIR)/.build/check/debug $(MAKE) fuzz FUZZ_SECONDS=5
	DOCS_BUILD=.build/check $(MAKE) docs
	$(MAKE) release
	$(MAKE) image-test
	PYTHONPATH=Benchmarks python3 -m soak --short --helpers .build/check/debug

.PHONY: sanitize
sanitize: setup ## build under the thread and the address sanitizer, and run the tests with them (an hour)
	@$(call need,swift,Swift 6.3 or later)
	scripts/sanitize.sh

.PHONY: fuzz
# bash has a SECONDS of its own: only the one that make was given counts.
ifeq ($(origin SECONDS),command line)
FUZZ_SECONDS := $(SECONDS)
endif
FUZZ_SECONDS ?= 60
fuzz: ## feed every parser changed and random bytes: SECONDS=60 each (needs Swift)
	@$(call need,swift,Swift 6.3 or later)
	Tests/Fuzz/run.sh $(FUZZ_SECONDS)

.PHONY: release
release: ## build the static release binary: out/mountmon (needs Swift)
	@$(call need,swift,Swift 6.3 or later)
	MOUNTMON_COMMIT='$(COMMIT)' $(FIXED_PLACE) swift build $(RELEASE_FLAGS) --scratch-path .build-release
	@mkdir -p out && cp .build-release/release/mountmon out/mountmon
	@scripts/build-facts.sh out/mountmon .build-release >out/mountmon.facts.json
	@ls -l out/mountmon && out/mountmon --version
	@test "$$(stat -c %s out/mountmon)" -lt $(RELEASE_LIMIT) || \
	  { echo "make $@: larger than $(RELEASE_LIMIT) bytes; see docs/decisions/0002" >&2; exit 1; }

.PHONY: install uninstall
PREFIX ?= /usr/local
install: ## install out/mountmon, manual pages and completions: make install PREFIX=/usr/local DESTDIR=
	@scripts/install.sh out/mountmon "$(DESTDIR)$(PREFIX)"
uninstall: ## remove what install installed: make uninstall PREFIX=/usr/local DESTDIR=
	@scripts/install.sh --remove "$(DESTDIR)$(PREFIX)"

.PHONY: bench
bench: release ## measure the release binary (needs python3; BENCH_FLAGS=--quick is short; see Benchmarks)
	@$(call need,python3,Debian package python3)
	swift build --product faultfs
	python3 Benchmarks/bench.py $(BENCH_FLAGS)

.PHONY: soak
SOAK_MINUTES ?= 60
soak: release ## put the release binary under faults: SOAK_MINUTES=60 (needs root, python3, mergerfs)
	@$(call need,python3,Debian package python3)
	swift build --product faultfs
	swift build --product stub-api
	PYTHONPATH=Benchmarks python3 -m soak --minutes $(SOAK_MINUTES)

.PHONY: docs
docs: ## write the reference of the libraries to out/docs; a dead link fails (needs Swift, python3)
	@$(call need,swift,Swift 6.3 or later)
	@$(call need,python3,Debian package python3)
	@scripts/docs.sh

.PHONY: image
IMAGE ?= mountmon:dev
# Where the sources are, an annotation of the image: part of its digest.
SOURCE ?=
image: release ## build the container image mountmon:dev: out/image (needs Swift, python3; no engine)
	@$(call need,python3,Debian package python3)
	python3 scripts/image build --name '$(IMAGE)' --source '$(SOURCE)' --load

.PHONY: image-test
MOUNTMON_BIN ?= out/mountmon
image-test: ## build the image of MOUNTMON_BIN twice, compare, and run it (needs root, dockerd, podman, /dev/fuse)
	@$(call need,python3,Debian package python3)
	MOUNTMON_BIN=$(MOUNTMON_BIN) scripts/image-test.sh

# The rehearsal: docs/rehearsal.md. The scripts say what they need: kind, kubectl, a container engine.
.PHONY: kind-create
kind-create: ## make the rehearsal cluster mountmon-rehearsal (needs kind, kubectl, docker)
	@scripts/kind/create.sh

.PHONY: kind-load
kind-load: ## bring the images of make image into it (needs kind, kubectl, docker)
	@scripts/kind/load.sh

.PHONY: kind-deploy
kind-deploy: ## load the images, apply Examples/kind, wait until the pod is ready
	@scripts/kind/deploy.sh

.PHONY: kind-test
kind-test: ## remove the canary, see the pod replaced; with CONTRACT=1 also make test-cluster
	@scripts/kind/test.sh

.PHONY: kind-logs
kind-logs: ## follow mountmon's log from pod to pod (FOLLOW=0: show it and end)
	@scripts/kind/logs.sh

.PHONY: kind-redeploy
kind-redeploy: image ## build the image again, load it, start the pod anew
	@scripts/kind/deploy.sh --restart

.PHONY: kind-delete
kind-delete: ## remove the rehearsal cluster, and nothing else
	@scripts/kind/delete.sh
