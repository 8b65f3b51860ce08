package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.TuningFork;
import dev.tuningfork.tree.DecisionTree;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private static final Predicate<String> LIBRARIES =
      Pattern.compile(" (org[.](apache|slf4j)|ch[.]qos|ai[.]djl|com[.]fasterxml)[.]").asPredicate();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"classify", "cut", "mock-tile", "demo", "run", "dead-letters", "train"})
  void everyCommandHasHelpThatDocumentsItsExitCodes(String command) {
    assertThat(execute(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: tuning-fork " + command, "Exit codes:", "3 ");
  }

  @Test
  void theVersionNamesProductAndModel() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).contains("Tuning Fork", "model fast: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "classify --help", "dead-letters show --help", "clasify"})
  void commandsThatAreOnlyOutlinedDoNotChangeTheHelp(String arguments) {
    String[] given = arguments.split(" ");
    execute(given);
    String whole = out.toString() + err;
    StringWriter quick = new StringWriter();
    PrintWriter writer = new PrintWriter(quick, true);

    Commands.line(writer, writer, List.of(given)::contains).execute(given);

    assertThat(quick).hasToString(whole);
  }

  /** Help is there at once: it needs no model, broker or configuration of logging. */
  @ParameterizedTest
  @ValueSource(strings = {"--help", "clasify"})
  void helpLoadsNoLibraryButPicocli(String argument) throws Exception {
    Path log = folder.resolve("classes.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log,
                "-cp",
                System.getProperty("java.class.path"),
                TuningFork.class.getName(),
                argument)
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(argument.equals("--help") ? 0 : 2);
    assertThat(printed).contains("tuning-fork");
    assertThat(Files.readString(log)).contains(" picocli.CommandLine ");
    assertThat(Files.readAllLines(log).stream().filter(LIBRARIES)).isEmpty();
  }

  @Test
  void theVersionOfACommandIsThatOfTheWhole() {
    assertThat(execute("dead-letters", "list", "--version")).isZero();
    assertThat(out.toString()).contains("Tuning Fork", "model fast: ");
  }

  @Test
  void aMisspeltCommandIsAMistakeWithASuggestion() {
    assertThat(execute("clasify", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("classify");
  }

  @Test
  void aTableOfUnknownFormatIsAMistakeBeforeAnythingStarts() throws Exception {
    Files.createFile(folder.resolve("galaxy.jpg"));

    assertThat(execute("classify", folder.toString(), "--out", "galaxies.xlsx")).isEqualTo(2);
    assertThat(err.toString()).contains("galaxies.xlsx has none of .csv");
  }

  @Test
  void theFileToWriteIsLookedAtBeforeTheWork() throws Exception {
    Files.createFile(folder.resolve("galaxy.jpg"));
    Path table = Files.writeString(folder.resolve("galaxies.csv"), "precious");
    Path directory = Files.createDirectory(folder.resolve("folder.csv"));
    Path unfinished = folder.resolve("unfinished.csv");
    Files.writeString(folder.resolve("unfinished.csv.journal"), "{\"settings\":{}}\n{an answer}\n");

    assertThat(classify(table)).isEqualTo(2);
    assertThat(err.toString()).contains("The file " + table + " already exists", "--overwrite");
    assertThat(classify(table, "--resume")).isEqualTo(2);
    assertThat(table).hasContent("precious");
    assertThat(classify(directory, "--overwrite")).isEqualTo(2);
    assertThat(err.toString()).contains(directory + " is a folder");
    assertThat(classify(folder.resolve("nowhere/galaxies.csv"))).isEqualTo(2);
    assertThat(err.toString()).contains("There is no folder " + folder.resolve("nowhere"));
    assertThat(classify(unfinished)).isEqualTo(2);
    assertThat(err.toString()).contains("An unfinished run for", "--resume", "--overwrite");
    assertThat(execute("classify", folder.toString(), "--resume")).isEqualTo(2);
    assertThat(err.toString()).contains("--resume needs --out FILE");
  }

  private int classify(Path out, String... more) {
    List<String> line = new ArrayList<>(List.of("classify", folder.toString(), "--out"));
    line.add(out.toString());
    line.addAll(List.of(more));
    return execute(line.toArray(String[]::new));
  }

  @Test
  void trainingLooksAtItsFilesBeforeTheWork() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    String[] data = {"train", "--images", folder.toString(), "--rules", "kaggle", "--out"};

    assertThat(execute(joined(data, file.resolve("model").toString()))).isEqualTo(2);
    assertThat(err.toString()).contains("Cannot create ", file + " is not a folder");
    assertThat(execute(joined(data, folder.resolve("m").toString(), "--report", folder.toString())))
        .isEqualTo(2);
    assertThat(err.toString()).contains(folder + " is a folder");
  }

  private static String[] joined(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void kagglesColumnsNeedAFile() {
    assertThat(execute("classify", folder.toString(), "--kaggle")).isEqualTo(2);
    assertThat(err.toString()).contains("--kaggle needs --out");
  }

  @Test
  void theHelpNamesTheModelsThatAreBuiltIn() {
    assertThat(execute("classify", "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " ")) // wherever lines break
        .contains("built-in model (" + String.join(", ", ModelBundle.shipped()));
  }

  @Test
  void aSheetThatCouldNotBeWrittenIsRefusedBeforeTheDemo() {
    String sheet = folder.resolve("nowhere/sheet.png").toString();

    assertThat(execute("demo", "--count", "1", "--sheet", sheet)).isEqualTo(2);
    assertThat(err.toString()).contains("There is no folder", "to write sheet.png to.");
  }

  @Test
  void anUnknownModelIsRefusedWithThoseThereAre() throws Exception {
    Files.createFile(folder.resolve("galaxy.jpg"));

    assertThat(execute("classify", folder.toString(), "--model", "fats")).isEqualTo(1);
    assertThat(err.toString()).contains("There is no model fats", "(fast");
  }

  @Test
  void theSettingsNameAModelLikewise() throws Exception {
    Path config = Files.writeString(folder.resolve("run.properties"), "model=fats\n");

    assertThat(execute("run", "--config", config.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("There is no model fats", "(fast");
  }

  @Test
  void intervalsNeedAModelThatGivesThemAndAFile() throws Exception {
    Files.createFile(folder.resolve("galaxy.jpg"));
    String target = folder.resolve("galaxies.csv").toString();
    Path plain = folder.resolve("plain.zip");
    ModelDescription description =
        ModelDescription.of(
            "plain", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    ModelBundle.of(description, Weights.initial(description.network(), 1)).save(plain);

    assertThat(execute("classify", folder.toString(), "--intervals")).isEqualTo(2);
    assertThat(err.toString()).contains("--intervals needs --out");
    assertThat(
            execute(
                "classify",
                folder.toString(),
                "--intervals",
                "--out",
                target,
                "--model",
                plain.toString()))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("--intervals needs a model that gives intervals, and plain does not.");
    assertThat(execute("classify", folder.toString(), "--intervals", "--kaggle", "-o", target))
        .isEqualTo(2);
  }

  @Test
  void replayNeedsASelection() {
    assertThat(execute("dead-letters", "replay", "--bootstrap-servers", "nowhere:1")).isEqualTo(2);
    assertThat(err.toString()).contains("Select dead letters: by position", "--every");
  }

  @Test
  void filtersOfDeadLettersAreReadOrRefused() {
    assertThat(execute("dead-letters", "list", "--stage", "fetsch")).isEqualTo(2);
    assertThat(err.toString())
        .contains("there is no stage fetsch, but decode-message, expand, fetch");
    assertThat(execute("dead-letters", "list", "--since", "yesterday")).isEqualTo(2);
    assertThat(err.toString()).contains("'yesterday' is not a time such as");
    assertThat(execute("dead-letters", "show", "12")).isEqualTo(2);
    assertThat(err.toString()).contains("partition:offset");
    assertThat(execute("dead-letters", "list")).isEqualTo(1);
    assertThat(err.toString()).contains("kafka.bootstrap.servers is missing");
  }

  @Test
  void anErrorIsOneSentence() {
    assertThat(execute("classify", folder.resolve("nowhere").toString())).isEqualTo(1);
    assertThat(err.toString().lines().toList())
        .isEqualTo(
            List.of("tuning-fork: There is no file or folder " + folder.resolve("nowhere") + "."));
  }

  @Test
  void anErrorShowsItsPlaceWhereThatIsAsked() {
    assertThat(execute("classify", "--verbose", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("There is no JPEG, PNG or FITS image", "\tat ");
  }

  @Test
  void aWrongSettingIsRefusedByName() throws Exception {
    Path config = Files.writeString(folder.resolve("run.properties"), "input.topik=galaxies\n");

    assertThat(execute("run", "--config", config.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("input.topik", "input.topic");
  }

  @Test
  void imagesAreFoundBelowFoldersInTheOrderOfTheirPaths() throws Exception {
    Files.createDirectories(folder.resolve("b/deep"));
    for (String name : List.of("b/deep/2.FITS", "b/1.jpeg", "a.png", "b/notes.txt")) {
      Files.createFile(folder.resolve(name));
    }
    Path named = Files.createFile(folder.resolve("no-extension"));

    assertThat(ImageFiles.find(List.of(named, folder)).images())
        .extracting(ImageFiles.Named::path)
        .containsExactly(
            named,
            folder.resolve("a.png"),
            folder.resolve("b/1.jpeg"),
            folder.resolve("b/deep/2.FITS"));
    assertThat(ImageFiles.find(List.of(folder)).images())
        .extracting(ImageFiles.Named::objectId)
        .containsExactly("a", "1", "2");
  }

  private int execute(String... arguments) {
    return Commands.line(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
  }
}
