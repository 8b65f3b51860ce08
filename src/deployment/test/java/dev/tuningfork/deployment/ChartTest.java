package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.deployment.Chart.Rendering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator relies on, value by value. */
class ChartTest {

  private static Chart chart;

  @BeforeAll
  static void prepare(@TempDir Path scratch) {
    chart = new Chart(scratch);
  }

  @Test
  void theDefaultsNeedNothingThatAClusterMayLack() {
    Rendering rendering = chart.render("");
    assertThat(rendering.objects())
        .extracting(o -> o.path("apiVersion").asText() + " " + o.path("kind").asText())
        .containsExactlyInAnyOrder(
            "apps/v1 Deployment",
            "v1 ConfigMap",
            "v1 Service",
            "v1 ServiceAccount",
            "policy/v1 PodDisruptionBudget",
            "networking.k8s.io/v1 NetworkPolicy",
            "v1 Pod");
    JsonNode deployment = rendering.the("Deployment");
    assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(deployment.at("/spec/template/spec/topologySpreadConstraints"))
        .extracting(c -> c.path("topologyKey").asText())
        .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
    assertThat(rendering.classifier().path("image").asText()).isEqualTo("tuning-fork:0.1.0");
    assertThat(rendering.classifier().path("resources").toString()).doesNotContain("nvidia");
    assertThat(rendering.settings()).contains("model.device: cpu").doesNotContain("topics.create");
  }

  @Test
  void aBudgetIsForMoreThanOneReplica() {
    assertThat(chart.render("replicaCount: 1").all("PodDisruptionBudget")).isEmpty();
    assertThat(chart.render("replicaCount: 1\nkeda: {enabled: true}").all("PodDisruptionBudget"))
        .hasSize(1);
    assertThat(chart.render("keda: {enabled: true, maxReplicas: 1}").all("PodDisruptionBudget"))
        .isEmpty();
    assertThat(chart.render("podDisruptionBudget: {enabled: false}").all("PodDisruptionBudget"))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theProbesAskWhatTheyAreFor(Installation installation) {
    Rendering rendering = chart.render(installation.yaml());
    JsonNode container = rendering.classifier();
    assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health/started");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    String port = container.at("/ports/0/containerPort").asText();
    assertThat(container.at("/ports/0/name").asText()).isEqualTo("http");
    assertThat(container.at("/ports/1/name").asText()).isEqualTo("probes");
    assertThat(container.at("/ports/1/containerPort").asInt()).isEqualTo(8081);
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertThat(container.at("/" + probe + "/httpGet/port").asText()).isEqualTo("probes");
    }
    assertThat(rendering.settings()).contains("service.address: \"0.0.0.0:" + port + "\"");
    assertThat(rendering.the("Service").at("/spec/ports/0/port").asText()).isEqualTo(port);
    JsonNode test = rendering.the("Pod");
    assertThat(test.at("/metadata/annotations").path("helm.sh/hook").asText()).isEqualTo("test");
    assertThat(test.at("/spec/containers/0/command").toString())
        .contains(
            "http://"
                + rendering.the("Service").at("/metadata/name").asText()
                + ":"
                + port
                + "/health/ready");
  }

  /** A hook that waits for room would make helm wait, and say nothing. */
  @ParameterizedTest
  @EnumSource
  void whatRunsForAMomentReservesNothingAndEnds(Installation installation) {
    Rendering rendering = chart.render(installation.yaml());
    for (JsonNode object : rendering.objects()) {
      String hook = object.at("/metadata/annotations").path("helm.sh/hook").asText();
      if (!hook.isEmpty()) {
        boolean job = object.path("kind").asText().equals("Job");
        assertThat(object.at("/spec/activeDeadlineSeconds").asInt()).isBetween(1, 299);
        assertThat(object.at("/spec/ttlSecondsAfterFinished").isInt()).isEqualTo(job);
        assertThat(object.at("/metadata/annotations").path("helm.sh/hook-delete-policy").asText())
            .contains("before-hook-creation", "hook-succeeded");
        assertThat(object.at(job ? "/spec/template/spec" : "/spec").path("containers"))
            .allSatisfy(ChartTest::requireNothingReserved);
      }
    }
    assertThat(rendering.the("Deployment").at("/spec/template/spec/initContainers"))
        .allSatisfy(ChartTest::requireNothingReserved);
  }

