#!/bin/sh
# Runs each fuzz target for a time, given as "30s"; the packages follow. What
# fails is kept in the package's testdata/fuzz, to be committed with its repair.
set -eu

time=$1
shift
for folder in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' "$@"); do
	# go test -list would link the tests of every package first.
	for target in $(cat "$folder"/*_test.go | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do
		echo "fuzz $folder $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$folder"
	done
done
