package dev.tuningfork.deployment;

/** The ways of installing the chart that every rule is held against. */
enum Installation {
  DEFAULTS(""),
  ONE_REPLICA("replicaCount: 1"),
  GPU(
      """
      gpu:
        enabled: true
        resourceName: amd.com/gpu
        runtimeClassName: special
        nodeSelector: {accelerator: large}
      nodeSelector: {disk: fast}
      tolerations: [{key: reserved, operator: Exists}]
      """),
  KEDA("keda: {enabled: true}\nkafka: {threads: 5}"),
  SCRAM_OVER_TLS(
      """
      kafka:
        tls: {enabled: true, caSecret: authority, clientSecret: certificate}
        sasl: {mechanism: SCRAM-SHA-512, secret: password}
      keda: {enabled: true, maxReplicas: 6}
      """),
  STRIMZI(
      """
      strimzi: {cluster: observatory, user: {create: true}}
      kafka: {tls: {enabled: true}}
      topics: {createdBy: strimzi, input: Galaxy.Images_1, replicationFactor: 3}
      service: {morphologies: {enabled: true}}
      """),
  STRIMZI_CERTIFICATE(
      """
      strimzi: {cluster: observatory, namespace: kafka, user: {create: true, authentication: tls}}
      kafka: {tls: {enabled: true}}
      topics: {createdBy: application, largestRecord: 4000000}
      """),
  TOPICS_JOB(
      """
      topics: {createdBy: job, replicationFactor: 3, config: {retention.ms: 604800000}}
      kafka: {sasl: {mechanism: PLAIN, secret: password, username: classifier}}
      """),
  S3(
      """
      fetch:
        schemes: [https, s3]
        hosts: ["*.example.org", "images.example.org:8443"]
        networks: [10.20.0.0/16, "::1"]
        buckets: [cutouts]
        s3: {endpoint: "http://store.s3:9000", region: eu, pathStyle: true, credentialsSecret: store}
      """),
  MODEL_IN_A_CLAIM("model: {source: claim, claim: models, path: gz2/1.0.0}"),
  MODEL_WATCHED(
      """
      model:
        source: claim
        claim: models
        path: gz2/serving
        watch: true
        pollSeconds: 30
        shadow: /model/gz2/next
        shadowShare: 0.05
      """),
  MODEL_IN_AN_IMAGE("model: {source: image, image: 'models.example.org/gz2:1.0.0'}"),
  MODEL_COPIED_FROM_AN_IMAGE(
      "model: {source: imageCopy, image: 'models.example.org/gz2:1.0.0', path: /bundle}"),
  MODEL_FROM_S3(
      """
      model: {source: s3, s3: "s3://models/gz2-1.0.0.zip"}
      fetch: {s3: {anonymous: true, region: eu}}
      """),
  MONITORING(
      """
      monitoring:
        serviceMonitor: {enabled: true, labels: {release: prometheus}}
        rules: {enabled: true, labels: {release: prometheus}, alertLabels: {team: sky}}
      """),
  TRAINING(
      """
      training: {enabled: true, dataClaim: galaxies, outClaim: models, args: ["--epochs=3", "--seed=7"]}
      """),
  /** Less than a core, more than is promised, and no limit. */
  SHARED_CORES(
      """
      resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {cpu: 1.5, memory: 4Gi}}
      training: {enabled: true, dataClaim: galaxies, outClaim: models, resources: {requests: {cpu: 2500m}, limits: {cpu: null}}}
      topologySpreadConstraints:
        - {topologyKey: zone, maxSkew: 2, whenUnsatisfiable: DoNotSchedule, minDomains: 3}
      """),
  BARE(
      """
      networkPolicy: {enabled: false}
      podDisruptionBudget: {enabled: false}
      serviceAccount: {create: false, name: mine}
      topologySpreadConstraints: []
      """),
  EVERYTHING(
      """
      image:
        registry: registry.example.org/astronomy/
        digest: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        pullSecrets: [pull]
      fullnameOverride: galaxies
      kafka:
        bootstrapServers: "a.kafka:9093,b.kafka:9094"
        applicationId: gz2
        groupProtocol: classic
        threads: 2
        tls: {enabled: true}
        settings: {producer.compression.type: zstd, producer.buffer.memory: 64000000}
      topics: {createdBy: strimzi, partitions: 24, largestRecord: 2000000, config: {retention.ms: 604800000}, serialisation: avro}
      registry: {url: "https://registry.example.org:8443", register: false}
      strimzi: {cluster: observatory, user: {create: true}}
      fetch:
        schemes: [https, s3, file]
        hosts: ["images.example.org:*"]
        folders: [/cutouts]
        buckets: [cutouts]
        s3: {credentialsSecret: store, credentialsKey: keys}
      model: {source: s3, s3: "s3://models/gz2/"}
      gpu: {enabled: true}
      settings: {batch.size: 64, ledger.patience: 6s}
      javaOptions: -Xlog:gc
      keda: {enabled: true, minReplicas: 2}
      monitoring: {serviceMonitor: {enabled: true}, rules: {enabled: true}}
      networkPolicy:
        from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
        kafkaPeers: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kafka}}}]
        extraEgress: [{to: [{ipBlock: {cidr: 192.0.2.7/32}}], ports: [{port: 443, protocol: TCP}]}]
      service: {port: 9000, annotations: {a: b}, morphologies: {enabled: true}}
      serviceAccount: {annotations: {role: reader}}
      training: {enabled: true, dataClaim: galaxies, outClaim: models}
      podLabels: {team: sky}
      podAnnotations: {note: "1"}
      priorityClassName: high
      affinity: {nodeAffinity: {}}
      extraEnv: [{name: TZ, value: UTC}]
      extraVolumes: [{name: cutouts, persistentVolumeClaim: {claimName: cutouts, readOnly: true}}]
      extraVolumeMounts: [{name: cutouts, mountPath: /cutouts, readOnly: true}]
      """);

  private final String yaml;

  Installation(String yaml) {
    this.yaml = yaml;
  }

  /** The values, YAML. */
  String yaml() {
    return yaml;
  }
}
