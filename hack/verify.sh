#!/bin/sh
# Fails when a generated file is not what its generator makes of the sources.
# Works on a copy: the tree is only read, whatever else is unfinished in it.
set -eu

cd "$(dirname "$0")/.."
generated="config/crd/bases config/rbac/role.yaml config/namespaced/role.yaml
	config/prerequisites/installer_role.yaml charts/usage-operator/files docs/api.md api"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

cp -R Makefile go.mod go.sum tools hack api internal config charts docs "$copy"
# What no source makes any more must show as a difference.
for path in $generated; do
	[ "$path" = api ] || rm -rf "${copy:?}/$path"
done
find "$copy/api" -name 'zz_generated.*' -exec rm -f {} +
"${MAKE:-make}" -C "$copy" --no-print-directory manifests

stale=
for path in $generated; do
	diff -ru "$path" "$copy/$path" || stale="$stale $path"
done
if [ -n "$stale" ]; then
	echo "not current:$stale; run \"make generate manifests\"" >&2
	exit 1
fi

# Not in tools/promtool, which would have to fetch the clients of all clouds.
for module in . tools tools/score; do
	echo "go mod tidy -diff in $module"
	go -C "$module" mod tidy -diff
done