  private static void requireNothingReserved(JsonNode container) {
    assertThat(container.at("/resources/requests").valueStream()).isNotEmpty();
    assertThat(container.at("/resources/requests"))
        .allSatisfy(amount -> assertThat(amount.asText()).isEqualTo("0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | 2 | 2 | 2",
        "{requests: {cpu: 500m}, limits: {cpu: 500m}} | 500m | 500m | 1",
        "{requests: {cpu: 1.5}, limits: {cpu: 1.5}} | 1.5 | 1.5 | 2",
        "{requests: {cpu: '0.5'}, limits: {cpu: '3'}} | 0.5 | 3 | 3",
        "{requests: {cpu: 2100m}, limits: {cpu: null}} | 2100m | '' | 3",
        "{requests: {cpu: null}, limits: {cpu: null}} | '' | '' | ''",
      })
  void coresAreQuantitiesAndThreadsFollowFromThem(
      String resources, String request, String limit, String threads) {
    Rendering rendering =
        chart.render(
            "resources: %1$s\ntraining: {enabled: true, dataClaim: a, outClaim: b, resources: %1$s}"
                .formatted(resources));
    JsonNode container = rendering.classifier();
    assertThat(container.at("/resources/requests/cpu").asText()).isEqualTo(request);
    assertThat(container.at("/resources/limits/cpu").asText()).isEqualTo(limit);
    assertThat(container.at("/resources/requests/memory").asText()).isEqualTo("3328Mi");
    String options = variable(container, "TUNING_FORK_JAVA_OPTS");
    if (threads.isEmpty()) {
      assertThat(options).doesNotContain("ActiveProcessorCount");
    } else {
      assertThat(options).contains("-XX:ActiveProcessorCount=" + threads + " ");
    }
    JsonNode trainer = rendering.the("Job").at("/spec/template/spec/containers/0");
    assertThat(variable(trainer, "TUNING_FORK_JAVA_OPTS"))
        .endsWith(
            resources.equals("{}")
                ? "=4"
                : threads.isEmpty() ? "=256m" : "ActiveProcessorCount=" + threads);
  }

  @Test
  void memoryThatIsSetTakesThePlaceOfTheSum() {
    JsonNode container = chart.render(Installation.SHARED_CORES.yaml()).classifier();
    assertThat(container.at("/resources/requests/memory").asText()).isEqualTo("2Gi");
    assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("4Gi");
    assertThat(
            chart
                .render("resources: {limits: {memory: 3489660928}}")
                .classifier()
                .at("/resources/limits/memory")
                .asLong())
        .isEqualTo(3_489_660_928L);
  }

  @Test
  void aConstraintHasTheChartsSelectorUnlessItHasItsOwn() {
    JsonNode constraints =
        chart
            .render(
                """
                topologySpreadConstraints:
                  - {topologyKey: zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, minDomains: 3}
                  - {topologyKey: rack, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}}
                """)
            .the("Deployment")
            .at("/spec/template/spec/topologySpreadConstraints");
    assertThat(constraints.at("/0/minDomains").asInt()).isEqualTo(3);
    assertThat(constraints.at("/0/labelSelector/matchLabels").size()).isEqualTo(3);
    assertThat(constraints.at("/1/labelSelector/matchLabels").toString())
        .isEqualTo("{\"a\":\"b\"}");
  }

  @ParameterizedTest
  @EnumSource
  void aReplicaHasTimeToCommitAndLeave(Installation installation) {
    assertThat(
            chart
                .render(installation.yaml())
                .the("Deployment")
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asInt())
        .isGreaterThanOrEqualTo(50);
  }

  @ParameterizedTest
  @EnumSource
  void theMemoryLimitFitsTheJvmOptions(Installation installation) {
    JsonNode container = chart.render(installation.yaml()).classifier();
    String options = variable(container, "TUNING_FORK_JAVA_OPTS");
    int heap = mebibytes(options, "-Xmx(\\d+)m");
    int direct = mebibytes(options, "-XX:MaxDirectMemorySize=(\\d+)m");
    String memory = container.at("/resources/limits/memory").asText();
    int limit = memory.equals("4Gi") ? 4096 : mebibytes(memory, "(\\d+)Mi");
    assertThat(limit - heap - direct)
        .as("for PyTorch and the JVM itself")
        .isGreaterThanOrEqualTo(1024);
  }

  /** One replica may hold all partitions, and RocksDB wants some room besides. */
  @Test
  void theDiskHoldsTheMorphologiesOfEveryPartition() {
    assertThat(volume(chart.render(""), "state").at("/emptyDir/sizeLimit").asText())
        .isEqualTo("256Mi");
    Rendering kept =
        chart.render(
            "service: {morphologies: {enabled: true, diskGiB: 2}}\ntopics: {partitions: 6}");
    assertThat(volume(kept, "state").at("/emptyDir/sizeLimit").asText()).isEqualTo("13Gi");
    assertThat(kept.classifier().path("env").toString()).contains("$(POD_IP):8080");
  }

  @Test
  void aGpuIsAskedForByItsName() {
    Rendering rendering = chart.render(Installation.GPU.yaml());
    JsonNode pod = rendering.the("Deployment").at("/spec/template/spec");
    assertThat(pod.path("runtimeClassName").asText()).isEqualTo("special");
    assertThat(pod.path("nodeSelector").properties())
        .extracting(e -> e.getKey() + "=" + e.getValue().asText())
        .containsExactlyInAnyOrder("accelerator=large", "disk=fast");
    assertThat(pod.path("tolerations"))
        .extracting(t -> t.path("key").asText())
        .containsExactly("reserved", "nvidia.com/gpu");
    JsonNode container = rendering.classifier();
    assertThat(container.at("/resources/limits").path("amd.com/gpu").asText()).isEqualTo("1");
    assertThat(container.path("image").asText()).isEqualTo("tuning-fork:0.1.0-gpu");
    assertThat(rendering.settings()).contains("model.device: gpu");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nvidia.com/gpu",
        "nvidia.com/gpu.shared",
        "nvidia.com/mig-1g.10gb",
        "nvidia.com/mig-1g.10gb.me",
        "gpu.intel.com/i915"
      })
  void aReplicaHasOneGpuOrPartOfOneAndTheTrainingJobAsManyAsItNames(String resource) {
    Rendering rendering =
        chart.render(
            "gpu: {enabled: true, count: 4, resourceName: %s}\ntraining: {enabled: true, dataClaim: a, outClaim: b}"
                .formatted(resource));
    JsonNode classifier = rendering.classifier().path("resources");
    assertThat(classifier.path("limits").path(resource).asText()).isEqualTo("1");
    assertThat(classifier.path("requests").has(resource)).as("a limit is a request").isFalse();
    JsonNode trainer = rendering.the("Job").at("/spec/template/spec/containers/0/resources");
    assertThat(trainer.path("limits").path(resource).asText()).isEqualTo("4");
    assertThat(rendering.the("Deployment").at("/spec/strategy/rollingUpdate/maxSurge").asText())
        .as("a new replica would wait for a GPU that an old one holds")
        .isEqualTo("0");
  }

