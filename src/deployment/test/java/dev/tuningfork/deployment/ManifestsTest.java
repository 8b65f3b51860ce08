package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tuningfork.deployment.Chart.Rendering;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.util.ModelMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of every object, whatever the values. */
class ManifestsTest {

  /** Where no operator of another project has a say. */
  private static final Set<String> CUSTOM =
      Set.of("keda.sh", "kafka.strimzi.io", "monitoring.coreos.com");

  private static Chart chart;
  private static JsonNode customResources;

  @BeforeAll
  static void prepare(@TempDir Path scratch) throws IOException {
    chart = new Chart(scratch);
    try (InputStream in = ManifestsTest.class.getResourceAsStream("custom-resources.schema.json")) {
      customResources = new JsonMapper().readTree(in);
    }
  }

  @Test
  void helmFindsNothingToComplainOf() {
    var lint = Chart.lint();
    assertThat(lint.isFailed()).isFalse();
    assertThat(lint.getMessages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyObjectIsOfItsType(Installation installation) throws Exception {
    Rendering rendering = chart.render(installation.yaml());
    assertThat(rendering.objects()).isNotEmpty();
    for (JsonNode object : rendering.objects()) {
      String version = object.path("apiVersion").asText();
      String kind = object.path("kind").asText();
      assertThat(object.at("/metadata/name").asText()).as("%s's name", kind).isNotEmpty();
      if (CUSTOM.contains(version.split("/")[0])) {
        assertThat(schema(kind).validate(object.toString(), InputFormat.JSON))
            .as("%s %s", version, kind)
            .isEmpty();
      } else {
        requireOfKubernetes(version, kind, object);
      }
    }
  }

  /** The first of the two finds fields that there are not, the second values of the wrong type. */
  private static void requireOfKubernetes(String version, String kind, JsonNode object)
      throws Exception {
    String[] parts = version.contains("/") ? version.split("/") : new String[] {"", version};
    Class<?> type = ModelMapper.getApiTypeClass(parts[0], parts[1], kind);
    assertThat(type).as("Kubernetes' type for %s %s", version, kind).isNotNull();
    JsonElement json = JsonParser.parseString(object.toString());
    type.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
    assertThat(JSON.getGson().fromJson(json, type)).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void noPodMayDoMoreThanItMust(Installation installation) {
    chart
        .render(installation.yaml())
        .podSpecs()
        .forEach(
            (name, pod) -> {
              assertThat(pod.path("automountServiceAccountToken").asText())
                  .as(name)
                  .isEqualTo("false");
              for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
                assertThat(pod.has(shared)).as("%s: %s", name, shared).isFalse();
              }
              JsonNode security = pod.path("securityContext");
              assertThat(security.path("runAsNonRoot").asBoolean()).as(name).isTrue();
              assertThat(security.path("runAsUser").asInt()).as(name).isEqualTo(10001);
              assertThat(security.at("/seccompProfile/type").asText())
                  .as(name)
                  .isEqualTo("RuntimeDefault");
              assertThat(containers(pod))
                  .as(name)
                  .isNotEmpty()
                  .allSatisfy(ManifestsTest::requireHarmless);
              assertThat(pod.findValues("hostPath")).as(name).isEmpty();
            });
  }

  private static void requireHarmless(JsonNode container) {
    JsonNode security = container.path("securityContext");
    assertThat(security.path("allowPrivilegeEscalation").asText()).isEqualTo("false");
    assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(security.path("privileged").asBoolean()).isFalse();
    assertThat(security.at("/capabilities/drop")).hasSize(1);
    assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(security.at("/capabilities/add").isMissingNode()).isTrue();
    // a quota on requests or limits admits only Pods that name them
    assertThat(container.at("/resources/requests").has("cpu")).isTrue();
    assertThat(container.at("/resources/requests/memory").asText()).isNotEmpty();
    assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyMountedFileExists(Installation installation) {
    Rendering rendering = chart.render(installation.yaml());
    rendering
        .podSpecs()
        .forEach(
            (name, pod) -> {
              Set<String> volumes = new HashSet<>();
              for (JsonNode volume : pod.path("volumes")) {
                assertThat(volumes.add(volume.path("name").asText()))
                    .as("%s: %s", name, volume)
                    .isTrue();
                if (volume.has("configMap")) {
                  assertThat(volume.at("/configMap/name").asText())
                      .isEqualTo(rendering.the("ConfigMap").at("/metadata/name").asText());
                }
              }
              Set<String> mounted = new HashSet<>();
              for (JsonNode container : containers(pod)) {
                Set<String> paths = new HashSet<>();
                for (JsonNode mount : container.path("volumeMounts")) {
                  mounted.add(mount.path("name").asText());
                  assertThat(paths.add(mount.path("mountPath").asText()))
                      .as("%s: %s", name, mount)
                      .isTrue();
                }
              }
              assertThat(mounted).as(name).isEqualTo(volumes);
            });
  }

  @ParameterizedTest
  @EnumSource
  void everySelectorMatchesOnlyClassifierPods(Installation installation) {
    Rendering rendering = chart.render(installation.yaml());
    JsonNode labels = rendering.the("Deployment").at("/spec/template/metadata/labels");
    Stream.of(
            rendering.all("Service").stream().map(s -> s.at("/spec/selector")),
            rendering.all("Deployment").stream().map(d -> d.at("/spec/selector/matchLabels")),
            rendering.all("PodDisruptionBudget").stream()
                .map(b -> b.at("/spec/selector/matchLabels")),
            stream(rendering.the("Deployment").at("/spec/template/spec/topologySpreadConstraints"))
                .map(c -> c.at("/labelSelector/matchLabels")))
        .flatMap(selectors -> selectors)
        .forEach(
            selector -> {
              assertThat(selector.properties()).isNotEmpty().isSubsetOf(labels.properties());
              for (JsonNode job : rendering.all("Job")) {
                assertThat(
                        job.at("/spec/template/metadata/labels")
                            .properties()
                            .containsAll(selector.properties()))
                    .isFalse();
              }
            });
    for (JsonNode monitor : rendering.all("ServiceMonitor")) {
      assertThat(monitor.at("/spec/selector/matchLabels").properties())
          .isSubsetOf(rendering.the("Service").at("/metadata/labels").properties());
      // of their own, so that nobody keeps Prometheus from an answer
      assertThat(monitor.at("/spec/endpoints/0/port").asText()).isEqualTo("probes");
      assertThat(rendering.the("Service").at("/spec/ports/1/name").asText()).isEqualTo("probes");
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachNameIsTakenOnce(Installation installation) {
    List<String> names =
        chart.render(installation.yaml()).objects().stream()
            .map(
                o ->
                    o.path("kind").asText()
                        + "/"
                        + o.at("/metadata/namespace").asText()
                        + "/"
                        + o.at("/metadata/name").asText())
            .toList();
    assertThat(names).doesNotHaveDuplicates();
  }

  private static List<JsonNode> containers(JsonNode pod) {
    return Stream.concat(stream(pod.path("initContainers")), stream(pod.path("containers")))
        .toList();
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static Schema schema(String kind) {
    JsonNode definitions = customResources.path("$defs");
    assertThat(definitions.has(kind)).as("a schema for %s", kind).isTrue();
    JsonNode schema =
        new JsonMapper().valueToTree(Map.of("$ref", "#/$defs/" + kind, "$defs", definitions));
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString(), InputFormat.JSON);
  }
}
