package v1alpha1

import "maps"

// LabelSelector has the JSON form of metav1.LabelSelector. An own type can
// carry the rules that refuse a selector that would not parse.
//
// The API server drops unknown fields before it validates, so a mistyped
// selector arrives empty. An empty one is refused: it would select everything.
//
// +structType=atomic
// +kubebuilder:object:generate=false
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="has(self.matchLabels) || has(self.matchExpressions)",message="an empty selector would select everything: give it matchLabels or matchExpressions (check their spelling, unknown fields are dropped), or leave the selector out"
type LabelSelector struct {
	// matchLabels are labels and the values that they must have. All must
	// hold. 1 to 16 labels.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(key, !format.qualifiedName().validate(key).hasValue())",message="a key of matchLabels is not the key of a label: write at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, where wanted after a DNS name and a slash, for example team or app.kubernetes.io/name"
	MatchLabels map[string]LabelValue `json:"matchLabels,omitempty"`

	// matchExpressions are conditions on labels. All must hold. 1 to 16
	// conditions.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	MatchExpressions []LabelExpression `json:"matchExpressions,omitempty"`
}

// DeepCopyInto copies the selector. It is written by hand because the generator
// cannot copy a map of aliases.
func (in *LabelSelector) DeepCopyInto(out *LabelSelector) {
	*out = LabelSelector{MatchLabels: maps.Clone(in.MatchLabels)}
	if in.MatchExpressions == nil {
		return
	}
	out.MatchExpressions = make([]LabelExpression, len(in.MatchExpressions))
	for i := range in.MatchExpressions {
		in.MatchExpressions[i].DeepCopyInto(&out.MatchExpressions[i])
	}
}

// DeepCopy returns a copy of the selector.
func (in *LabelSelector) DeepCopy() *LabelSelector {
	if in == nil {
		return nil
	}
	out := &LabelSelector{}
	in.DeepCopyInto(out)
	return out
}

// LabelExpression is one condition on a label.
//
// +kubebuilder:validation:XValidation:rule="!(self.operator in ['In', 'NotIn']) || has(self.values)",message="values is missing: the operators In and NotIn need at least one value, for example values: [web]"
// +kubebuilder:validation:XValidation:rule="self.operator in ['In', 'NotIn'] || !has(self.values)",message="values goes only with the operators In and NotIn: remove it, or change operator to one of these"
type LabelExpression struct {
	// key of the label, for example team.
	// +required
	Key LabelKey `json:"key"`

	// operator is In or NotIn (the label has, or has not, one of values),
	// Exists or DoesNotExist. As everywhere in Kubernetes, NotIn also selects
	// what does not have the label at all.
	// +required
	Operator LabelOperator `json:"operator"`

	// values of the label. Required with In and NotIn, refused with Exists and
	// DoesNotExist. 1 to 64 values.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Values []LabelValue `json:"values,omitempty"`
}

// LabelOperator relates a label to values.
//
// +kubebuilder:validation:Enum=In;NotIn;Exists;DoesNotExist
type LabelOperator string

// The operators of a LabelExpression.
const (
	// LabelIn holds where the label has one of the values.
	LabelIn LabelOperator = "In"
	// LabelNotIn holds where the label has none of the values, or is absent.
	LabelNotIn LabelOperator = "NotIn"
	// LabelExists holds where the label is present.
	LabelExists LabelOperator = "Exists"
	// LabelDoesNotExist holds where the label is absent.
	LabelDoesNotExist LabelOperator = "DoesNotExist"
)
