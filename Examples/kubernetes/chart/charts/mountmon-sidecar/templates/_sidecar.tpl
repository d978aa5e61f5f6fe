{{/*
All templates here take one table: what the README of this chart lists. A wrong key is an error, since a
chart of the type library has no schema that could refuse it.
*/}}
{{- define "mountmon.keys" -}}
{{- $known := list "image" "imagePullPolicy" "config" "configMap" "mounts" "native" "gate" "gateTimeout" "runAsUser" "resources" "logLevel" "labels" "global" }}
{{- range $key, $_ := . }}
{{- if not (has $key $known) }}
{{- fail (printf "mountmon: there is no key %q; there are: %s" $key (join ", " $known)) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
"true" of an address that nothing outside of its pod reaches.
*/}}
{{- define "mountmon.isLoopback" -}}
{{- if regexMatch "^(127[.]|localhost$|::1$|\\[::1\\]$)" . }}true{{ end }}
{{- end }}

{{- define "mountmon.checkAddress" -}}
{{- $address := get (.config | default dict) "httpAddress" | default "" }}
{{- if include "mountmon.isLoopback" $address }}
{{- fail (printf "mountmon: config.httpAddress %q cannot be reached by the kubelet's probes: leave it out, which is all addresses" $address) }}
{{- end }}
{{- end }}

{{/*
"true" where the watchdog is on: only then does mountmon speak to the API server.
*/}}
{{- define "mountmon.watches" -}}
{{- $config := .config | default dict }}
{{- if and (hasKey $config "watchdog") (get $config.watchdog "enabled") }}true{{ end }}
{{- end }}

{{/*
The container that stays. Under `initContainers` (native, the default, from Kubernetes 1.29), or, with
`native: false`, under `containers`, with mountmon.initContainer as the gate.
*/}}
{{- define "mountmon.sidecar" -}}
{{- include "mountmon.keys" . }}
{{- include "mountmon.checkAddress" . }}
{{- $native := ternary .native true (hasKey . "native") }}
{{- $gate := ternary .gate true (hasKey . "gate") -}}
- name: mountmon
  image: {{ required "mountmon: image is required" .image | quote }}
  {{- with .imagePullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- if $native }}
  restartPolicy: Always
  {{- end }}
  args: [sidecar, --config, /etc/mountmon/config.json{{ with .logLevel }}, --log-level, {{ . }}{{ end }}]
  env:
    - name: POD_NAME
      valueFrom: { fieldRef: { fieldPath: metadata.name } }
    - name: POD_NAMESPACE
      valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
    - name: POD_UID
      valueFrom: { fieldRef: { fieldPath: metadata.uid } }
  ports:
    - { name: health, containerPort: {{ include "mountmon.port" . }} }
  {{- if $native }}
  startupProbe:
    httpGet: { path: {{ $gate | ternary "/healthz/ready" "/healthz/live" }}, port: health }
    periodSeconds: 2
    timeoutSeconds: 2
    failureThreshold: 900
  {{- end }}
  readinessProbe:
    httpGet: { path: /healthz/ready, port: health }
    periodSeconds: 5
    timeoutSeconds: 2
    failureThreshold: 2
  livenessProbe:
    httpGet: { path: /healthz/live, port: health }
    periodSeconds: 10
    timeoutSeconds: 2
    failureThreshold: 3
  {{- include "mountmon.common" . | nindent 2 }}
    {{- if include "mountmon.watches" . }}
    - {{ include "mountmon.tokenMount" . }}
    {{- end }}
    {{- include "mountmon.mounts" . | nindent 4 }}
{{- end }}

{{/*
The gate before an ordinary sidecar: it ends once every mount is ok.
*/}}
{{- define "mountmon.initContainer" -}}
{{- include "mountmon.keys" . -}}
- name: wait-for-mounts
  image: {{ required "mountmon: image is required" .image | quote }}
  {{- with .imagePullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  args: [check, --config, /etc/mountmon/config.json, --wait, {{ .gateTimeout | default "10m" }}]
  {{- include "mountmon.common" . | nindent 2 }}
    {{- include "mountmon.mounts" . | nindent 4 }}
{{- end }}

{{- define "mountmon.common" -}}
resources:
  {{- if .resources }}
  {{- toYaml .resources | nindent 2 }}
  {{- else }}
  requests: { cpu: 10m, memory: 16Mi }
  limits: { memory: 64Mi }
  {{- end }}
securityContext:
  {{- include "mountmon.securityContext" .runAsUser | nindent 2 }}
volumeMounts:
  - { name: mountmon-config, mountPath: /etc/mountmon, readOnly: true }
{{- end }}

{{/*
The volumes that are watched, at the paths that the application sees. HostToContainer lets in what the
node mounts anew below a directory.
*/}}
{{- define "mountmon.mounts" -}}
{{- range required "mountmon: mounts is required: the volumes to watch, with name and mountPath" .mounts }}
{{- $mount := deepCopy . }}
{{- if not (hasKey . "mountPropagation") }}{{ $_ := set $mount "mountPropagation" "HostToContainer" }}{{ end }}
{{- if not (hasKey . "readOnly") }}{{ $_ := set $mount "readOnly" true }}{{ end }}
- {{ toJson $mount }}
{{- end }}
{{- end }}

{{- define "mountmon.port" -}}
{{- $config := .config | default dict -}}
{{ get $config "httpPort" | default 8080 | int64 }}
{{- end }}

{{/*
For the pod's `volumes`: the configuration, and, with a watchdog, the token.
*/}}
{{- define "mountmon.volumes" -}}
{{- include "mountmon.keys" . -}}
- name: mountmon-config
  configMap: { name: {{ .configMap | default "mountmon" | quote }} }
{{- if include "mountmon.watches" . }}
- {{- include "mountmon.tokenVolume" . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
For the pod's labels: what a network policy may select.
*/}}
{{- define "mountmon.podLabels" -}}
mountmon: sidecar
{{- end }}

{{/*
The whole ConfigMap. Its name has no hash in it: a change reaches the sidecar without a restart.
*/}}
{{- define "mountmon.config" -}}
{{- include "mountmon.keys" . -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .configMap | default "mountmon" | quote }}
  {{- with .labels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  config.json: |
    {{- required "mountmon: config is required: docs/configuration.md" .config | toPrettyJson | nindent 4 }}
{{- end }}
