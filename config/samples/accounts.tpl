{{- /* A table of a report's accounts: kubectl get cusr NAME -o go-template-file=config/samples/accounts.tpl */ -}}
{{- $row := "%-22s %-32s %12s %12s %14s\n" -}}
{{- printf $row "PERIOD" "ROW" "CPU HOURS" "MEM HOURS" "COST" -}}
{{- range .status.periods -}}
  {{- $start := .startTime -}}
  {{- $currency := "" -}}{{- with .prices }}{{ $currency = .currency }}{{ end -}}
  {{- range .accounts -}}
    {{- $name := "" -}}
    {{- with .subject.namespace }}{{ $name = printf " %s" . }}{{ end -}}
    {{- with .subject.workload }}{{ $name = printf "%s %s/%s" $name .kind .name }}{{ end -}}
    {{- with .subject.pod }}{{ $name = printf "%s %s" $name . }}{{ end -}}
    {{- with .subject.container }}{{ $name = printf "%s %s" $name . }}{{ end -}}
    {{- with .subject.node }}{{ $name = printf "%s %s" $name . }}{{ end -}}
    {{- range .subject.labels -}}
      {{- $value := "<none>" -}}{{- with .value }}{{ $value = . }}{{ end -}}
      {{- $name = printf "%s %s=%s" $name .key $value -}}
    {{- end -}}
    {{- $cost := "-" -}}{{- with .cost }}{{ $cost = printf "%s %s" . $currency }}{{ end -}}
    {{- printf $row $start (slice (printf "%s " $name) 1) .usageHours.cpu .usageHours.memory $cost -}}
  {{- end -}}
  {{- $cost := "-" -}}{{- with .total.cost }}{{ $cost = printf "%s %s" . $currency }}{{ end -}}
  {{- printf $row $start "in all" .total.usageHours.cpu .total.usageHours.memory $cost -}}
{{- end -}}
