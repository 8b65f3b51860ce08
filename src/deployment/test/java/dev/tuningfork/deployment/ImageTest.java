package dev.tuningfork.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.deployment.Chart.Rendering;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/** The images, the chart, the Compose file and the build speak of the same things. */
class ImageTest {

  @TempDir private Path folder;

  @Test
  void theChartAndComposeRunTheImageThatIsBuilt() throws IOException {
    String pom = Files.readString(Images.FOLDER.resolve("../pom.xml"));
    Map<String, Object> chart =
        new Yaml().load(Files.readString(Chart.FOLDER.resolve("Chart.yaml")));
    String version = Images.inDockerfile("^ARG VERSION=(.*)$");
    assertThat(pom).contains("<version>" + version + "-SNAPSHOT</version>");
    assertThat(chart).containsEntry("appVersion", version);
    assertThat(Images.inDockerfile("docker build -t (tuning-fork:\\S+) docker "))
        .isEqualTo("tuning-fork:" + version)
        .isEqualTo(image(""));
    assertThat(Images.inDockerfile("docker build -t (\\S+) --build-arg DEVICE=gpu docker"))
        .isEqualTo(image("gpu: {enabled: true}"));
    assertThat(Images.service("classifier"))
        .containsEntry("image", "tuning-fork:${TAG:-" + version + "}");
    assertThat(pom)
        .contains(
            "<version.pytorch>"
                + Images.inDockerfile("^FROM pytorch/pytorch:([\\d.]+)-cuda12.8-")
                + "</version.pytorch>")
        .contains("<version.kafka>" + kafkaOfCompose() + "</version.kafka>");
    assertThat(Images.inDockerfile("PYTORCH_FLAVOR=(cu\\d+)")).isEqualTo("cu128");
  }

  @Test
  void theGpuImageHasTheSamePyTorchAndPinsEachPackageByItsHash() throws IOException {
    String pom = Files.readString(Images.FOLDER.resolve("../pom.xml"));
    String layout = Files.readString(Images.FOLDER.resolve("pom.xml"));
    List<String> packages =
        Pattern.compile(
                "<wheel path=\"[0-9a-f/]{66}\" file=\"(\\S+x86_64\\.whl)\""
                    + " sha256=\"[0-9a-f]{64}\"\\s")
            .matcher(layout)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(packages).doesNotHaveDuplicates().hasSize(layout.split("<wheel ", -1).length - 1);
    assertThat(packages.getLast()).matches("torch-[\\d.]+-cp.*");
    assertThat(pom)
        .contains("<version.pytorch>" + packages.getLast().split("-")[1] + "</version.pytorch>");
  }

  @Test
  void theChartNeedsWhatTheImageHas() {
    Rendering rendering = chart().render("training: {enabled: true, dataClaim: a, outClaim: b}");
    assertThat(Images.inDockerfile("^ENTRYPOINT (.*)$")).isEqualTo("[\"tuning-fork\"]");
    String user = Images.inDockerfile("^USER (\\d+):\\d+$");
    assertThat(Images.inDockerfile("install -d -o (\\d+) -g \\d+ /var/lib/tuning-fork$"))
        .isEqualTo(user);
    for (JsonNode pod :
        List.of(
            rendering.podSpecs().get("Deployment/tuning-fork"),
            rendering.the("Job").at("/spec/template/spec"))) {
      assertThat(pod.at("/securityContext/runAsUser").asText()).isEqualTo(user);
      JsonNode container = pod.at("/containers/0");
      assertThat(container.has("command")).as("the entry point is the image's").isFalse();
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    }
  }

  @Test
  void theEntryPointPassesOnWhatItIsGiven() throws Exception {
    List<String> run = start("-Xmx7m -Dstar=Vega", "run", "--config", "/etc/a file.yaml");
    assertThat(run)
        .endsWith("dev.tuningfork.standalone.TuningFork", "run", "--config", "/etc/a file.yaml")
        .containsSubsequence("-XX:MaxRAMPercentage=50", "-Xmx7m", "-Dstar=Vega", "-cp");
    assertThat(start("", "run")).contains("MALLOC_ARENA_MAX=2").doesNotContain("");
    assertThat(start("", "train")).contains("MALLOC_ARENA_MAX=1", "MALLOC_MMAP_MAX_=0");
  }

