{{/*
How an endpoint is scraped. The metrics of restic locks have a namespace of their own, that of the
backup: without honorLabels it would be called exported_namespace. Argument: the interval.
*/}}
{{- define "mountmon.endpoint" -}}
port: health
path: /metrics
interval: {{ . }}
scrapeTimeout: 5s
honorLabels: true
{{- end }}

{{/*
The alerts know mountmon by its job, whatever the release is called.
*/}}
{{- define "mountmon.job" -}}
- { action: replace, targetLabel: job, replacement: mountmon }
{{- end }}
