{{- define "tuning-fork.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for suffixes: a Pod's name has at most 63 letters. */}}
{{- define "tuning-fork.fullname" -}}
{{- $name := include "tuning-fork.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "tuning-fork.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "tuning-fork.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The labels by which a Service, a Deployment and a policy select their Pods; they must never change. */}}
{{- define "tuning-fork.selector" -}}
app.kubernetes.io/name: {{ include "tuning-fork.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: classifier
{{- end -}}

{{- define "tuning-fork.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/name: {{ include "tuning-fork.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "tuning-fork.image" -}}
{{- $image := .Values.image -}}
{{- $tag := $image.tag | default (ternary (printf "%s-gpu" .Chart.AppVersion) .Chart.AppVersion .Values.gpu.enabled) -}}
{{- with $image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $tag }}{{ end -}}
{{- end -}}

{{/* The same for every Pod of this chart. */}}
{{- define "tuning-fork.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The same for every container of this chart. */}}
{{- define "tuning-fork.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/*
The resources of a container that runs the application: the values' own, and of memory what its parts add up to where the
values have none. Takes values with `resources` and `memory`, MiB in addition, and the name and number of GPUs.
*/}}
{{- define "tuning-fork.resources" -}}
{{- $sum := include "tuning-fork.memory" . -}}
{{- $limits := merge (dict) .values.resources.limits (dict "memory" (printf "%sMi" $sum)) -}}
{{- if lt (include "tuning-fork.mebibytes" (include "tuning-fork.plain" $limits.memory) | int) (int $sum) -}}
{{- fail (printf "%s.limits.memory is %v, but %s.heap, direct and native need %s MiB: raise the limit, or lower the heap." .name (include "tuning-fork.plain" $limits.memory) (replace "resources" "memory" .name) $sum) -}}
{{- end -}}
requests:
  {{- merge (dict) .values.resources.requests (dict "memory" (printf "%sMi" $sum)) | toYaml | nindent 2 }}
limits:
  {{- $limits | toYaml | nindent 2 }}
  {{- with .gpu }}
  # a process computes on {{ if eq (int .count) 1 }}one{{ else }}those that it is told{{ end }}
  {{ .name }}: {{ .count | quote }}
  {{- end }}
{{- end -}}

{{/* The sum of the parts of memory, MiB. */}}
{{- define "tuning-fork.memory" -}}
{{- $memory := .values.memory -}}
{{- add (int $memory.heap) (int $memory.direct) (int $memory.native) (int .more) -}}
{{- end -}}

{{/* A quantity of memory, MiB, rounded down. */}}
{{- define "tuning-fork.mebibytes" -}}
{{- $units := dict "Ki" 0.0009765625 "Mi" 1.0 "Gi" 1024.0 "Ti" 1048576.0 "k" 0.00095367431640625 "M" 0.95367431640625 "G" 953.67431640625 "T" 953674.31640625 -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- mulf (regexFind "^[0-9.]+" . | float64) (get $units $unit | default 0.00000095367431640625) | floor | int64 -}}
{{- end -}}

{{/* How many threads compute: the cores of the limit, or else of the request, rounded up; empty where there are neither. */}}
{{- define "tuning-fork.processors" -}}
{{- $cpu := (.limits).cpu | default (.requests).cpu | default "" | toString -}}
{{- if hasSuffix "m" $cpu -}}
{{- divf (trimSuffix "m" $cpu | float64) 1000.0 | ceil | int | max 1 -}}
{{- else if $cpu -}}
{{- $cpu | float64 | ceil | int | max 1 -}}
{{- end -}}
{{- end -}}

{{/* The JVM's options that follow from the resources. */}}
{{- define "tuning-fork.jvm" -}}
-Xmx{{ int .memory.heap }}m -XX:MaxDirectMemorySize={{ int .memory.direct }}m
{{- with include "tuning-fork.processors" .resources }} -XX:ActiveProcessorCount={{ . }}{{ end -}}
{{- end -}}

{{/*
A number as an application reads it: Helm holds every number as a float, and writes a large one
as 1e+06.
*/}}
{{- define "tuning-fork.plain" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* Checks of values that depend on each other. */}}
{{- define "tuning-fork.check" -}}
{{- $access := include "tuning-fork.kafkaAccess" . | fromYaml -}}
{{- $model := .Values.model -}}
{{- $useful := include "tuning-fork.usefulReplicas" . | int -}}
{{- if and $access.mechanism (not $access.saslSecret) -}}
{{- fail "kafka.sasl.mechanism needs a password: name its Secret in kafka.sasl.secret." -}}
{{- end -}}
{{- if and .Values.kafka.tls.clientSecret (not .Values.kafka.tls.enabled) -}}
{{- fail "kafka.tls.clientSecret needs TLS: set kafka.tls.enabled." -}}
{{- end -}}
{{- if and .Values.strimzi.user.create (eq .Values.strimzi.user.authentication "tls") (not .Values.kafka.tls.enabled) -}}
{{- fail "strimzi.user.authentication is tls, which needs TLS: set kafka.tls.enabled." -}}
{{- end -}}
{{- if and (eq .Values.topics.serialisation "avro") (not .Values.registry.url) -}}
{{- fail "topics.serialisation is avro, so registry.url must be set." -}}
{{- end -}}
{{- if and (or .Values.strimzi.user.create (eq .Values.topics.createdBy "strimzi")) (not .Values.strimzi.cluster) -}}
{{- fail "Strimzi creates the topics or the user, but strimzi.cluster is empty: set it to the name of the Kafka resource." -}}
{{- end -}}
{{- if and .Values.fetch.s3.anonymous .Values.fetch.s3.credentialsSecret -}}
{{- fail "fetch.s3.anonymous and fetch.s3.credentialsSecret do not go together." -}}
{{- end -}}
{{- if and (has $model.source (list "image" "imageCopy")) (not $model.image) -}}
{{- fail (printf "model.source is %s: name the OCI image in model.image." $model.source) -}}
{{- end -}}
{{- if and (eq $model.source "imageCopy") (not $model.path) -}}
{{- fail "model.source is imageCopy: set model.path to the bundle's path in the image." -}}
{{- end -}}
{{/* 1.33 and 1.34 have them behind a feature gate, and without it the API server drops the volume without a word. */}}
{{- if and (eq $model.source "image") (semverCompare "<1.35.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "Kubernetes %s does not mount an OCI image as a volume by default (1.35 and later do): set model.source to imageCopy." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq $model.source "claim") (not $model.claim) -}}
{{- fail "model.source is claim: name the claim in model.claim." -}}
{{- end -}}
{{- if and $model.watch (ne $model.source "claim") -}}
{{- fail (printf "model.watch needs a bundle that can change while a Pod runs, but model.source is %s: set model.source to claim." $model.source) -}}
{{- end -}}
{{- if and (eq $model.source "s3") (not $model.s3) -}}
{{- fail "model.source is s3: set model.s3 to the bundle's address." -}}
{{- end -}}
{{- if and .Values.keda.enabled (gt (int .Values.keda.maxReplicas) $useful) -}}
{{- fail (printf "keda.maxReplicas is %d, but only %d replicas can have work: topics.partitions is %d and kafka.threads is %d." (int .Values.keda.maxReplicas) $useful (int .Values.topics.partitions) (int .Values.kafka.threads)) -}}
{{- end -}}
{{- if and .Values.keda.enabled (lt (include "tuning-fork.maxReplicas" . | int) (int .Values.keda.minReplicas)) -}}
{{- fail (printf "keda.minReplicas is %d, which is more than the %d replicas that can have work." (int .Values.keda.minReplicas) (include "tuning-fork.maxReplicas" . | int)) -}}
{{- end -}}
{{- if and .Values.training.enabled (not (and .Values.training.dataClaim .Values.training.outClaim)) -}}
{{- fail "The training Job needs two claims: set training.dataClaim and training.outClaim." -}}
{{- end -}}
{{- end -}}

{{/* The largest number of replicas that can have work: partitions ÷ stream threads. */}}
{{- define "tuning-fork.usefulReplicas" -}}
{{- $threads := int .Values.kafka.threads -}}
{{- div (add (int .Values.topics.partitions) (sub $threads 1)) $threads -}}
{{- end -}}

{{- define "tuning-fork.maxReplicas" -}}
{{- if .Values.keda.enabled -}}
{{- .Values.keda.maxReplicas | int | default (include "tuning-fork.usefulReplicas" . | int) -}}
{{- else -}}
{{- .Values.replicaCount | int -}}
{{- end -}}
{{- end -}}

{{/* The name of the KafkaUser, and of the Secret that Strimzi makes for it. */}}
{{- define "tuning-fork.strimziUser" -}}
{{- if .Values.strimzi.user.create -}}{{ include "tuning-fork.fullname" . }}{{- end -}}
{{- end -}}

{{/* The Secrets for Kafka; the defaults are Strimzi's names. */}}
{{- define "tuning-fork.kafkaAccess" -}}
{{- $sasl := .Values.kafka.sasl -}}
{{- $tls := .Values.kafka.tls -}}
{{- $user := include "tuning-fork.strimziUser" . -}}
{{- $scramUser := ternary $user "" (eq .Values.strimzi.user.authentication "scram-sha-512") -}}
{{- $tlsUser := ternary $user "" (eq .Values.strimzi.user.authentication "tls") -}}
{{- $clusterCa := ternary (printf "%s-cluster-ca-cert" .Values.strimzi.cluster) "" (ne .Values.strimzi.cluster "") -}}
mechanism: {{ $sasl.mechanism | default (ternary "SCRAM-SHA-512" "" (ne $scramUser "")) | quote }}
saslSecret: {{ $sasl.secret | default $scramUser | quote }}
username: {{ $sasl.username | default (ternary $scramUser "" (empty $sasl.secret)) | quote }}
tls: {{ $tls.enabled }}
caSecret: {{ ternary ($tls.caSecret | default $clusterCa) "" $tls.enabled | quote }}
clientSecret: {{ ternary ($tls.clientSecret | default $tlsUser) "" $tls.enabled | quote }}
{{- end -}}

{{- define "tuning-fork.secrets" -}}/var/run/secrets/tuning-fork{{- end -}}

{{/*
How Kafka is reached, as settings of its clients, for the classifier and for Kafka's own tools. Secrets
stay in their files: Kafka's DirectoryConfigProvider reads them where a value says ${directory:…}.
*/}}
{{- define "tuning-fork.kafkaClient" -}}
{{- $access := include "tuning-fork.kafkaAccess" . | fromYaml -}}
{{- $secrets := include "tuning-fork.secrets" . -}}
{{- $sasl := .Values.kafka.sasl -}}
{{- $tls := .Values.kafka.tls -}}
bootstrap.servers: {{ required "Say where Kafka is: kafka.bootstrapServers is empty." .Values.kafka.bootstrapServers | quote }}
{{- if or $access.tls $access.mechanism }}
security.protocol: {{ ternary "SASL_" "" (ne $access.mechanism "") }}{{ ternary "SSL" "PLAINTEXT" $access.tls }}
{{- end }}
{{- if or $access.mechanism $access.clientSecret }}
config.providers: directory
config.providers.directory.class: org.apache.kafka.common.config.provider.DirectoryConfigProvider
config.providers.directory.param.allowed.paths: {{ $secrets }}
{{- end }}
{{- if $access.mechanism }}
{{- $module := ternary "plain.PlainLoginModule" "scram.ScramLoginModule" (eq $access.mechanism "PLAIN") }}
{{- $username := $access.username | default (printf "${directory:%s/kafka-sasl:%s}" $secrets $sasl.usernameKey) }}
{{- $password := printf "${directory:%s/kafka-sasl:%s}" $secrets $sasl.passwordKey }}
sasl.mechanism: {{ $access.mechanism }}
sasl.jaas.config: {{ printf "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";" $module $username $password | quote }}
{{- end }}
{{- if $access.caSecret }}
ssl.truststore.type: PEM
ssl.truststore.location: {{ printf "%s/kafka-ca/%s" $secrets $tls.caKey }}
{{- end }}
{{- if $access.clientSecret }}
ssl.keystore.type: PEM
ssl.keystore.certificate.chain: {{ printf "${directory:%s/kafka-client:%s}" $secrets $tls.clientCertificateKey | quote }}
ssl.keystore.key: {{ printf "${directory:%s/kafka-client:%s}" $secrets $tls.clientPrivateKeyKey | quote }}
{{- end }}
{{- end -}}

{{- define "tuning-fork.kafkaSecretVolumes" -}}
{{- $access := include "tuning-fork.kafkaAccess" . | fromYaml -}}
{{- range $name, $secret := dict "kafka-sasl" (ternary $access.saslSecret "" (ne $access.mechanism "")) "kafka-ca" $access.caSecret "kafka-client" $access.clientSecret }}
{{- if $secret }}
- name: {{ $name }}
  secret:
    secretName: {{ $secret }}
    defaultMode: 0440
{{- end }}
{{- end }}
{{- end -}}

{{- define "tuning-fork.kafkaSecretMounts" -}}
{{- range include "tuning-fork.kafkaSecretVolumes" . | fromYamlArray }}
- name: {{ .name }}
  mountPath: {{ include "tuning-fork.secrets" $ }}/{{ .name }}
  readOnly: true
{{- end }}
{{- end -}}

{{/* The credentials for S3, for the AWS SDK and the AWS command line. */}}
{{- define "tuning-fork.s3Env" -}}
{{- if .Values.fetch.s3.credentialsSecret }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: {{ include "tuning-fork.secrets" . }}/s3/{{ .Values.fetch.s3.credentialsKey }}
{{- end }}
{{- end -}}

{{- define "tuning-fork.s3Mount" -}}
{{- if .Values.fetch.s3.credentialsSecret }}
- name: s3
  mountPath: {{ include "tuning-fork.secrets" . }}/s3
  readOnly: true
{{- end }}
{{- end -}}

{{/* The path of the bundle in the Pod; empty: a built-in model. */}}
{{- define "tuning-fork.bundle" -}}
{{- $model := .Values.model -}}
{{- $copied := get (dict "imageCopy" $model.path "s3" $model.s3) $model.source -}}
{{- if hasSuffix ".zip" $copied -}}
/model/{{ base $copied }}
{{- else if $copied -}}
/model
{{- else if ne $model.source "shipped" -}}
{{- printf "/model/%s" (trimAll "/" $model.path) | trimSuffix "/" -}}
{{- end -}}
{{- end -}}

{{/* The classifier's settings, by their own names. */}}
{{- define "tuning-fork.chartSettings" -}}
application-id: {{ .Values.kafka.applicationId | quote }}
group-protocol: {{ .Values.kafka.groupProtocol }}
threads: {{ .Values.kafka.threads }}
input.topic: {{ .Values.topics.input | quote }}
output.topic: {{ .Values.topics.output | quote }}
dead-letter.topic: {{ .Values.topics.deadLetters | quote }}
{{- if .Values.topics.surveyImages }}
survey-images.topic: {{ .Values.topics.surveyImages | quote }}
survey-images.outcome-topic: {{ .Values.topics.surveyImageOutcomes | quote }}
{{- end }}
serialization: {{ .Values.topics.serialisation }}
{{- with .Values.registry }}
{{- if .url }}
registry.url: {{ .url | quote }}
registry.register: {{ .register }}
{{- end }}
{{- end }}
{{- if eq .Values.topics.createdBy "application" }}
topics.create: true
topics.partitions: {{ int .Values.topics.partitions }}
topics.replication-factor: {{ int .Values.topics.replicationFactor }}
{{- end }}
ledger.largest-record: {{ int64 .Values.topics.largestRecord }}
model.device: {{ ternary "gpu" "cpu" .Values.gpu.enabled }}
{{- with include "tuning-fork.bundle" . }}
model: {{ . | quote }}
{{- end }}
{{- with .Values.model }}
{{- if .watch }}
model.watch: true
model.poll: {{ int .pollSeconds }}s
{{- end }}
{{- with .shadow }}
model.shadow: {{ . | quote }}
model.shadow-share: {{ $.Values.model.shadowShare }}
{{- end }}
{{- end }}
{{- with .Values.fetch }}
{{- range $list := list "schemes" "hosts" "networks" "folders" "buckets" }}
{{- with index $.Values.fetch $list }}
fetch.{{ $list }}: {{ toJson . }}
{{- end }}
{{- end }}
{{- with .s3.endpoint }}
fetch.s3.endpoint: {{ . | quote }}
{{- end }}
{{- with .s3.region }}
fetch.s3.region: {{ . | quote }}
{{- end }}
{{- if .s3.pathStyle }}
fetch.s3.path-style: true
{{- end }}
{{- if .s3.anonymous }}
fetch.s3.anonymous: true
{{- end }}
{{- end }}
service.address: "0.0.0.0:{{ .Values.service.port }}"
service.probe-address: "0.0.0.0:{{ .Values.service.probePort }}"
{{- $service := include "tuning-fork.fullname" . }}
{{- $namespace := printf "%s.%s" $service .Release.Namespace }}
service.hosts: {{ concat (list $service $namespace (printf "%s.svc" $namespace) (printf "%s.svc.cluster.local" $namespace)) .Values.service.hosts | join "," | quote }}
{{- with .Values.service.morphologies }}
{{- if .enabled }}
service.morphologies: true
service.morphologies-memory: {{ .memoryMiB }}MiB
service.morphologies-disk: {{ .diskGiB }}GiB
{{- end }}
{{- end }}
log.format: {{ .Values.logFormat }}
kafka.state.dir: /var/lib/tuning-fork
{{- range $name, $value := include "tuning-fork.kafkaClient" . | fromYaml }}
kafka.{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* The same, with the operator's additional settings; a setting with a value of its own is only set by that value. */}}
{{- define "tuning-fork.settings" -}}
{{- $chart := include "tuning-fork.chartSettings" . -}}
{{- $taken := fromYaml $chart -}}
{{- $more := dict -}}
{{- range $name, $value := .Values.kafka.settings }}{{ $_ := set $more (printf "kafka.%s" $name) $value }}{{ end -}}
{{- range $name, $value := .Values.settings }}{{ $_ := set $more $name $value }}{{ end -}}
{{- range $name, $value := $more -}}
{{- if hasKey $taken $name -}}
{{- fail (printf "The chart writes the setting %s itself: use the chart's value for it (see the chart's README)." $name) -}}
{{- end -}}
{{- end -}}
{{- $chart }}
{{- range $name, $value := $more }}
{{ $name }}: {{ include "tuning-fork.plain" $value | quote }}
{{- end }}
{{- end -}}

{{- define "tuning-fork.topicNames" -}}
{{- $topics := .Values.topics -}}
{{- $names := list $topics.input $topics.output $topics.deadLetters -}}
{{- if $topics.surveyImages }}{{ $names = concat $names (list $topics.surveyImages $topics.surveyImageOutcomes) }}{{ end -}}
{{- toYaml $names -}}
{{- end -}}

{{/* The settings of a topic that the Job or Strimzi creates. */}}
{{- define "tuning-fork.topicConfig" -}}
{{- $topics := .Values.topics -}}
{{- merge (dict) $topics.config (dict "max.message.bytes" (add (int64 $topics.largestRecord) 65536) "message.timestamp.type" "LogAppendTime") | toYaml -}}
{{- end -}}

{{/* Of all that the Job uses. */}}
{{- define "tuning-fork.topicsChecksum" -}}
{{- $topics := .Values.topics -}}
{{- list (include "tuning-fork.topicNames" .) (include "tuning-fork.topicConfig" .) $topics.partitions $topics.replicationFactor (include "tuning-fork.kafkaClient" .) | toJson | sha256sum -}}
{{- end -}}

{{/* The same of the release that an upgrade replaces, if its Job created the topics; otherwise empty. */}}
{{- define "tuning-fork.topicsOfRelease" -}}
{{- if .Release.IsUpgrade -}}
{{- $settings := lookup "v1" "ConfigMap" .Release.Namespace (include "tuning-fork.fullname" .) | default dict -}}
{{- dig "metadata" "annotations" "checksum/topics" "" $settings -}}
{{- end -}}
{{- end -}}

{{/* Strimzi's v1 if the cluster has it or is not reachable; these fields are the same in v1beta2. */}}
{{- define "tuning-fork.strimziVersion" -}}
{{- $old := and (.Capabilities.APIVersions.Has "kafka.strimzi.io/v1beta2") (not (.Capabilities.APIVersions.Has "kafka.strimzi.io/v1")) -}}
kafka.strimzi.io/{{ ternary "v1beta2" "v1" $old }}
{{- end -}}
