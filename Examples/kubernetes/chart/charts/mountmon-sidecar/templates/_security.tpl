{{/*
The restricted profile, and a root file system that cannot be written. Argument: a uid, or nothing.
*/}}
{{- define "mountmon.securityContext" -}}
runAsNonRoot: true
runAsUser: {{ . | default 65534 | int64 }}
runAsGroup: {{ . | default 65534 | int64 }}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/*
The same for a pod whose containers all live within it.
*/}}
{{- define "mountmon.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/*
What automounting would have made, for the one container that mounts it: a token that is bound to its
pod, and that the kubelet renews.
*/}}
{{- define "mountmon.tokenVolume" -}}
name: kube-api-access
projected:
  sources:
    - serviceAccountToken: { path: token, expirationSeconds: 3600 }
    - configMap:
        name: kube-root-ca.crt
        items: [{ key: ca.crt, path: ca.crt }]
    - downwardAPI:
        items: [{ path: namespace, fieldRef: { fieldPath: metadata.namespace } }]
{{- end }}

{{- define "mountmon.tokenMount" -}}
{ name: kube-api-access, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true }
{{- end }}
