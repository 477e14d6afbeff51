{{- /* A table of a report's rows: kubectl get usr NAME -o go-template-file=config/samples/groups.tpl */ -}}
{{- $row := "%-32s %6s %9s %9s %9s %9s\n" -}}
{{- $own := .metadata.namespace -}}
{{- $ofNodes := false -}}{{- with .spec.target }}{{ $ofNodes = eq . "Nodes" }}{{ end -}}
{{- if $ofNodes }}{{ printf $row "ROW" "NODES" "CPU" "CPU%ALLOC" "MEMORY" "MEM%ALLOC" -}}
{{- else }}{{ printf $row "ROW" "PODS" "CPU" "CPU%REQ" "MEMORY" "MEM%REQ" }}{{ end -}}
{{- range .status.groups -}}
  {{- $name := "" -}}
  {{- with .subject.namespace }}{{ if not $own }}{{ $name = printf " %s" . }}{{ end }}{{ end -}}
  {{- with .subject.workload }}{{ $name = printf "%s %s/%s" $name .kind .name }}{{ end -}}
  {{- with .subject.pod }}{{ $name = printf "%s %s" $name . }}{{ end -}}
  {{- with .subject.container }}{{ $name = printf "%s %s" $name . }}{{ end -}}
  {{- with .subject.node }}{{ $name = printf "%s %s" $name . }}{{ end -}}
  {{- range .subject.labels -}}
    {{- $value := "<none>" -}}
    {{- with .value }}{{ $value = . }}{{ end -}}
    {{- $name = printf "%s %s=%s" $name .key $value -}}
  {{- end -}}
  {{- $cpu := "-" -}}{{- with .resources.cpu.usage }}{{ $cpu = . }}{{ end -}}
  {{- $memory := "-" -}}{{- with .resources.memory.usage }}{{ $memory = . }}{{ end -}}
  {{- $cpuOf := "-" -}}{{- with .resources.cpu.percentOf }}{{ with or .requests .allocatable }}{{ $cpuOf = printf "%v" . }}{{ end }}{{ end -}}
  {{- $memoryOf := "-" -}}{{- with .resources.memory.percentOf }}{{ with or .requests .allocatable }}{{ $memoryOf = printf "%v" . }}{{ end }}{{ end -}}
  {{- printf $row (slice (printf "%s " $name) 1) (printf "%v" (or .nodes .pods)) $cpu $cpuOf $memory $memoryOf -}}
{{- end -}}
