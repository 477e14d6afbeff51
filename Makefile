# The image that config/manager names; "make deploy IMG=…" puts another in its
# place on the way to the cluster and leaves the files as they are.
IMG ?= $(DEFAULT_IMG)
DEFAULT_IMG = ghcr.io/usage-operator/usage-operator:v0.1.0
CONTAINER_TOOL ?= docker

# What the program says of itself. The time is that of the commit, so that the same
# commit gives the same bytes, wherever and whenever it is built.
git = $(or $(shell TZ=UTC git $(1) 2>/dev/null),unknown)
VERSION ?= $(call git,describe --tags --always --dirty)
COMMIT ?= $(call git,rev-parse HEAD)
DATE ?= $(call git,log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)
BUILD_FLAGS = -trimpath -buildvcs=false \
	-ldflags "-s -w -buildid= -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)"

# The local cluster. Where no kubectl is installed, the cluster's own is taken.
NODES ?= 3
CLUSTER_DIR ?= .cluster
LOCAL_CLUSTER = go run ./test/cluster/cmd/local-cluster
KUBECTL ?= $(shell command -v kubectl || echo "$$($(LOCAL_CLUSTER) binaries)/kubectl")

# Added to each "go test", such as TESTFLAGS="-race -run TestReport".
TESTFLAGS ?=
FUZZTIME ?= 1m
KILLS ?= 100
RESTARTS ?= 20
ROUNDS ?= 5
ROLLOUTS ?= 10000
LOUD ?= 1000

# Tools run on this machine, whatever is built for another.
TOOL = GOOS= GOARCH= go tool -modfile=tools/go.mod
CODE = ./api/... ./cmd/... ./internal/...
# A folder of config/ as it goes to a cluster, with the image IMG.
rendered = $(TOOL) kustomize build config/$(1) | sed 's|image: $(DEFAULT_IMG)|image: $(IMG)|'
WITH_API_SERVER = assets=$$($(LOCAL_CLUSTER) binaries) && KUBEBUILDER_ASSETS="$$assets"
# The demo takes a cluster only by "make demo KUBECONFIG=…", never from the environment.
DEMO_FLAGS = --dir $(CLUSTER_DIR) $(if $(filter command,$(origin KUBECONFIG)),--kubeconfig "$(KUBECONFIG)")

# A workspace around the checkout would hide tools/go.mod.
export GOWORK = off

.DEFAULT_GOAL = help

##@ Building

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build the programs into bin/
	CGO_ENABLED=0 go build $(BUILD_FLAGS) -o bin/ ./cmd/...

.PHONY: dist
dist: ## Render into dist/ what installs without this checkout: manifests and Helm chart
	mkdir -p dist
	$(call rendered,default) >dist/install.yaml
	$(call rendered,namespaced) >dist/namespaced.yaml
	$(call rendered,prerequisites) >dist/prerequisites.yaml
	$(TOOL) helm package --destination dist charts/usage-operator

.PHONY: sbom
sbom: ## Write the bill of materials of the program into dist/
	mkdir -p dist
	$(TOOL) cyclonedx-gomod app -json -licenses -noserial -notimestamp -main cmd/usage-operator -output dist/usage-operator.cdx.json .

.PHONY: reproducible
reproducible: ## Build twice, here and elsewhere from nothing, and compare; takes minutes
	@MAKE="$(MAKE)" hack/reproducible.sh

.PHONY: docker-build
docker-build: ## Build the image IMG
	$(CONTAINER_TOOL) build --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) --build-arg DATE=$(DATE) -t $(IMG) .

.PHONY: generate
generate: ## Generate the API's Go code and its reference, docs/api.md
	$(TOOL) controller-gen object paths=./api/...
	$(TOOL) crd-ref-docs --log-level=ERROR --source-path=./api --config=docs/api-reference.yaml --renderer=markdown --output-path=docs/api.md

.PHONY: manifests
manifests: generate ## Generate the CRDs and the operator's roles, and what the Helm chart takes of them
	$(TOOL) controller-gen crd paths=./api/... output:crd:artifacts:config=config/crd/bases
	$(TOOL) controller-gen rbac:roleName=usage-operator paths=./internal/... output:rbac:artifacts:config=config/rbac
	GOOS= GOARCH= go run ./hack/namespaced
	hack/chart.sh

##@ Checking

# The end-to-end tests mostly wait: the others compute beside them.
.PHONY: ci
ci: ## All that must be green, as .ci/run checks it
	$(MAKE) --no-print-directory verify lint vulncheck
	$(MAKE) --no-print-directory -j 2 -k --output-sync=target test-e2e race test-apiserver fuzz
	$(MAKE) --no-print-directory test-node

.PHONY: lint
lint: ## Run the linters
	$(TOOL) golangci-lint run

.PHONY: fmt
fmt: ## Format the Go code
	$(TOOL) golangci-lint fmt

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities; VULNCHECK=required fails without the database
	@hack/vulncheck.sh env $(TOOL) govulncheck ./...

