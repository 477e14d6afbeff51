// Package v1alpha1 is the API of usage-operator, group usage-operator.io.
//
// Nothing that a user can write has a Go type whose decoding can fail or be
// slow: one stored object of that sort would stop the typed list of its whole
// kind. Quantities, durations and times are therefore strings with a pattern
// and a length, parsed after that bound.
//
// +kubebuilder:object:generate=true
// +groupName=usage-operator.io
package v1alpha1
