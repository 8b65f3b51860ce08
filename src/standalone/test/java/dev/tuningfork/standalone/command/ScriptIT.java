package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.standalone.survey.MockSurvey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that a person starts things with, as a process of its own. */
@Timeout(600)
class ScriptIT {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path SCRIPT = MODULE.resolve("../../tuning-fork").normalize();

  private static final String JAR = "tuning-fork-standalone-0.jar";

  @TempDir Path folder;

  @BeforeEach
  void requireTheApplication() {
    assumeTrue(
        Files.isDirectory(MODULE.resolve("target/app/lib")),
        "the application is not packaged: ./mvnw package makes it");
  }

  @Test
  void itStartsTheApplicationFromAnyFolder() throws Exception {
    Result result = run("--version");

    assertThat(result.code()).as(result.text()).isZero();
    assertThat(result.text()).contains("Tuning Fork", "model fast: ").doesNotContain("WARN");
  }

  /** {@code -XX:AOTMode=on} makes the JVM refuse to start without its cache. */
  @Test
  void itStartsFromTheCacheAndHandsOnTheExitCode() throws Exception {
    Result result =
        run(environment -> environment.put("TUNING_FORK_JAVA_OPTS", "-XX:AOTMode=on"), "classify");

    assertThat(result.code()).as(result.text()).isEqualTo(2);
  }

  /** PyTorch's settings hold it to what an older processor has. */
  @Test
  void aFormThatTheProcessorDoesNotHaveIsRefusedWithPyTorchsReason() throws Exception {
    assumeTrue(
        Set.of("amd64", "x86_64").contains(System.getProperty("os.arch")), "AVX2 is of x86-64.");
    Files.write(folder.resolve("galaxy.jpg"), new MockSurvey(3).galaxy(0).jpeg());
    Map<String, String> avx2 = Map.of("ATEN_CPU_CAPABILITY", "avx2", "ONEDNN_MAX_CPU_ISA", "AVX2");

    Result result =
        run(
            environment -> environment.putAll(avx2),
            "classify",
            folder.toString(),
            "--form",
            "bfloat16",
            "--device",
            "cpu",
            "--verbose");

    assertThat(result.code()).as(result.text()).isEqualTo(1);
    assertThat(result.text())
        .contains("Forms that work on cpu: float32, blocks; bfloat16 does not work: ")
        .contains("The form bfloat16 does not work on this machine's processor: ")
        .contains("avx512bw, avx512vl and avx512dq. Choose another form: auto, float32, blocks.");
  }

  /** As in a job of cron or a container of another user. */
  @Test
  void itNeedsNoHomeFolder() throws Exception {
    assertThat(run(environment -> environment.remove("HOME"), "--version").code()).isZero();
  }

  @Test
  void inALocaleOfAsciiAloneEveryFileNameIsRead() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    for (String name : List.of("Gal%C3%A1xia%20%C3%A9.jpg", "latin-1-%E9.jpg")) {
      Files.write(Path.of(URI.create(images.toUri() + name)), new MockSurvey(3).galaxy(1).jpeg());
    }
    Path table = folder.resolve("galaxies.csv");

    Result result =
        run(
            environment -> {
              environment.remove("LANG");
              environment.put("LC_ALL", "POSIX");
            },
            "classify",
            images.toString(),
            "--out",
            table.toString());

    assertThat(result.code()).as(result.text()).isZero();
    assertThat(Files.readAllLines(table)).hasSize(3);
    assertThat(Files.readString(table)).contains("latin-1-%E9");
  }

  @Test
  void aBuildMakesACacheForQuickerStarts() throws Exception {
    Path script = repository();

    Result building = run(script, environment -> {}, "--version");
    Result quick =
        run(
            script,
            environment -> environment.put("TUNING_FORK_JAVA_OPTS", "-XX:AOTMode=on"),
            "classify",
            "nowhere");

    assertThat(building.code()).as(building.text()).isZero();
    assertThat(building.text()).contains("Building Tuning Fork", "Built in ", "Prepared in ");
    assertThat(quick.text()).isEqualTo("started: classify nowhere\n");
  }

  /** Its processor time would double a short run, and is a small part of a long one. */
  @Test
  void onlyAFolderIsWorthTheOptimisingCompiler() throws Exception {
    Path image = Files.write(folder.resolve("galaxy.jpg"), new MockSurvey(3).galaxy(0).jpeg());

    assertThat(flags(image)).contains("-XX:TieredStopAtLevel=1");
    assertThat(flags(folder)).doesNotContain("-XX:TieredStopAtLevel=1");
  }

  /** The JVM's options in a run that fails early. */
  private String flags(Path images) throws Exception {
    Result result =
        run(
            environment -> environment.put("TUNING_FORK_JAVA_OPTS", "-XX:+PrintCommandLineFlags"),
            "classify",
            images.toString(),
            "--model",
            "nowhere");
    assertThat(result.text()).contains("There is no model nowhere");
    return result.text();
  }

  @Test
  void aCacheThatCannotBeUsedIsNoError() throws Exception {
    Path script = repository();
    Path target = script.resolveSibling("src/standalone/target");
    Instant now = Instant.now();
    Files.setLastModifiedTime(target.resolve(JAR), FileTime.from(now));
    Path cache = Files.writeString(target.resolve("app/start.aot"), "no cache");
    Files.setLastModifiedTime(cache, FileTime.from(now.plusSeconds(1)));

    assertThat(run(script, environment -> {}, "classify", "nowhere").text())
        .isEqualTo("started: classify nowhere\n");
  }

  /**
   * A repository that is out of date, whose Maven has nothing to do, and whose application only
   * prints its arguments, since the cache of a large one takes long to make.
   */
  private Path repository() throws Exception {
    Path root = Files.createDirectory(folder.resolve("repository"));
    Path target = Files.createDirectories(root.resolve("src/standalone/target"));
    Path classes = Files.createDirectory(target.resolve("classes"));
    Path source = folder.resolve("TuningFork.java");
    Files.writeString(
        source,
        """
        package dev.tuningfork.standalone;
        public class TuningFork {
          public static void main(String[] arguments) {
            System.out.println("started: " + String.join(" ", arguments));
          }
        }
        """);
    tool("javac", "-d", classes.toString(), source.toString());
    Path jar = target.resolve(JAR);
    tool("jar", "cf", jar.toString(), "-C", classes.toString(), ".");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    Files.copy(jar, Files.createDirectories(target.resolve("app/lib")).resolve("library.jar"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.copy(Path.of("/bin/true").toRealPath(), root.resolve("mvnw"));
    return Files.copy(SCRIPT, root.resolve("tuning-fork"), StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void tool(String name, String... arguments) {
    assertThat(ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments))
        .isZero();
  }

  private Result run(String... arguments) throws Exception {
    return run(environment -> {}, arguments);
  }

  private Result run(Consumer<Map<String, String>> environment, String... arguments)
      throws Exception {
    return run(SCRIPT, environment, arguments);
  }

  private Result run(Path script, Consumer<Map<String, String>> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    environment.accept(builder.environment());
    Process process = builder.start();
    assertThat(process.waitFor(9, TimeUnit.MINUTES)).isTrue();
    return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private record Result(int code, String text) {}
}
