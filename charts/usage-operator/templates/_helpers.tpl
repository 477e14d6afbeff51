{{/* By these all objects are found again, and pods by their selectors. */}}
{{- define "usage-operator.labels" -}}
app.kubernetes.io/name: usage-operator
{{- end }}

{{- define "usage-operator.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* Not empty where /metrics is served. */}}
{{- define "usage-operator.metrics" -}}
{{- if and .Values.metrics.enabled (not (and .Values.namespaces .Values.metrics.secure)) -}}
served
{{- end }}
{{- end }}

{{/* The class of the pods, which may be made by somebody else. */}}
{{- define "usage-operator.priorityClassName" -}}
{{- if not (and .Values.namespaces .Values.priorityClass.create) -}}
{{ .Values.priorityClass.name }}
{{- end }}
{{- end }}

{{/* An object of config/, at home in a namespace. */}}
{{- define "usage-operator.placed" -}}
{{- $metadata := dict "labels" (include "usage-operator.labels" .root | fromYaml) }}
{{- if not (hasPrefix "Cluster" .object.kind) }}
{{- $_ := set $metadata "namespace" .namespace }}
{{- end }}
{{- $object := merge (dict "metadata" $metadata) .object }}
{{- $own := .root.Release.Namespace }}
{{- range $object.subjects }}
{{- $_ := set . "namespace" $own }}
{{- end }}
{{- toYaml $object }}
{{- end }}
