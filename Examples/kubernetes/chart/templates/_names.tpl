{{/*
The name of what is for all of mountmon; at most 44 letters, so that what is added to it fits.
*/}}
{{- define "mountmon.basename" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- $full := printf "%s-%s" .Release.Name $name }}
{{- if contains $name .Release.Name }}
{{- $full = .Release.Name }}
{{- end }}
{{- .Values.fullnameOverride | default $full | trunc 44 | trimAll "-." }}
{{- end }}

{{/*
The name of all that belongs to the controller, at most 52 letters, which is what a CronJob may have.
*/}}
{{- define "mountmon.fullname" -}}
{{- printf "%s-volsync" (include "mountmon.basename" .) }}
{{- end }}

{{- define "mountmon.account" -}}
{{- .Values.volsync.serviceAccount.name | default (include "mountmon.fullname" .) }}
{{- end }}

{{/*
What pods are selected by: these never change within a release.
*/}}
{{- define "mountmon.selector" -}}
app.kubernetes.io/name: mountmon-volsync
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "mountmon.labels" -}}
{{ include "mountmon.selector" . }}
{{ include "mountmon.commonLabels" . }}
{{- end }}

{{/*
Of what belongs to no pod of this chart.
*/}}
{{- define "mountmon.ownLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name | trunc 63 | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{ include "mountmon.commonLabels" . }}
{{- end }}

{{- define "mountmon.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "mountmon.image" -}}
{{- $image := .Values.image }}
{{- if $image.digest }}
{{- printf "%s@%s" $image.repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "mountmon.hasPods" -}}
{{- if and .Values.volsync.enabled (eq .Values.volsync.mode "controller") }}true{{ end }}
{{- end }}

{{/*
Alone, each of these settings would ask for something that is not there.
*/}}
{{- define "mountmon.checks" -}}
{{- if and .Values.serviceMonitor.enabled (not (include "mountmon.hasPods" .)) }}
{{- fail "serviceMonitor is for the controller: set volsync.enabled=true and volsync.mode=controller, or turn it off (podMonitor finds sidecars)" }}
{{- end }}
{{- if and .Values.podMonitor.enabled .Values.serviceMonitor.enabled }}
{{- fail "podMonitor and serviceMonitor would scrape the controller twice: turn one off" }}
{{- end }}
{{- if and (not .Values.volsync.serviceAccount.create) (not .Values.volsync.serviceAccount.name) .Values.volsync.enabled }}
{{- fail "volsync.serviceAccount.name is required where volsync.serviceAccount.create is false" }}
{{- end }}
{{- end }}
