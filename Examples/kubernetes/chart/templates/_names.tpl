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
{{- include "mountmon.checkArguments" . }}
{{- include "mountmon.checkCronJob" . }}
{{- include "mountmon.checkSidecars" . }}
{{- end }}

{{/*
Probes, monitors and policies ask port 8080 of the pod's address.
*/}}
{{- define "mountmon.checkArguments" -}}
{{- $before := "" }}
{{- range .Values.volsync.extraArgs }}
{{- if or (eq . "--http-port") (hasPrefix "--http-port=" .) }}
{{- fail "volsync.extraArgs: --http-port cannot be set: the probes ask port 8080" }}
{{- end }}
{{- $address := "" }}
{{- if eq $before "--http-address" }}
{{- $address = . }}
{{- else if hasPrefix "--http-address=" . }}
{{- $address = trimPrefix "--http-address=" . }}
{{- end }}
{{- if include "mountmon.isLoopback" $address }}
{{- fail (printf "volsync.extraArgs: --http-address %s cannot be reached by the kubelet's probes: leave it out, which is all addresses" $address) }}
{{- end }}
{{- $before = . }}
{{- end }}
{{- end }}

{{- define "mountmon.checkCronJob" -}}
{{- $cronjob := .Values.volsync.cronjob }}
{{- if and .Values.volsync.enabled (eq .Values.volsync.mode "cronjob") }}
{{- if ge (include "mountmon.seconds" $cronjob.timeout | atoi) (int $cronjob.activeDeadlineSeconds) }}
{{- fail (printf "volsync.cronjob.timeout (%s) has to be shorter than volsync.cronjob.activeDeadlineSeconds (%d), or a pass is killed and says nothing" $cronjob.timeout (int $cronjob.activeDeadlineSeconds)) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The seconds of a duration such as 1h2m3s.
*/}}
{{- define "mountmon.seconds" -}}
{{- $hours := regexFind "[0-9]+h" . | trimSuffix "h" | default "0" | atoi }}
{{- $minutes := regexFind "[0-9]+m" . | trimSuffix "m" | default "0" | atoi }}
{{- $seconds := regexFind "[0-9]+s" . | trimSuffix "s" | default "0" | atoi }}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds }}
{{- end }}

{{/*
A Role is called by its workload's name alone, and an account is made once.
*/}}
{{- define "mountmon.checkSidecars" -}}
{{- $roles := dict }}
{{- $accounts := dict }}
{{- range .Values.sidecars }}
{{- $namespace := .namespace | default $.Release.Namespace }}
{{- $role := printf "%s/%s" $namespace .name }}
{{- if hasKey $roles $role }}
{{- fail (printf "sidecars: %s is there twice, and both Roles would be called mountmon-%s: give one of the workloads another name" $role .name) }}
{{- end }}
{{- $_ := set $roles $role true }}
{{- if .makeServiceAccount }}
{{- $account := printf "%s/%s" $namespace (.serviceAccount | default .name) }}
{{- if hasKey $accounts $account }}
{{- fail (printf "sidecars: ServiceAccount %s would be made twice: set makeServiceAccount in one row alone" $account) }}
{{- end }}
{{- $_ := set $accounts $account true }}
{{- end }}
{{- end }}
{{- end }}
