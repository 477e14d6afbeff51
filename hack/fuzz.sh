#!/bin/sh
# Runs each fuzz target for a time, given as "30s"; the packages follow. What
# fails is kept in the package's testdata/fuzz, to be committed with its repair.
set -eu

time=$1
shift
for package in $(go list "$@"); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "fuzz $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
