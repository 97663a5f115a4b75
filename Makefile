# The tasks of this repository. `make test` is the whole gate: it needs Go, Node with npm, and make, and installs the rest.
#
# What it installs stays in .tools/ and e2e/node_modules/, which git ignores.

BIN       := bin/sluice
TOOLS     := .tools
LINT      := $(TOOLS)/golangci-lint
E2E       := e2e/node_modules/.installed
GATE_JSON := $(if $(GATE),-json)
PKG       := ./...
FUZZTIME  := 5s
COUNT     := 6
TESTDATA   = git status --porcelain -- '*testdata*' && git diff -- '*testdata*'

.DEFAULT_GOAL := help
.PHONY: help build test vet lint tidy unit clean-tree e2e conformance fuzz bench vuln demo

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r t d; do printf '  %-12s %s\n' "$$t" "$$d"; done

build: ## build bin/sluice
	go build -o $(BIN) ./cmd/sluice

test: $(TOOLS)/gate ## the whole gate
	@$(TOOLS)/gate build vet lint tidy unit clean-tree e2e conformance

vet: ## go vet
	go vet $(PKG)

lint: $(LINT) ## golangci-lint, built from the tools module
	$(LINT) run $(PKG)

tidy: ## go.mod, go.sum and the tools module are tidy
	go mod tidy -diff
	go mod verify

unit: $(E2E) ## go test -race, with the house rules, the scripts of the command line and the reference composer
	@mkdir -p $(TOOLS) && $(TESTDATA) > $(TOOLS)/testdata.before
	SLUICE_E2E=1 go test -race -p 2 -timeout 10m $(GATE_JSON) $(PKG)
	go test -C tools $(GATE_JSON) ./gate

clean-tree: ## the tests of unit have left testdata as it was
	@$(TESTDATA) | diff $(TOOLS)/testdata.before - && echo 'testdata is as it was'

e2e: build $(E2E) ## npm clients, OAuth and a browser against the binary
	@cd e2e && ./chromium && ./run test/*.test.js

conformance: build $(E2E) ## the MCP conformance suites against the binary
	@cd e2e && ./run conformance/*.test.js

fuzz: ## every fuzz target for FUZZTIME
	@bad=0; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' . --exclude-dir=node_modules --exclude-dir=tools | sort); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
			echo "$$target in $$(dirname $$file)"; \
			(cd $$(dirname $$file) && go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -parallel 2 .) || bad=1; \
		done; \
	done; exit $$bad

bench: $(TOOLS)/benchstat ## every benchmark COUNT times, with statistics
	go test -run '^$$' -bench . -benchmem -count $(COUNT) -p 1 $(PKG) | tee $(TOOLS)/bench.txt
	$(TOOLS)/benchstat $(TOOLS)/bench.txt

vuln: $(TOOLS)/govulncheck ## known vulnerabilities in what the binary uses
	$(TOOLS)/govulncheck $(PKG)

demo: ## four subgraphs and the gateway on them
	go run ./cmd/sluice demo

$(TOOLS)/gate: $(wildcard tools/gate/*.go)
	@go build -C tools -o ../$(TOOLS)/ ./gate

$(LINT): tools/go.mod
	go build -C tools -o ../$(TOOLS)/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

$(TOOLS)/benchstat: tools/go.mod
	go build -C tools -o ../$(TOOLS)/ golang.org/x/perf/cmd/benchstat
	@touch $@

$(TOOLS)/govulncheck: tools/go.mod
	go build -C tools -o ../$(TOOLS)/ golang.org/x/vuln/cmd/govulncheck
	@touch $@

$(E2E): e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --no-progress --loglevel=error
	@touch $@
