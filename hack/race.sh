#!/bin/sh
# Looks for data races in those of the packages given where there can be any: in
# programs, and in packages that guard something, which import sync. All others
# start nothing; what they do is watched where it is used.
#
# Packages without a test against an API server run their short form: their random
# tests are long, and do one thing after the other. So does the one that is left out: it
# counts what a thousand checkpoints write, for ten minutes with the detector.
set -eu

template='{{$guards := eq .Name "main"}}{{$form := "short"}}
{{- range .Imports}}{{if eq . "sync" "sync/atomic"}}{{$guards = true}}{{end}}{{end}}
{{- range .TestImports}}{{if eq . (print $.Module.Path "/test/apiserver")}}{{$form = "whole"}}{{end}}{{end}}
{{- if $guards}}{{$form}} {{.ImportPath}}{{end}}'
packages=$(go list -f "$template" "$@")

short=$(echo "$packages" | sed -n 's/^short //p')
whole=$(echo "$packages" | sed -n 's/^whole //p')
[ -z "$short" ] || go test -race -short ${TESTFLAGS-} $short
[ -z "$whole" ] || go test -race -timeout 20m -skip '^TestThousandReports$' ${TESTFLAGS-} $whole
