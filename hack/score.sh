#!/bin/sh
# Has kube-score look at what is installed. What it says otherwise is not followed:
#
#   CPU limit is not set                 Throttled, a tick would be late; it ends anyway.
#   ImagePullPolicy is not set to Always A released image does not change, and the
#                                        operator must start while its registry is away.
#   Ephemeral storage is not set         The root is read-only, and kubelets rotate logs. Nodes
#                                        that do not isolate storage have none to give, and
#                                        a pod that asks for some would wait for ever.
set -eu

cd "$(dirname "$0")/.."
for folder in default namespaced; do
	echo "kube-score config/$folder"
	manifests=$(GOOS='' GOARCH='' go tool -modfile=tools/go.mod kustomize build "config/$folder")
	report=$(echo "$manifests" | GOOS='' GOARCH='' go tool -modfile=tools/score/go.mod kube-score score \
		--ignore-container-cpu-limit --ignore-test container-image-pull-policy,container-ephemeral-storage-request-and-limit \
		--enable-optional-test container-seccomp-profile,container-ports-check \
		--kubernetes-version v1.33 --exit-one-on-warning --output-format ci -) || {
		echo "$report" | grep -vE '^\[(OK|SKIPPED)\]' >&2
		exit 1
	}
done
