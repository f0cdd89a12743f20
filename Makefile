# Poplar's commands. `make demo` and `make test` work on a fresh Debian 12 machine with Go, git and make.
GO ?= go
VERSION := $(shell sed -n 's/^ *Version *= *"\(.*\)"/\1/p' FyneApp.toml)
COMMIT := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

# The build tags, for each system, in this one place. sqlite_fts5: full-text search in the store. migrated_fynedo: we
# hand work to the UI thread ourselves. x11: input methods work (they do not on Fyne's native Wayland).
ifeq ($(shell uname -s),Linux)
TAGS := sqlite_fts5 migrated_fynedo x11
else
TAGS := sqlite_fts5 migrated_fynedo
endif
BUILD := -tags "$(TAGS)" -trimpath -ldflags "-X main.version=$(VERSION) -X main.commit=$(COMMIT)"
export POPLAR_TAGS := $(TAGS)

.PHONY: help deps idp build run demo test check bench bench-pop3 bench-smtp gallery cover package test-packages clean

help: ## Show this help
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST)

deps: ## Install what building, the demo and the tests need (Debian, Ubuntu), or say what it is
	@.ci/deps

build: deps ## Build build/poplar
	$(GO) build $(BUILD) -o build/poplar .

run: build ## Build and open Poplar
	build/poplar

demo: build ## Open the demo; without a display, draw it into build/demo.png
	@.ci/demo build/poplar build/demo.png

idp: build/tools/idp ## Build the identity provider that the tests of signing in need

build/tools/idp: .ci/idp/main.go .ci/idp/go.mod
	@mkdir -p build/tools
	@$(GO) build -C .ci/idp -o $(CURDIR)/build/tools/idp . || echo "The tests of signing in will be skipped."

test: deps idp ## Run every test: unit, race, Dovecot, Postfix, the keyring, a real window
	@.ci/desk $(GO) test -tags "$(TAGS)" -race -shuffle=on -timeout 25m ./...

check: deps ## Format, lint, layers, tidy, known vulnerabilities
	@.ci/check

bench: deps ## Run the benchmarks: ingest, list, search, parse
	@.ci/bench

bench-pop3: build ## Time retrieval against mpop and the floor (needs the rig beside the checkout)
	@.ci/desk .ci/bench-pop3 build/poplar

bench-smtp: build ## Time sending against msmtp at 80 ms (needs msmtp, and the rig beside the checkout)
	@.ci/desk .ci/bench-smtp build/poplar

gallery: ## Draw the HTML samples beside their references into build/gallery
	POPLAR_GALLERY=$(CURDIR)/build/gallery $(GO) test ./mail/html/paint -run Gallery -count 1

cover: deps ## Write build/cover.html
	@mkdir -p build
	@.ci/desk $(GO) test -tags "$(TAGS)" -coverprofile build/cover.out ./...
	$(GO) tool cover -html build/cover.out -o build/cover.html
	@$(GO) tool cover -func build/cover.out | tail -n 1

package: deps ## Build the packages into build/packages
	@packaging/build "$(VERSION)" "$(TAGS)"

test-packages: ## Install the packages in fresh systems and under wine, and try them
	@packaging/test/run

clean: ## Remove build/
	rm -rf build
