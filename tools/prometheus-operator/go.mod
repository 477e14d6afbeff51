// The CRDs of the Prometheus Operator, in a module of its own: only its files are
// taken, and nothing that it needs.
module github.com/usage-operator/usage-operator/tools/prometheus-operator

go 1.26.7

require github.com/prometheus-operator/prometheus-operator v0.85.0
