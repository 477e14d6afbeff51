#!/bin/sh
# Builds the program of the last commit twice and compares the bytes: in a checkout of
# its own with the cache of this machine, and in another one with no cache.
set -eu

cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

for folder in one another/place; do
	mkdir -p "$scratch/${folder%/*}"
	git clone --quiet --no-hardlinks . "$scratch/$folder"
done
"${MAKE:-make}" -C "$scratch/one" --no-print-directory build
GOCACHE="$scratch/cache" "${MAKE:-make}" -C "$scratch/another/place" --no-print-directory build
cmp "$scratch/one/bin/usage-operator" "$scratch/another/place/bin/usage-operator"
sha256sum "$scratch/one/bin/usage-operator" | sed "s| .*|  $("$scratch/one/bin/usage-operator" --version)|"
