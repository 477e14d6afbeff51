package v1alpha1

// The strings below are aliases: for Go they are plain strings, and the schema
// still bounds them wherever they stand in a list or a map.

// NamespaceName is the name of a namespace.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="!format.dns1123Label().validate(self).hasValue()",message="this is not the name of a namespace: write at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit, for example shop; patterns such as team-* are not supported, namespaceSelector can select many"
type NamespaceName = string

// ContainerName is the name of a container in a pod.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="!format.dns1123Label().validate(self).hasValue()",message="this is not the name of a container: write at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit, for example istio-proxy"
type ContainerName = string

// LabelKey is the key of a label, for example team or app.kubernetes.io/name.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=317
// +kubebuilder:validation:XValidation:rule="!format.qualifiedName().validate(self).hasValue()",message="this is not the key of a label: write at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, where wanted after a DNS name and a slash, for example team or app.kubernetes.io/name"
type LabelKey = string

// LabelValue is the value of a label. It may be empty.
//
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="!format.labelValue().validate(self).hasValue()",message="this is not the value of a label: write at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, for example web; or nothing"
type LabelValue = string
