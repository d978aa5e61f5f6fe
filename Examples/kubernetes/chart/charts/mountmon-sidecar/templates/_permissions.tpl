{{/*
What the watchdog of one workload may do: a Role and its binding, as Examples/kubernetes/rbac. Keys:

  kind, name       of the workload: Deployment, StatefulSet or DaemonSet
  namespace        of the workload
  serviceAccount   of its pods; by default the workload's name
  podNames         of a StatefulSet: its pods, and no others
  makeLease        false: a Lease is made here, and mountmon may not make any
  owner            true: events on the Deployment, too
  delete           true: for a watchdog with `strategy: delete`
  labels           of all objects
*/}}
{{- define "mountmon.permissions" -}}
{{- $role := printf "mountmon-%s" (required "mountmon: name is required, that of the workload" .name) }}
{{- $lease := printf "mountmon-%s-%s" (lower (required "mountmon: kind is required, that of the workload" .kind)) .name }}
{{- $makes := ternary .makeLease true (hasKey . "makeLease") -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $role | quote }}
  {{- include "mountmon.place" . | nindent 2 }}
rules:
  - apiGroups: [""]
    resources: [pods]
    {{- with .podNames }}
    resourceNames: {{ toJson . }}
    {{- end }}
    verbs: [get{{ if .delete }}, delete{{ end }}]
  - apiGroups: [""]
    resources: [pods/eviction]
    {{- with .podNames }}
    resourceNames: {{ toJson . }}
    {{- end }}
    verbs: [create]
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    resourceNames: [{{ $lease | quote }}]
    verbs: [get, update]
  {{- if $makes }}
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [create]
  {{- end }}
  - apiGroups: [events.k8s.io, ""]
    resources: [events]
    verbs: [create, patch]
  {{- if .owner }}
  - apiGroups: [apps]
    resources: [replicasets]
    verbs: [get]
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $role | quote }}
  {{- include "mountmon.place" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $role | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ .serviceAccount | default .name | quote }}
    namespace: {{ required "mountmon: namespace is required, that of the workload" .namespace | quote }}
{{- if not $makes }}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata:
  name: {{ $lease | quote }}
  {{- include "mountmon.place" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "mountmon.place" -}}
namespace: {{ .namespace | quote }}
{{- with .labels }}
labels:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
The account of the workload's pods. Automounting would give the token to every container of the pod.
*/}}
{{- define "mountmon.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .serviceAccount | default .name | quote }}
  {{- include "mountmon.place" . | nindent 2 }}
automountServiceAccountToken: false
{{- end }}