.PHONY: rules
rules: ## Have Prometheus check the alert rules, and try when they fire
	@hack/rules.sh

.PHONY: verify
verify: ## Check that generated files, go.mod and the manifests are in order
	@MAKE="$(MAKE)" hack/verify.sh
	$(TOOL) helm lint --strict charts/usage-operator
	@hack/score.sh
	@hack/rules.sh
	@for file in config/*/kustomization.yaml; do \
		echo "kustomize build $${file%/*}"; $(TOOL) kustomize build "$${file%/*}" >/dev/null || exit 1; \
	done

.PHONY: test
test: ## All tests: unit, API server, end-to-end
	$(MAKE) --no-print-directory test-apiserver
	$(MAKE) --no-print-directory test-e2e

.PHONY: test-unit
test-unit: ## The tests that need nothing but Go
	go test -short $(TESTFLAGS) $(CODE)

.PHONY: test-apiserver
test-apiserver: ## The unit tests, and those against a real API server
	$(WITH_API_SERVER) go test $(TESTFLAGS) $(CODE)

.PHONY: test-e2e
test-e2e: ## The tests on local clusters of their own
	$(WITH_API_SERVER) go test -count 1 -p 2 -timeout 20m $(TESTFLAGS) ./test/...

# Its tests wait for numbers more than they compute, so that they run all at once.
.PHONY: test-node
test-node: ## The operator in pods on a real node; skips, and says why, where none can be had
	go test -count 1 -parallel 4 -timeout 20m -v $(TESTFLAGS) ./test/node -real-node

.PHONY: test-crashes
test-crashes: ## Kill the operator KILLS times while thresholds are crossed; let 5,000 pods cross at once, and 1,000 one by one
	$(WITH_API_SERVER) go test -count 1 -timeout 60m -v -run 'TestCrashes|TestStorm|TestLatency' ./test/alerts -kills $(KILLS) -storm 5000 -crossings 1000

.PHONY: test-faults
test-faults: ## Restart the API server RESTARTS times, put in other faults ROUNDS times, and roll out ROLLOUTS times
	$(WITH_API_SERVER) go test -count 1 -timeout 90m -v ./test/faults -restarts $(RESTARTS) -rounds $(ROUNDS) -rollouts $(ROLLOUTS)

.PHONY: test-tenants
test-tenants: ## Let a tenant with LOUD objects make noise beside a quiet one
	$(WITH_API_SERVER) go test -count 1 -timeout 30m -v -run TestLoudTenant ./test/tenants -loud $(LOUD)

.PHONY: race
race: ## The tests of all that runs at once, looking for data races
	$(WITH_API_SERVER) TESTFLAGS="$(TESTFLAGS)" hack/race.sh $(CODE)

.PHONY: fuzz
fuzz: ## Each fuzz target for FUZZTIME
	hack/fuzz.sh $(FUZZTIME) $(CODE)

.PHONY: bench
bench: ## Measure all that has a bar, into docs/performance.md; only printed with ONLY=<name,…>, SKIP=race or QUICK=1
	go run ./test/performance $(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)') $(if $(SKIP),--skip '$(SKIP)')

##@ Running

.PHONY: run
run: ## Run the operator on this machine against the current kubeconfig, ARGS=<flags>
	go run ./cmd/usage-operator --checkpoint-namespace=default $(ARGS)

.PHONY: install
install: ## Install the CRDs into the current cluster
	$(TOOL) kustomize build config/crd | $(KUBECTL) apply --server-side -f -

.PHONY: uninstall
uninstall: ## Remove the CRDs, and with them every object of these kinds
	$(TOOL) kustomize build config/crd | $(KUBECTL) delete --ignore-not-found -f -

.PHONY: deploy
deploy: ## Deploy CRDs and operator into the current cluster, image IMG
	$(call rendered,default) | $(KUBECTL) apply --server-side -f -

.PHONY: undeploy
undeploy: ## Remove what deploy made, and every object of the operator's kinds
	$(TOOL) kustomize build config/default | $(KUBECTL) delete --ignore-not-found -f -

.PHONY: cluster-up
cluster-up: ## Start a local cluster in CLUSTER_DIR with NODES simulated nodes
	$(LOCAL_CLUSTER) up --dir $(CLUSTER_DIR) --nodes $(NODES)

.PHONY: cluster-down
cluster-down: ## Stop the local cluster in CLUSTER_DIR
	$(LOCAL_CLUSTER) down --dir $(CLUSTER_DIR)

.PHONY: demo
demo: ## Show it: a local cluster, or yours by KUBECONFIG=<file> behind demo
	go run ./test/demo up $(DEMO_FLAGS)

.PHONY: demo-down
demo-down: ## Remove what demo made
	go run ./test/demo down $(DEMO_FLAGS)