  @Test
  void withoutAGpuNothingOfItsValuesIsRendered() {
    Rendering rendering =
        chart.render("gpu: {runtimeClassName: nvidia, nodeSelector: {accelerator: large}}");
    assertThat(rendering.the("Deployment").toString())
        .doesNotContain("nvidia", "accelerator", "runtimeClassName");
    assertThat(rendering.settings()).contains("model.device: cpu");
  }

  @Test
  void anImageIsNamedByItsDigestWhereThereIsOne() {
    assertThat(chart.render(Installation.EVERYTHING.yaml()).classifier().path("image").asText())
        .isEqualTo(
            "registry.example.org/astronomy/tuning-fork@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  }

  @ParameterizedTest
  @CsvSource({"12, 1, 0, 12", "12, 5, 0, 3", "12, 1, 4, 4", "1, 4, 0, 1"})
  void replicasFollowTheLagUpToTheNumberOfPartitions(
      int partitions, int threads, int maxReplicas, int expected) {
    Rendering rendering =
        chart.render(
            "topics: {partitions: %d}\nkafka: {threads: %d}\nkeda: {enabled: true, maxReplicas: %d}"
                .formatted(partitions, threads, maxReplicas));
    JsonNode scaled = rendering.the("ScaledObject").path("spec");
    assertThat(scaled.path("maxReplicaCount").asInt())
        .isEqualTo(expected)
        .isLessThanOrEqualTo(partitions);
    assertThat(scaled.path("minReplicaCount").asInt()).isEqualTo(1);
    assertThat(scaled.at("/scaleTargetRef/name"))
        .isEqualTo(rendering.the("Deployment").at("/metadata/name"));
    assertThat(rendering.the("Deployment").at("/spec/replicas").isMissingNode()).isTrue();
    JsonNode trigger = scaled.at("/triggers/0/metadata");
    assertThat(trigger.path("consumerGroup").asText()).isEqualTo("tuning-fork");
    assertThat(trigger.path("topic").asText()).isEqualTo("galaxy-images");
    assertThat(trigger.path("offsetResetPolicy").asText()).isEqualTo("earliest");
  }

  @Test
  void kedaSignsInAsTheClassifierDoes() {
    Rendering rendering = chart.render(Installation.SCRAM_OVER_TLS.yaml());
    JsonNode trigger = rendering.the("ScaledObject").at("/spec/triggers/0");
    assertThat(trigger.at("/authenticationRef/name"))
        .isEqualTo(rendering.the("TriggerAuthentication").at("/metadata/name"));
    assertThat(trigger.at("/metadata/sasl").asText()).isEqualTo("scram_sha512");
    assertThat(trigger.at("/metadata/tls").asText()).isEqualTo("enable");
    assertThat(rendering.the("TriggerAuthentication").at("/spec/secretTargetRef"))
        .extracting(
            r ->
                r.path("parameter").asText()
                    + "="
                    + r.path("name").asText()
                    + "/"
                    + r.path("key").asText())
        .containsExactly(
            "username=password/username",
            "password=password/password",
            "ca=authority/ca.crt",
            "cert=certificate/user.crt",
            "key=certificate/user.key");

    Rendering strimzi = chart.render(Installation.STRIMZI.yaml() + "keda: {enabled: true}\n");
    JsonNode name = strimzi.the("TriggerAuthentication").at("/spec/configMapTargetRef/0");
    assertThat(name.path("name")).isEqualTo(strimzi.the("ConfigMap").at("/metadata/name"));
    assertThat(strimzi.the("ConfigMap").path("data").path(name.path("key").asText()))
        .isEqualTo(strimzi.the("KafkaUser").at("/metadata/name"));
  }

  @Test
  void aUserOfStrimziMayDoWhatExactlyOnceNeedsAndNoMore() {
    assertThat(rights(Installation.STRIMZI))
        .containsExactlyInAnyOrder(
            "topic Galaxy.Images_1 literal: Read Describe",
            // morphologies that can be asked for are read back
            "topic galaxy-morphologies literal: Write Describe Read",
            "topic galaxy-images-dead-letters literal: Write Describe",
            "topic tuning-fork- prefix: Read Write Create Describe DescribeConfigs",
            "group tuning-fork literal: Read Describe",
            "group tuning-fork-morphologies literal: Read Describe",
            "transactionalId tuning-fork- prefix: Write Describe",
            "cluster: IdempotentWrite");
    assertThat(rights(Installation.STRIMZI_CERTIFICATE))
        .contains(
            "topic galaxy-images literal: Read Describe Create",
            "topic galaxy-morphologies literal: Write Describe Create")
        .noneMatch(right -> right.contains("-morphologies literal: Read"));
  }

  @Test
  void theCommandsOfTheReadmeGrantTheSame() throws IOException {
    String page = Files.readString(Chart.FOLDER.resolve("README.md")).replace("\\\n", " ");
    List<String> granted = new ArrayList<>();
    for (String command : page.lines().filter(line -> line.startsWith("grant --")).toList()) {
      List<MatchResult> options =
          Pattern.compile("--([\\w-]+) (\\S+)").matcher(command).results().toList();
      String operations =
          options.stream()
              .filter(option -> option.group(1).equals("operation"))
              .map(option -> option.group(2))
              .collect(Collectors.joining(" "));
      String pattern = command.contains("--resource-pattern-type prefixed") ? "prefix" : "literal";
      Map<String, String> types =
          Map.of("topic", "topic", "group", "group", "transactional-id", "transactionalId");
      options.stream()
          .filter(option -> types.containsKey(option.group(1)))
          .map(
              option ->
                  "%s %s %s: %s"
                      .formatted(types.get(option.group(1)), option.group(2), pattern, operations))
          .forEach(granted::add);
    }
    // only old brokers need the right to idempotent writes
    granted.add("cluster: IdempotentWrite");
    assertThat(granted)
        .containsExactlyInAnyOrderElementsOf(
            rights("strimzi: {cluster: any, user: {create: true}}"));
  }

  private static List<String> rights(Installation installation) {
    return rights(installation.yaml());
  }

  private static List<String> rights(String values) {
    return StreamSupport.stream(
            chart.render(values).the("KafkaUser").at("/spec/authorization/acls").spliterator(),
            false)
        .map(acl -> words(acl.path("resource")) + ": " + words(acl.path("operations")))
        .toList();
  }

  private static String words(JsonNode node) {
    return node.valueStream().map(JsonNode::asText).collect(Collectors.joining(" "));
  }

  @Test
  void strimziMakesTheThreeTopicsAndKeepsThem() {
    Rendering rendering = chart.render(Installation.STRIMZI.yaml());
    assertThat(rendering.all("KafkaTopic"))
        .extracting(t -> t.at("/spec/topicName").asText())
        .containsExactly("Galaxy.Images_1", "galaxy-morphologies", "galaxy-images-dead-letters");
    assertThat(rendering.all("KafkaTopic"))
        .allSatisfy(
            topic -> {
              assertThat(topic.at("/spec/partitions").asInt()).isEqualTo(12);
              assertThat(topic.at("/spec/replicas").asInt()).isEqualTo(3);
              assertThat(topic.at("/metadata/annotations").path("helm.sh/resource-policy").asText())
                  .isEqualTo("keep");
            });
    assertThat(chart.render(Installation.EVERYTHING.yaml()).all("KafkaTopic"))
        .allSatisfy(topic -> assertThat(topic.at("/spec/replicas").isMissingNode()).isTrue());
  }

  @Test
  void surveyImagesHaveTheirTopicsRightsAndSettings() {
    String values = "topics: {surveyImages: tiles, surveyImageOutcomes: tiles-done}\n";
    Rendering strimzi =
        chart.render(
            Installation.STRIMZI.yaml().replace("topics: {", "topics: {surveyImages: tiles, "));
    assertThat(strimzi.all("KafkaTopic"))
        .extracting(t -> t.at("/spec/topicName").asText())
        .contains("tiles", "galaxy-survey-images");
    assertThat(strimzi.all("KafkaTopic"))
        .allSatisfy(
            topic ->
                assertThat(topic.at("/spec/config").path("cleanup.policy").asText())
                    .isEqualTo(
                        topic.at("/spec/topicName").asText().equals("galaxy-survey-images")
                            ? "compact"
                            : ""));
    assertThat(strimzi.the("KafkaUser").toString())
        .contains("\"tiles\"", "\"galaxy-survey-images\"");
    assertThat(chart.render(values).the("ConfigMap").toString())
        .contains("survey-images.topic:", "tiles", "survey-images.outcome-topic:", "tiles-done");
    assertThat(
            chart
                .render(
                    Installation.TOPICS_JOB
                        .yaml()
                        .replace("topics: {", "topics: {surveyImages: tiles, "))
                .the("Job")
                .at("/spec/template/spec/containers/0/args/0")
                .asText())
        .contains(
            "tiles galaxy-survey-images;",
            "$(test \"$topic\" = galaxy-survey-images && echo --config cleanup.policy=compact)");
    assertThat(chart.render("{}").the("ConfigMap").toString()).doesNotContain("survey-images");
  }

  /** Where none are read, nothing measures them. */
  @Test
  void theAlertOfSurveyImagesIsThereWhereTheyAreRead() {
    String values = Installation.MONITORING.yaml();
    assertThat(chart.render(values).the("PrometheusRule").toString())
        .doesNotContain("survey_image");
    assertThat(
            chart
                .render(values + "\ntopics: {surveyImages: tiles}\n")
                .the("PrometheusRule")
                .toString())
        .contains("TuningForkOldSurveyImage", "tuning_fork_oldest_survey_image_age_seconds");
  }

  @Test
  void aJobMakesTheTopicsBeforeTheClassifierAsksForThem() {
    JsonNode job = chart.render(Installation.TOPICS_JOB.yaml()).the("Job");
    assertThat(job.at("/metadata/annotations").path("helm.sh/hook").asText())
        .isEqualTo("pre-install,pre-upgrade");
    String script = job.at("/spec/template/spec/containers/0/args/0").asText();
    assertThat(script)
        .contains("for topic in galaxy-images galaxy-morphologies galaxy-images-dead-letters;")
        .contains("--if-not-exists", "--partitions 12", "--replication-factor 3")
        .contains("--config 'max.message.bytes=1065536'", "--config 'retention.ms=604800000'")
        .contains("--config 'message.timestamp.type=LogAppendTime'");
    assertThat(script)
        .endsWith(
            "echo \"The topics galaxy-images, galaxy-morphologies, galaxy-images-dead-letters are on"
                + " $SERVERS.\"\n");
    // a hook runs before any other object of the release is there
    assertThat(job.toString()).doesNotContain("configMap").doesNotContain("serviceAccountName");
  }

  /** An upgrade runs the Job only if the release before it has another checksum. */
  @Test
  void aReleaseRemembersForWhatItsTopicsWereMade() {
    String values = Installation.TOPICS_JOB.yaml();
    assertThat(topicsChecksum(values))
        .isNotEmpty()
        .isEqualTo(topicsChecksum(values + "replicaCount: 3\nresources: {limits: {cpu: 1}}\n"))
        .isNotEqualTo(topicsChecksum(values.replace("{createdBy", "{partitions: 24, createdBy")))
        .isNotEqualTo(topicsChecksum(values.replace("{createdBy", "{surveyImages: s, createdBy")))
        .isNotEqualTo(topicsChecksum(values.replace("604800000", "-1")));
    assertThat(topicsChecksum("")).isEmpty();
  }

  private static String topicsChecksum(String values) {
    return chart
        .render(values)
        .the("ConfigMap")
        .at("/metadata/annotations")
        .path("checksum/topics")
        .asText();
  }

  @Test
  void aPodReachesKafkaTheImageSourcesAndNamesAlone() {
    assertThat(egress("")).containsExactly("53/UDP 53/TCP", "9092/TCP");
    assertThat(egress(Installation.S3.yaml()))
        .containsExactly("53/UDP 53/TCP", "9092/TCP", "443/TCP 8443/TCP 9000/TCP");
    JsonNode images =
        chart.render(Installation.S3.yaml()).the("NetworkPolicy").at("/spec/egress/2/to");
    assertThat(images)
        .extracting(to -> to.at("/ipBlock/cidr").asText())
        .containsExactly("0.0.0.0/0", "::/0", "10.20.0.0/16", "::1/128");
    assertThat(images.get(0).at("/ipBlock/except").toString())
        .contains("169.254.0.0/16", "10.0.0.0/8");
    assertThat(egress(Installation.MODEL_FROM_S3.yaml()))
        .containsExactly("53/UDP 53/TCP", "9092/TCP", "443/TCP");
    assertThat(
            egress(
                "networkPolicy: {kafkaPorts: [9092, 9094], imagePorts: [8080], imagePeers:"
                    + " [{podSelector: {}}]}"))
        .containsExactly("53/UDP 53/TCP", "9092/TCP 9094/TCP", "8080/TCP");
    assertThat(egress("fetch: {schemes: [http], hosts: ['[2001:db8::7]', 'a.example.org:*']}"))
        .containsExactly("53/UDP 53/TCP", "9092/TCP", "80/TCP 1-65535/TCP");
    // neither Kafka nor anything else for what only computes
    assertThat(chart.render(Installation.TRAINING.yaml()).all("NetworkPolicy"))
        .filteredOn(policy -> policy.at("/metadata/name").asText().endsWith("-training"))
        .singleElement()
        .satisfies(policy -> assertThat(policy.at("/spec/egress").isMissingNode()).isTrue());
  }

  private static List<String> egress(String values) {
    return StreamSupport.stream(
            chart.render(values).the("NetworkPolicy").at("/spec/egress").spliterator(), false)
        .map(
            rule ->
                rule.path("ports")
                    .valueStream()
                    .map(
                        port ->
                            port.path("port").asText()
                                + (port.has("endPort") ? "-" + port.path("endPort").asText() : "")
                                + "/"
                                + port.path("protocol").asText())
                    .collect(Collectors.joining(" ")))
        .toList();
  }

  @Test
  void aModelComesFromWhereItIsSaidToBe() {
    Rendering claim = chart.render(Installation.MODEL_IN_A_CLAIM.yaml());
    assertThat(claim.settings()).contains("model: \"/model/gz2/1.0.0\"");
    assertThat(volume(claim, "model").at("/persistentVolumeClaim/claimName").asText())
        .isEqualTo("models");

    Rendering image = chart.render(Installation.MODEL_IN_AN_IMAGE.yaml());
    assertThat(image.settings()).contains("model: \"/model\"");
    assertThat(volume(image, "model").at("/image/reference").asText())
        .isEqualTo("models.example.org/gz2:1.0.0");

    Rendering copy = chart.render(Installation.MODEL_COPIED_FROM_AN_IMAGE.yaml());
    assertThat(copy.settings()).contains("model: \"/model\"");
    assertThat(initContainer(copy).path("command").toString())
        .isEqualTo("[\"cp\",\"-R\",\"/bundle/.\",\"/model/\"]");

    Rendering zip = chart.render(Installation.MODEL_FROM_S3.yaml());
    assertThat(zip.settings()).contains("model: \"/model/gz2-1.0.0.zip\"");
    assertThat(words(initContainer(zip).path("args")))
        .isEqualTo(
            "s3 cp --no-progress --region=eu --no-sign-request s3://models/gz2-1.0.0.zip /model/");

    Rendering folder = chart.render(Installation.EVERYTHING.yaml());
    assertThat(folder.settings()).contains("model: \"/model\"");
    assertThat(words(initContainer(folder).path("args")))
        .isEqualTo("s3 cp --no-progress --recursive s3://models/gz2/ /model/");
    assertThat(variable(initContainer(folder), "AWS_SHARED_CREDENTIALS_FILE"))
        .isEqualTo("/var/run/secrets/tuning-fork/s3/keys");
  }

  @Test
  void secretsAreMountedAsFilesAndReadByTheirGroupAlone() {
    Rendering rendering = chart.render(Installation.SCRAM_OVER_TLS.yaml());
    for (String name : List.of("kafka-sasl", "kafka-ca", "kafka-client")) {
      assertThat(volume(rendering, name).at("/secret/defaultMode").asInt()).isEqualTo(0440);
    }
    for (Installation installation : Installation.values()) {
      assertThat(chart.render(installation.yaml()).objects().toString())
          .doesNotContain("secretKeyRef");
    }
  }

  @Test
  void otherSettingsStartNewPodsAndOtherTrainingANewJob() {
    assertThat(checksum("")).isEqualTo(checksum("monitoring: {rules: {enabled: true}}"));
    assertThat(checksum("")).isNotEqualTo(checksum("settings: {batch.size: 8}"));
    String training = Installation.TRAINING.yaml();
    assertThat(jobName(training)).isEqualTo(jobName(training + "replicaCount: 3\n"));
    assertThat(jobName(training)).isNotEqualTo(jobName(training.replace("--seed=7", "--seed=8")));
  }

  private static String checksum(String values) {
    return chart
        .render(values)
        .the("Deployment")
        .at("/spec/template/metadata/annotations")
        .path("checksum/settings")
        .asText();
  }

  private static String jobName(String values) {
    return chart.render(values).the("Job").at("/metadata/name").asText();
  }

  @Test
  void theApplicationKnowsTheWatchedModelAndItsShadow() {
    assertThat(chart.render(Installation.MODEL_WATCHED.yaml()).settings())
        .contains(
            "model: \"/model/gz2/serving\"",
            "model.watch: true",
            "model.poll: 30s",
            "model.shadow: \"/model/gz2/next\"",
            "model.shadow-share: 0.05");
    assertThat(chart.render("").settings()).doesNotContain("model.watch", "model.shadow");
  }

  @Test
  void alertsAskForMeasuresOfThisReleaseAlone() {
    JsonNode rules =
        chart
            .render(Installation.MONITORING.yaml())
            .the("PrometheusRule")
            .at("/spec/groups/0/rules");
    assertThat(rules)
        .extracting(r -> r.path("alert").asText())
        .containsExactly(
            "TuningForkNotReady",
            "TuningForkLagGrows",
            "TuningForkDeadLetters",
            "TuningForkOldGalaxyInFlight",
            "TuningForkLedgerFull",
            "TuningForkThreadsDie",
            "TuningForkModelRefused",
            "TuningForkRestarts");
    Pattern measure = Pattern.compile("(?:tuning_fork|kafka|kube)_\\w+(\\{[^}]*})?");
    for (JsonNode rule : rules) {
      List<MatchResult> measures = measure.matcher(rule.path("expr").asText()).results().toList();
      assertThat(measures).isNotEmpty();
      assertThat(measures).allSatisfy(m -> assertThat(m.group(1)).contains("namespace=\"survey\""));
      assertThat(rule.at("/labels/team").asText()).isEqualTo("sky");
      assertThat(rule.at("/annotations/summary").asText()).doesNotContain("%");
    }
  }

  @Test
  void theNotesSayWhatIsThereAndWhatIsMissing() {
    assertThat(chart.notes(""))
        .startsWith(
            "Tuning Fork classifies galaxies from galaxy-images to galaxy-morphologies, as the"
                + " group tuning-fork\n"
                + "on kafka:9092, with 2 replicas on CPUs.")
        .contains("Nothing is fetched: list the image sources")
        .contains("The topics must exist")
        .contains("helm --namespace survey test tuning-fork");
    assertThat(chart.notes(Installation.EVERYTHING.yaml()))
        .contains("with 2 to 12 replicas, depending on the lag, on GPUs")
        .doesNotContain("Nothing is fetched", "The topics must exist");
    assertThat(chart.notes("replicaCount: 13")).contains("Only 12 of 13 replicas can have work");
  }

  private static JsonNode initContainer(Rendering rendering) {
    return rendering.the("Deployment").at("/spec/template/spec/initContainers/0");
  }

  private static JsonNode volume(Rendering rendering, String name) {
    Set<JsonNode> found =
        rendering
            .the("Deployment")
            .at("/spec/template/spec/volumes")
            .valueStream()
            .filter(volume -> volume.path("name").asText().equals(name))
            .collect(Collectors.toSet());
    assertThat(found).as(name).hasSize(1);
    return found.iterator().next();
  }

  private static String variable(JsonNode container, String name) {
    return container
        .path("env")
        .valueStream()
        .filter(variable -> variable.path("name").asText().equals(name))
        .map(variable -> variable.path("value").asText())
        .findFirst()
        .orElseThrow();
  }

  private static int mebibytes(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(match -> Integer.parseInt(match.group(1)))
        .findFirst()
        .orElseThrow();
  }
}
