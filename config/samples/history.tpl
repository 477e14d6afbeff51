{{- /* A report's history as a table: kubectl get usr NAME -o go-template-file=config/samples/history.tpl */ -}}
{{- $row := "%-20s %9s %9s %9s %9s\n" -}}
{{- printf $row "TIME" "AVG CPU" "MAX CPU" "AVG MEM" "MAX MEM" -}}
{{- with .status.history -}}
  {{- range .points -}}
    {{- printf $row .time .average.cpu .maximum.cpu .average.memory .maximum.memory -}}
  {{- end -}}
{{- end -}}
