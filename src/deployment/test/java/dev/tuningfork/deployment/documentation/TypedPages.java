package dev.tuningfork.deployment.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Types every command of some pages, page by page, as a new user would: in a shell, in a folder
 * with the images, labels and files that the page speaks of, against a broker and a host of images
 * of its own.
 *
 * <p>Names that only exist in the documentation ({@code kafka:9092}, {@code images.example.org},
 * port 8080) are replaced by those of the test. Commands that need a Docker engine, a cluster or
 * Python are skipped without them, with the reason. What the commands print is kept in {@code
 * target/typed-pages}, for authors to copy from.
 */
abstract class TypedPages {

  private static final Path APPLICATION = MarkdownPage.ROOT.resolve("src/standalone/target/app");

  private static final Path TRANSCRIPTS =
      MarkdownPage.ROOT.resolve("src/deployment/target/typed-pages");

  /** What a command must print, by its beginning; every command must also end with exit code 0. */
  private static final Map<String, String> PRINTED =
      Map.of(
          "./tuning-fork classify my-cutouts/galaxy-2.jpg", "my-cutouts/galaxy-3.jpg",
          "./tuning-fork run --config classifier.yaml --check", "All are known and fit together.",
          "./tuning-fork evaluate", "smooth-or-featured",
          "kafka-console-consumer.sh", "\"objectId\":\"587722952767439450\"",
          "./tuning-fork dead-letters list", "is not among the allowed",
          "curl -s http://127.0.0.1:8080/metrics", "tuning_fork_stage_seconds",
          "python3 answers.py", Observatory.CUTOUTS + " galaxies",
          "java -cp", Observatory.CUTOUTS + " galaxies");

  /** These run until they are stopped; what they print once they are up. */
  private static final Map<String, String> UNTIL_STOPPED =
      Map.of(
          "./tuning-fork demo", "The stream: topic ",
          "./tuning-fork run --config classifier.yaml", "ClassifierApplication: Running with ",
          "kubectl --namespace survey port-forward service/tuning-fork 8080", "Forwarding from");

  /** Tables that an earlier command of the page has written, since a person would take a break. */
  private static final Map<String, List<String>> DELETED_BEFORE =
      Map.of(
          "./tuning-fork classify my-cutouts --out galaxies.fits --intervals --resume",
          List.of("galaxies.fits"));

  // what they could not do is there to be looked at
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final List<Observatory> observatories = new ArrayList<>();

  @BeforeEach
  void requireTheApplication() {
    assumeTrue(
        Files.isDirectory(APPLICATION), "the application is not packaged: ./mvnw package makes it");
  }

  @AfterEach
  void close() {
    observatories.forEach(Observatory::close);
  }

  /** The pages whose commands are typed. */
  abstract List<MarkdownPage> pages();

  @TestFactory
  Stream<DynamicContainer> everyCommandIsTyped() {
    return pages().stream()
        .map(page -> DynamicContainer.dynamicContainer(page.toString(), walk(page)));
  }

  private List<DynamicTest> walk(MarkdownPage page) {
    List<DynamicTest> steps = new ArrayList<>();
    Lazy observatory = new Lazy(page);
    StringBuilder python = new StringBuilder();
    List<String> commands = List.of();
    for (MarkdownPage.Block block : page.blocks()) {
      if (block.language().equals("sh")) {
        commands = ShellCommands.of(block);
        for (String command : commands) {
          steps.add(DynamicTest.dynamicTest(command, () -> type(observatory.get(), command)));
        }
      } else if (block.language().equals("text")) {
        ShownOutput shown = new ShownOutput(block, commands);
        steps.add(
            DynamicTest.dynamicTest(
                "the output at line " + block.line(), () -> shown.requireIn(observatory.get())));
      } else if (block.fileName().isPresent()) {
        String name = block.fileName().get();
        steps.add(DynamicTest.dynamicTest(name, () -> observatory.get().write(name, block.text())));
      } else if (block.language().equals("python")) {
        python.append(block.text());
      }
    }
    if (!python.isEmpty()) {
      steps.add(
          DynamicTest.dynamicTest(
              "the page's Python", () -> python(observatory.get(), python.toString())));
    }
    steps.add(
        DynamicTest.dynamicTest(
            "what still runs is stopped",
            () -> {
              observatory.get().stop();
              observatory.keepTranscript();
            }));
    return steps;
  }

  /** Brokers are started when the page's turn comes, not when the tests are listed. */
  private final class Lazy {
    private final MarkdownPage page;
    private Observatory[] made = {};

    Lazy(MarkdownPage page) {
      this.page = page;
    }

    Observatory get() throws Exception {
      if (made.length == 0) {
        String name = page.file().getFileName().toString().replace(".md", "");
        Observatory observatory =
            new Observatory(Files.createDirectory(folder.resolve(name)), isOnCluster(page));
        observatories.add(observatory);
        made = new Observatory[] {observatory};
      }
      return made[0];
    }

    private static boolean isOnCluster(MarkdownPage page) {
      return page.lines().stream().anyMatch(line -> line.startsWith("kubectl "));
    }

    /** For authors: what the commands print, to copy from. */
    void keepTranscript() throws Exception {
      Path file = TRANSCRIPTS.resolve(page.file().getFileName() + ".txt");
      Files.createDirectories(TRANSCRIPTS);
      Files.writeString(file, get().transcript());
    }
  }

  private static void type(Observatory observatory, String command) throws Exception {
    Requirements.check(observatory, command);
    for (String file : first(DELETED_BEFORE, command, List.of())) {
      Files.delete(observatory.folder().resolve(file));
    }
    if (readsAnswers(command)) {
      observatory.publishAnswers();
    }
    String up = UNTIL_STOPPED.get(command);
    if (up != null) {
      observatory.start(command, up);
      if (command.endsWith("demo")) {
        observatory.stop();
      }
      return;
    }
    assertThat(observatory.run(command)).contains(first(PRINTED, command, ""));
  }

  private static void python(Observatory observatory, String program) throws Exception {
    Requirements.check(observatory, "python3");
    observatory.publishAnswers();
    observatory.writeCatalogue();
    observatory.write("page.py", program);

    assertThat(observatory.run("python3 page.py"))
        .contains(
            Observatory.CUTOUTS + " galaxies on the topic",
            Observatory.CUTOUTS + " of " + Observatory.CUTOUTS + " galaxies are in the catalogue",
            "%1$d of %1$d galaxies have a neighbour".formatted(Observatory.FITS),
            "bar fraction of disks: 0.");
    assertThat(observatory.folder().resolve("bars.png")).isNotEmptyFile();
  }

  private static boolean readsAnswers(String command) {
    return command.startsWith("python3 ") || command.startsWith("java ");
  }

  /** The value of the longest beginning of a command. */
  private static <T> T first(Map<String, T> values, String command, T otherwise) {
    return values.entrySet().stream()
        .filter(entry -> command.startsWith(entry.getKey()))
        .max(Comparator.comparing(entry -> entry.getKey().length()))
        .map(Map.Entry::getValue)
        .orElse(otherwise);
  }
}
