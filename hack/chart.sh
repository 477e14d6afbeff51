#!/bin/sh
# Copies into the Helm chart what it takes from config/ as it is, since a chart can
# read no file outside of itself.
set -eu

cd "$(dirname "$0")/.."
files=charts/usage-operator/files
rm -rf "$files"
mkdir -p "$files/crd" "$files/rbac" "$files/namespaced" "$files/prometheus"
cp config/crd/bases/*.yaml "$files/crd"
cp config/rbac/*.yaml "$files/rbac"
rm "$files/rbac/kustomization.yaml"
cp config/namespaced/role.yaml config/namespaced/role_binding.yaml "$files/namespaced"
cp config/prometheus/prometheus_rule.yaml "$files/prometheus"
