{{/*
The pod of the controller and of the CronJob, from `serviceAccountName` on.
*/}}
{{- define "mountmon.volsyncPod" -}}
{{- $volsync := .Values.volsync -}}
serviceAccountName: {{ include "mountmon.account" . | quote }}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $volsync.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $volsync.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $volsync.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $volsync.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "mountmon.podSecurityContext" . | nindent 2 }}
containers:
  - name: mountmon
    image: {{ include "mountmon.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: {{ include "mountmon.volsyncArguments" . | fromJson | dig "list" list | toJson }}
    env:
      - name: POD_NAME
        valueFrom: { fieldRef: { fieldPath: metadata.name } }
      - name: POD_NAMESPACE
        valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
    {{- if include "mountmon.hasPods" . }}
    ports:
      - { name: health, containerPort: 8080 }
    # Whether it sees the Lease and, where it leads, the cluster as it is now.
    readinessProbe:
      httpGet: { path: /healthz/ready, port: health }
      periodSeconds: 5
      timeoutSeconds: 2
      failureThreshold: 2
    # Of mountmon itself, never of locks or of the API server.
    livenessProbe:
      httpGet: { path: /healthz/live, port: health }
      periodSeconds: 10
      timeoutSeconds: 2
      failureThreshold: 3
    {{- end }}
    resources:
      {{- toYaml $volsync.resources | nindent 6 }}
    securityContext:
      {{- include "mountmon.securityContext" nil | nindent 6 }}
    volumeMounts:
      - {{ include "mountmon.tokenMount" . }}
volumes:
  - {{- include "mountmon.tokenVolume" . | nindent 4 }}
{{- end }}

{{- define "mountmon.volsyncArguments" -}}
{{- $volsync := .Values.volsync }}
{{- $list := list "volsync" }}
{{- if eq $volsync.mode "controller" }}
{{- $list = append $list "--watch" }}
{{- else }}
{{- $list = concat $list (list "--timeout" $volsync.cronjob.timeout) }}
{{- end }}
{{- range $volsync.namespaces }}
{{- $list = concat $list (list "--only-namespace" .) }}
{{- end }}
{{- with $volsync.logLevel }}
{{- $list = concat $list (list "--log-level" .) }}
{{- end }}
{{- dict "list" (concat $list $volsync.extraArgs) | toJson }}
{{- end }}

{{- define "mountmon.podLabelsOfVolsync" -}}
{{ include "mountmon.selector" . }}
{{- with .Values.volsync.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
What is read and made where movers are. Each rule, why it is there: docs/volsync.md, "Permissions".
*/}}
{{- define "mountmon.moverRules" -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, watch, create, delete]
- apiGroups: [volsync.backube]
  resources: [replicationsources]
  verbs: [get, list, watch, patch]
- apiGroups: [volsync.backube]
  resources: [replicationdestinations]
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io, ""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- define "mountmon.nodeRules" -}}
# Whether the node of a holder answers: a pod that is gone from a node that does not may run on.
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
{{- end }}

{{- define "mountmon.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "mountmon.account" . | quote }}
    namespace: {{ .Release.Namespace | quote }}
{{- end }}
