#!/bin/sh
# Has Prometheus itself read the rules of config/prometheus, and try when they fire.
# Without the clients of all clouds, for whose services promtool can look, it builds in
# minutes.
set -eu

cd "$(dirname "$0")/.."
promtool() {
	GOOS='' GOARCH='' go run -modfile=tools/promtool/go.mod -tags remove_all_sd github.com/prometheus/prometheus/cmd/promtool "$@"
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# What promtool reads is the spec of the object.
sed '1,/^spec:$/d; s/^  //' config/prometheus/prometheus_rule.yaml >"$scratch/rules.yaml"
cp test/rules/alerts.yaml "$scratch"
promtool check rules --lint=all --lint-fatal "$scratch/rules.yaml"
promtool test rules "$scratch/alerts.yaml"
