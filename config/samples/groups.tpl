{{- /* A table of a report's rows, for: kubectl get usr NAME -o go-template-file=groups.tpl */ -}}
{{- $row := "%-32s %6s %9s %9s %9s %9s\n" -}}
{{- printf $row "ROW" "PODS" "CPU" "CPU%REQ" "MEMORY" "MEM%REQ" -}}
{{- range .status.groups -}}
{{- $name := "" -}}
{{- with .subject.namespace }}{{ $name = . }}{{ end -}}
{{- with .subject.workload }}{{ $name = printf "%s/%s" .kind .name }}{{ end -}}
{{- with .subject.pod }}{{ $name = . }}{{ end -}}
{{- with .subject.node }}{{ $name = printf "%s %s" $name . }}{{ end -}}
{{- with .subject.container }}{{ $name = printf "%s %s" $name . }}{{ end -}}
{{- range .subject.labels }}{{ $value := "<none>" }}{{ with .value }}{{ $value = . }}{{ end }}{{ $name = printf "%s %s=%s" $name .key $value }}{{ end -}}
{{- $cpu := .resources.cpu -}}
{{- $memory := .resources.memory -}}
{{- $cpuPercent := "" }}{{ with $cpu.percentOf }}{{ with .requests }}{{ $cpuPercent = printf "%v" . }}{{ end }}{{ end -}}
{{- $memoryPercent := "" }}{{ with $memory.percentOf }}{{ with .requests }}{{ $memoryPercent = printf "%v" . }}{{ end }}{{ end -}}
{{- $cpuUsage := "" }}{{ with $cpu.usage }}{{ $cpuUsage = . }}{{ end -}}
{{- $memoryUsage := "" }}{{ with $memory.usage }}{{ $memoryUsage = . }}{{ end -}}
{{- printf $row $name (printf "%v" .pods) $cpuUsage $cpuPercent $memoryUsage $memoryPercent -}}
{{- end -}}
