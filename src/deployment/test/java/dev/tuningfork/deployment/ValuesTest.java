package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What helm refuses before anything is installed. */
class ValuesTest {

  private static Chart chart;

  @BeforeAll
  static void prepare(@TempDir Path scratch) {
    chart = new Chart(scratch);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicaCounts: 3 | replicaCounts",
        "kafka: {bootstrapServer: 'a:9092'} | bootstrapServer",
        "kafka: {tls: {caSecrets: a}} | caSecrets",
        "gpu: {tolerations: [], enable: true} | enable",
        "gpu: {resourceName: gpu} | /gpu/resourceName",
        "gpu: {count: 0} | /gpu/count",
        "gpu: {nodeSelector: [large]} | /gpu/nodeSelector",
        "model: {s3: {uri: a}} | /model/s3",
        "topologySpreadConstraints: [{key: zone}] | key",
        "cpu: 2 | cpu",
        "replicaCount: -1 | /replicaCount",
        "replicaCount: two | /replicaCount",
        "topics: {serialisation: protobuf} | /topics/serialisation",
        "topics: {partitions: 0} | /topics/partitions",
        "topics: {replicationFactor: 0} | /topics/replicationFactor",
        "topics: {createdBy: kafka} | /topics/createdBy",
        "topics: {input: 'a b'} | /topics/input",
        "kafka: {bootstrapServers: kafka} | /kafka/bootstrapServers",
        "kafka: {groupProtocol: consumer} | /kafka/groupProtocol",
        "kafka: {sasl: {mechanism: SCRAM}} | /kafka/sasl/mechanism",
        "kafka: {settings: {consumer: {max.poll.records: 3}}} | /kafka/settings/consumer",
        "settings: {batch.sise: 64} | batch.sise",
        "settings: {batch: {size: 64}} | batch",
        "settings: {batch.size: true} | /settings/batch.size",
        "fetch: {schemes: [ftp]} | /fetch/schemes/0",
        "fetch: {networks: [example.org]} | /fetch/networks/0",
        "image: {digest: 'sha256:12'} | /image/digest",
        "model: {source: url} | /model/source",
        "model: {shadowShare: 0} | /model/shadowShare",
        "model: {pollSeconds: 10s} | /model/pollSeconds",
        "memory: {heap: 1Gi} | /memory/heap",
        "resources: {requests: {cpu: half}} | /resources/requests/cpu",
        "resources: {limits: {memory: 4 GiB}} | /resources/limits/memory",
        "resources: {limit: {cpu: 2}} | limit",
        "training: {resources: {limits: {cpu: -1}}} | /training/resources/limits/cpu",
        "terminationGracePeriodSeconds: 30 | /terminationGracePeriodSeconds",
        "keda: {minReplicas: 0} | /keda/minReplicas",
        "service: {port: 80} | /service/port",
        "logFormat: xml | /logFormat",
        "podDisruptionBudget: {maxUnavailable: 0} | /podDisruptionBudget/maxUnavailable",
        "monitoring: {rules: {deadLetterShare: 5}} | /monitoring/rules/deadLetterShare",
      })
  void aWrongValueIsRefusedByItsName(String values, String name) {
    assertThatThrownBy(() -> chart.render(values))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(
            name.replaceFirst("^/", "").contains("/") ? name : name.replace("/", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kafka: {bootstrapServers: ''} | Say where Kafka is: kafka.bootstrapServers is empty.",
        "kafka: {sasl: {mechanism: PLAIN}} | kafka.sasl.mechanism needs a password: name its Secret in kafka.sasl.secret.",
        "kafka: {tls: {clientSecret: a}} | kafka.tls.clientSecret needs TLS: set kafka.tls.enabled.",
        "topics: {serialisation: avro} | topics.serialisation is avro, so registry.url must be"
            + " set.",
        "topics: {createdBy: strimzi} | Strimzi creates the topics or the user, but strimzi.cluster is empty: set it to the name of the Kafka resource.",
        "strimzi: {cluster: a, user: {create: true, authentication: tls}} |"
            + " strimzi.user.authentication is tls, which needs TLS: set kafka.tls.enabled.",
        "fetch: {s3: {anonymous: true, credentialsSecret: a}} | fetch.s3.anonymous and"
            + " fetch.s3.credentialsSecret do not go together.",
        "model: {source: image} | model.source is image: name the OCI image in model.image.",
        "model: {source: imageCopy, image: a} | model.source is imageCopy: set model.path to the bundle's path in the image.",
        "model: {source: claim} | model.source is claim: name the claim in model.claim.",
        "model: {watch: true} | model.watch needs a bundle that can change while a Pod runs, but model.source is shipped: set model.source to claim.",
        "model: {source: s3} | model.source is s3: set model.s3 to the bundle's address.",
        "keda: {enabled: true, maxReplicas: 13} | keda.maxReplicas is 13, but only 12 replicas can"
            + " have work: topics.partitions is 12 and kafka.threads is 1.",
        "keda: {enabled: true, minReplicas: 13} | keda.minReplicas is 13, which is more than the 12"
            + " replicas that can have work.",
        "resources: {limits: {memory: 2Gi}} | resources.limits.memory is 2Gi, but memory.heap, direct and native need 3328 MiB: raise the limit, or lower the heap.",
        "training: {enabled: true} | The training Job needs two claims: set training.dataClaim and training.outClaim.",
        "settings: {threads: 3} | The chart writes the setting threads itself: use the chart's value for it (see the chart's README).",
        "kafka: {settings: {bootstrap.servers: 'a:1'}} | The chart writes the setting kafka.bootstrap.servers itself: use the chart's value for it (see the chart's README).",
      })
  void whatDoesNotGoTogetherIsRefusedInASentence(String values, String sentence) {
    assertThatThrownBy(() -> chart.render(values)).hasMessageContaining(sentence);
  }

  @Test
  void imageVolumesNeedAKubernetesThatSupportsThem() {
    String values = Installation.MODEL_IN_AN_IMAGE.yaml();
    assertThat(chart.render(values, "1.35.0").objects()).isNotEmpty();
    // without the feature gate, its API server drops the volume
    assertThatThrownBy(() -> chart.render(values, "1.34.4"))
        .hasMessageContaining("Kubernetes v1.34.4 does not mount an OCI image as a volume");
    assertThatThrownBy(() -> chart.render("", "1.28.0")).hasMessageContaining("kubeVersion");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka: {bootstrapServers: 'a.b:9092,10.0.0.7:9093,[2001:db8::7]:9094'}",
        "image: {repository: a/b, tag: latest}",
        "global: {imageRegistry: example.org}",
        "podDisruptionBudget: {maxUnavailable: 25%}",
      })
  void validValuesAreAccepted(String values) {
    assertThat(chart.render(values).objects()).isNotEmpty();
  }

  /** A value without a rule would be taken misspelt; a rule without a value is for nothing. */
  @Test
  void theSchemaKnowsExactlyTheValuesThatThereAre() throws IOException {
    JsonNode values = new YAMLMapper().readTree(Chart.FOLDER.resolve("values.yaml").toFile());
    JsonNode schema =
        new JsonMapper().readTree(Files.readString(Chart.FOLDER.resolve("values.schema.json")));
    Set<String> differences = new TreeSet<>();
    compare("", values, schema, schema.path("$defs"), differences);
    assertThat(differences).containsExactly("global is in the schema alone");
  }

  private static void compare(
      String path, JsonNode value, JsonNode rule, JsonNode definitions, Set<String> differences) {
    JsonNode resolved =
        rule.has("$ref")
            ? definitions.path(rule.path("$ref").asText().replace("#/$defs/", ""))
            : rule;
    if (!resolved.has("properties") || resolved.has("patternProperties")) {
      return; // a map by names of settings, of which the chart sets none
    }
    if (resolved.path("additionalProperties").asBoolean(true)) {
      differences.add(path + " is open");
    }
    JsonNode rules = resolved.path("properties");
    for (String name : union(value, rules)) {
      String inner = path.isEmpty() ? name : path + "." + name;
      if (!rules.has(name)) {
        differences.add(inner + " is among the values alone");
      } else if (!value.has(name)) {
        differences.add(inner + " is in the schema alone");
      } else {
        compare(inner, value.path(name), rules.path(name), definitions, differences);
      }
    }
  }

  private static Set<String> union(JsonNode one, JsonNode other) {
    Set<String> names = new TreeSet<>();
    for (JsonNode node : List.of(one, other)) {
      node.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }
}