  /** What it starts the JVM with: the variables of the allocator, then each argument. */
  private List<String> start(String options, String... arguments) throws Exception {
    Path java = folder.resolve("java");
    Files.writeString(java, "#!/bin/sh\nenv | grep ^MALLOC\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return program(
        "tuning-fork",
        Map.of("PATH", folder + ":" + System.getenv("PATH"), "TUNING_FORK_JAVA_OPTS", options),
        0,
        arguments);
  }

  @ParameterizedTest
  @CsvSource({"200, 200, 0", "503, 200, 1", "200, 503, 1"})
  void theHealthCheckAsksWhetherItHasStartedAndLives(int started, int live, int exit)
      throws Exception {
    Set<String> asked = ConcurrentHashMap.newKeySet();
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(path);
          byte[] answer = "It is so.".getBytes(UTF_8);
          exchange.sendResponseHeaders(
              path.equals("/health/started") ? started : live, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    service.start();
    try {
      String address = "0.0.0.0:" + service.getAddress().getPort();
      List<String> said =
          program("tuning-fork-health", Map.of("TUNING_FORK_SERVICE_ADDRESS", address), exit);
      assertThat(asked).contains("/health/started").doesNotContain("/health/ready");
      assertThat(String.join("\n", said)).matches(exit == 0 ? "" : "(?s).*It is so\\.");
    } finally {
      service.stop(0);
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void composeTellsTheApplicationWhatItKnows() {
    Map<String, Object> classifier = Images.service("classifier");
    Map<String, String> environment = new TreeMap<>();
    ((Map<String, Object>) classifier.get("environment"))
        .forEach((name, value) -> environment.put(name, value.toString()));
    ClassifierSettings settings = ClassifierSettings.read(null, environment);
    assertThat(settings.creation()).isPresent();
    Map<String, Object> kafka = (Map<String, Object>) Images.service("kafka").get("environment");
    assertThat(kafka.get("KAFKA_ADVERTISED_LISTENERS").toString())
        .contains("INSIDE://" + settings.kafka().get("bootstrap.servers"));
    assertThat(settings.pipeline().fetch().policy().folders()).containsExactly(Path.of("/images"));
    assertThat((List<String>) classifier.get("volumes"))
        .contains("${IMAGES:-./images}:/images:ro", "state:" + settings.kafka().get("state.dir"));
    assertThat(classifier)
        .containsEntry("read_only", true)
        .containsEntry("cap_drop", List.of("ALL"))
        .containsEntry("security_opt", List.of("no-new-privileges:true"));
    Map<String, Object> prometheus = new Yaml().load(Images.text("prometheus/prometheus.yml"));
    assertThat(prometheus.toString()).contains("names=[classifier]", "port=8080");
    assertThat(settings.service().address()).map(InetSocketAddress::getPort).contains(8080);
  }

  @Test
  @SuppressWarnings("unchecked")
  void composeMountsWhatIsThere() {
    for (String service : List.of("prometheus", "grafana")) {
      for (String volume : (List<String>) Images.service(service).get("volumes")) {
        assertThat(Images.FOLDER.resolve(volume.split(":", 2)[0])).exists();
      }
    }
    assertThat(Images.service("grafana").get("environment").toString())
        .contains("/var/lib/grafana/dashboards/tuning-fork.json");
    assertThat(Images.text("grafana/provisioning/dashboards/tuning-fork.yaml"))
        .contains("path: /var/lib/grafana/dashboards");
    assertThat(new Dashboard().panels()).hasSizeGreaterThan(12);
  }

  private static List<String> program(
      String name, Map<String, String> environment, int exit, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(Images.FOLDER.resolve("bin/" + name).toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    List<String> said = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as(() -> String.join("\n", said)).isEqualTo(exit);
    return said;
  }

  private String image(String values) {
    return chart().render(values).classifier().path("image").asText();
  }

  private Chart chart() {
    try {
      return new Chart(Files.createTempDirectory(folder, "chart"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String kafkaOfCompose() {
    return Images.service("kafka").get("image").toString().replace("apache/kafka:", "");
  }
}
