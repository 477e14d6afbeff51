package v1alpha1

// ThresholdLevel is a value that must not be exceeded, or not be fallen short
// of, and for how long.
//
// +kubebuilder:validation:XValidation:rule="!has(self.above) || !has(self.below)",message="above and below stand in one level: it fires above a value or below one; remove one of them"
// +kubebuilder:validation:XValidation:rule="has(self.above) || has(self.below)",message="a level needs a value: write above, for example above: 80%, to hear of too much, or below, for example below: 10%, to hear of too little"
// +kubebuilder:validation:XValidation:rule="!has(self.clear) || [?self.?above, ?self.?below].all(a, a.endsWith('%') == self.clear.endsWith('%'))",fieldPath=".clear",message="clear is of the same sort as above or below: write both as percentages, such as 80% and 75%, or both as quantities"
// +kubebuilder:validation:XValidation:rule="!has(self.clear) || !has(self.above) || self.above.endsWith('%') != self.clear.endsWith('%') || ![self.above, self.clear].all(a, a.matches('^[0-9]+([.][0-9]+)?([numkMGTP]|[KMGTP]i|%)?$')) || quantity(self.clear.split('%')[0]).compareTo(quantity(self.above.split('%')[0])) <= 0",fieldPath=".clear",message="clear is higher than above: what fires above a value clears at or below it; for example above: 80% and clear: 75%"
// +kubebuilder:validation:XValidation:rule="!has(self.clear) || !has(self.below) || self.below.endsWith('%') != self.clear.endsWith('%') || ![self.below, self.clear].all(a, a.matches('^[0-9]+([.][0-9]+)?([numkMGTP]|[KMGTP]i|%)?$')) || quantity(self.clear.split('%')[0]).compareTo(quantity(self.below.split('%')[0])) >= 0",fieldPath=".clear",message="clear is lower than below: what fires below a value clears at or above it; for example below: 10% and clear: 15%"
type ThresholdLevel struct {
	// severity of the level: Warning or Critical. Each at most once.
	// +required
	Severity Severity `json:"severity"`

	// above is the value above which the level fires. With the measure Usage it
	// is a quantity, cpu in cores, for example 500m or 2, memory in bytes, for
	// example 2Gi; with the others a whole percentage, 0% to 9999%, for example
	// 80%. A level has either above or below.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,4}%|[0-9]{1,15}([.][0-9]{1,3})?([numkMGTP]|[KMGTP]i)?)$')",message="above is a whole percentage such as 80%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	Above Amount `json:"above,omitempty"`

	// below is the value below which the level fires, in the form of above, and
	// more than 0. A level has either above or below.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,4}%|[0-9]{1,15}([.][0-9]{1,3})?([numkMGTP]|[KMGTP]i)?)$')",message="below is a whole percentage such as 10%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^[0.]+[A-Za-z%]*$')",message="nothing is below 0: write more, for example below: 10%"
	Below Amount `json:"below,omitempty"`

	// clear is the value at which the level no longer fires: at most above, or
	// at least below, in the same form. Between the two the level stays as it
	// is. Default: the value of above or below.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,4}%|[0-9]{1,15}([.][0-9]{1,3})?([numkMGTP]|[KMGTP]i)?)$')",message="clear is a whole percentage such as 75%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	Clear Amount `json:"clear,omitempty"`

	// for is how long the value must be seen above or below before the level
	// fires: 0s to 24h, in hours, minutes and seconds, for example 5m. Until
	// then it is Pending. Default: 0s, at once.
	// +optional
	// +kubebuilder:default="0s"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) <= duration('24h')",message="for is 0s to 24h, in hours, minutes and seconds, for example 90s, 5m or 1h30m"
	For Duration `json:"for,omitempty"`
}

// Severity is how bad a level is.
//
// +kubebuilder:validation:Enum=Warning;Critical
type Severity string

// The severities.
const (
	// SeverityWarning is for what should be looked at.
	SeverityWarning Severity = "Warning"
	// SeverityCritical is for what should be looked at now.
	SeverityCritical Severity = "Critical"
)

// Silence withholds Events for some time.
type Silence struct {
	// until when no Events are written, in RFC 3339 in whole seconds, for
	// example 2026-12-01T00:00:00Z. States go on; what still fires then is told
	// once.
	// +required
	Until Deadline `json:"until"`

	// reason of the silence, for people. At most 256 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Reason string `json:"reason,omitempty"`
}
