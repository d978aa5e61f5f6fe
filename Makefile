# What this project can do for you: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The one static binary. Measured: docs/decisions/0002-static-foundation-free-binary.md.
RELEASE_FLAGS := -c release --static-swift-stdlib --product mountmon \
  -Xswiftc -static-executable -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xcc -Os -Xcc -ffunction-sections -Xcc -fdata-sections -Xcc -fno-asynchronous-unwind-tables \
  -Xcc -DOPENSSL_SMALL \
  -Xswiftc -use-ld=lld -Xlinker --icf=all -Xlinker -s \
  -Xlinker --wrap=__register_frame_info -Xlinker --wrap=__deregister_frame_info \
  -Xlinker --defsym=__wrap___register_frame_info=0 \
  -Xlinker --defsym=__wrap___deregister_frame_info=0

.PHONY: release
release: ## build the static release binary: out/mountmon
	swift build $(RELEASE_FLAGS) --scratch-path .build-release
	@mkdir -p out && cp .build-release/release/mountmon out/mountmon
	@ls -l out/mountmon
