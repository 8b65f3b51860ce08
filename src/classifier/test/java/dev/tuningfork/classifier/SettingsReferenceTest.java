package dev.tuningfork.classifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.flatMapping;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reference of the settings, the complete {@code classifier.yaml} and the chart's schema are
 * made of the constants that declare the settings, and of their Javadoc. {@code
 * -Dtuningfork.settings=write} writes the three anew.
 */
class SettingsReferenceTest {

  private static final Path REFERENCE = Path.of("../../docs/settings.md");
  private static final Path YAML = Path.of("../../docs/classifier.yaml");
  private static final Path SCHEMA = Path.of("../../helm/tuning-fork/values.schema.json");
  private static final String SCHEMA_BEGIN = "    \"applicationSettings\": {\n";
  private static final String SCHEMA_END = "\n    },\n    \"settings\": {";
  private static final int WIDTH = 96;

  private static final Map<Setting<?>, String> MEANINGS = new HashMap<>();

  @TempDir Path folder;

  @BeforeAll
  static void readTheirMeanings() throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, UTF_8);
        Stream<Path> sources = Files.walk(Path.of("main/java"))) {
      List<Path> declaring = sources.filter(SettingsReferenceTest::declares).toList();
      var units = files.getJavaFileObjectsFromPaths(declaring);
      var task = (JavacTask) compiler.getTask(null, files, null, List.of(), null, units);
      for (CompilationUnitTree unit : task.parse()) {
        new Constants(DocTrees.instance(task)).scan(unit, null);
      }
    }
  }

  @Test
  void everySettingIsInTheTableAndHasAMeaning() {
    assertThat(MEANINGS.keySet()).containsExactlyInAnyOrderElementsOf(ClassifierSettings.all());
    assertThat(ClassifierSettings.all()).extracting(Setting::name).doesNotHaveDuplicates();
    assertThat(MEANINGS.values()).allSatisfy(meaning -> assertThat(meaning).endsWith("."));
  }

  @Test
  void theReferenceIsMadeOfTheSettings() throws IOException {
    compare(REFERENCE, reference());
  }

  @Test
  void theCompleteFileIsMadeOfTheSettings() throws IOException {
    compare(YAML, yaml());
  }

  @Test
  void theChartsSchemaIsMadeOfTheSettings() throws IOException {
    String schema = Files.readString(SCHEMA);
    int begin = schema.indexOf(SCHEMA_BEGIN) + SCHEMA_BEGIN.length();
    int end = schema.indexOf(SCHEMA_END);
    assertThat(schema).contains(SCHEMA_BEGIN, SCHEMA_END);
    compare(SCHEMA, schema.substring(0, begin) + schema() + schema.substring(end));
  }

  @Test
  void theCompleteFileSetsNothingButKafka() throws IOException {
    ClassifierSettings settings = ClassifierSettings.read(YAML, Map.of());
    assertThat(settings)
        .isEqualTo(
            ClassifierSettings.read(null, Map.of()).withKafka("bootstrap.servers", "kafka:9092"));
  }

  @Test
  void everyLineOfItCanBeUncommentedAndIsTheDefault() throws IOException {
    List<String> lines = Files.readAllLines(YAML);
    Path all = folder.resolve("all.yaml");
    Files.write(all, lines.stream().map(line -> line.replaceFirst("^#(?=\\w)", "")).toList());
    assertThat(lines).filteredOn(line -> line.matches("#\\w.*")).hasSizeGreaterThan(70);
    assertThat(ClassifierSettings.read(all, Map.of()))
        .isEqualTo(ClassifierSettings.read(YAML, Map.of()));
  }

  private static void compare(Path file, String made) throws IOException {
    if ("write".equals(System.getProperty("tuningfork.settings"))) {
      Files.writeString(file, made);
      return;
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as("%s differs; -Dtuningfork.settings=write writes it anew", file)
        .isEqualTo(made);
  }

  private static String reference() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Settings

        Every setting of the classifier (`./tuning-fork run`). The options of the other commands are in their `--help`.

        Set them in the file that `--config` names (`.yaml`, `.yml` or `.properties`), or in environment variables, which take precedence.
        The variable of `ledger.window` is `TUNING_FORK_LEDGER_WINDOW`: upper case, with `_` for each dot and hyphen. In YAML, names can be nested or
        written with their dots. [`classifier.yaml`](classifier.yaml) has all settings, commented out. `./tuning-fork run --check` checks
        the settings without starting, and `/info` shows those of a running classifier, without secrets. An unknown name is refused at the start.

        - **time**: a whole number and a unit, `ms`, `s`, `m` or `h`, such as `250ms`.
        - **bytes**: a whole number, also with `KiB`, `MiB` or `GiB`, such as `64MiB`.
        - **list**: items with commas between them, or a YAML list.
        - **path**: of a file or a folder of the machine or container that the classifier runs on.
        - **Secrets** are never shown or logged. Each can be read from a file: append `-file` to its name, such as
          `registry.password-file: /run/secrets/registry`.
        """);
    parts()
        .forEach(
            (title, settings) -> {
              page.append("\n## ").append(title).append("\n\n");
              page.append("| setting | type | default | meaning |\n|---|---|---|---|\n");
              settings.forEach(setting -> page.append(row(setting)));
            });
    page.append(
        """

        ## Kafka

        `kafka.bootstrap.servers` is required: the brokers, as `host:port` with commas between them. All other settings of
        [Kafka Streams](https://kafka.apache.org/documentation/#streamsconfigs) and its clients can be set too, by Kafka's own name after
        `kafka.`, such as `kafka.producer.compression.type` or `kafka.state.dir`. Kafka's password settings are secrets: they can be read
        from files, as above.

        Tuning Fork has its own defaults for these:

        | setting | default |
        |---|---|
        """);
    Properties own = StreamsSettings.of(ClassifierSettings.DEFAULT, true);
    new TreeMap<>(own)
        .forEach(
            (name, value) -> {
              if (!StreamsSettings.RESERVED.containsKey(name.toString())) {
                page.append("| `kafka.%s` | `%s` |\n".formatted(name, value));
              }
            });
    page.append("\nThese cannot be set:\n\n| setting | why |\n|---|---|\n");
    new TreeMap<>(StreamsSettings.RESERVED)
        .forEach((name, why) -> page.append("| `kafka.%s` | %s |\n".formatted(name, why)));
    return page.toString();
  }

  private static String row(Setting<?> setting) {
    String text = constant(setting);
    String nothing = setting.type().name().equals("list") ? "empty" : "not set";
    String words = setting.defaultInWords().isEmpty() ? nothing : setting.defaultInWords();
    String shown = text.isEmpty() ? words : "`" + text + "`";
    return "| `%s` | %s%s | %s | %s |\n"
        .formatted(
            setting.name(),
            setting.type().name(),
            setting.secret() ? ", secret" : "",
            shown,
            meaning(setting).replace("|", "\\|"));
  }

  private static String yaml() {
    StringBuilder file = new StringBuilder();
    file.append(
        """
        # Every setting of the classifier with its default, commented out. Remove the # before a name to set it.
        # The reference is settings.md in the same folder.

        # Required: the brokers, as host:port with commas between them. Other settings of Kafka Streams and its
        # clients can be added by Kafka's own name after "kafka.".
        kafka.bootstrap.servers: kafka:9092
        """);
    parts()
        .forEach(
            (title, settings) -> {
              file.append("\n# --- ").append(title).append(" ---\n");
              for (Setting<?> setting : settings) {
                file.append("\n");
                String type = setting.type().name() + (setting.secret() ? ", secret" : "");
                for (String line : wrapped(meaning(setting) + " (" + type + ")")) {
                  file.append("# ").append(line.replace("`", "")).append("\n");
                }
                file.append("#").append(setting.name()).append(":");
                String text = constant(setting);
                String words = setting.defaultInWords().replace("`", "");
                file.append(text.isEmpty() ? "" : " " + text);
                file.append(words.isEmpty() ? "" : "  # " + words);
                file.append("\n");
              }
            });
    return file.toString();
  }

  private static String schema() throws IOException {
    JsonMapper json = new JsonMapper();
    List<String> properties = new ArrayList<>();
    for (Setting<?> setting : ClassifierSettings.all()) {
      String description = json.writeValueAsString(meaning(setting));
      String type =
          setting.type() == (Object) SettingType.FLAG
              ? "\"boolean\", "
              : setting.type().name().matches("number.*|bytes|`1` or `8`") ? "\"number\", " : "";
      for (String name : setting.secret() ? List.of("", "-file") : List.of("")) {
        properties.add(
            "        \"%s\": {\"type\": [%s\"string\"], \"description\": %s}"
                .formatted(setting.name() + name, type, description));
      }
    }
    return """
          "description": "Settings of the application by their names with dots; made from the application's own table.",
          "type": "object",
          "additionalProperties": false,
          "patternProperties": {"^kafka\\\\.": {"type": ["string", "number", "boolean"]}},
          "properties": {
    """
        + String.join(",\n", properties)
        + "\n      }";
  }

  private static Map<String, List<Setting<?>>> parts() {
    return ClassifierSettings.SECTIONS.stream()
        .collect(
            groupingBy(
                Section::title,
                LinkedHashMap::new,
                flatMapping(section -> section.settings().stream(), toList())));
  }

  /** The default as it is set; empty for nothing, or where it depends on the machine. */
  private static <T> String constant(Setting<T> setting) {
    return setting.defaultInWords().isEmpty()
        ? setting.type().printer().apply(setting.byDefault().apply(SettingValues.NONE))
        : "";
  }

  private static String meaning(Setting<?> setting) {
    return String.valueOf(MEANINGS.get(setting));
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static boolean declares(Path source) {
    try {
      return source.toString().endsWith(".java")
          && Files.readString(source).contains(" static final Setting<");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the Javadoc of each constant that declares a setting. */
  private static final class Constants extends TreePathScanner<Void, Void> {
    private final DocTrees docs;

    Constants(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitVariable(VariableTree field, Void nothing) {
      if (field.getModifiers().getFlags().contains(Modifier.STATIC)
          && String.valueOf(field.getType()).startsWith("Setting<")) {
        var doc = docs.getDocCommentTree(getCurrentPath());
        String meaning =
            doc == null
                ? ""
                : doc.getFullBody().stream().map(Constants::markdown).collect(joining());
        MEANINGS.put(value(field.getName().toString()), meaning.replaceAll("\\s+", " "));
      }
      return super.visitVariable(field, nothing);
    }

    private Setting<?> value(String name) {
      String type =
          getCurrentPath().getCompilationUnit().getPackageName()
              + "."
              + ((ClassTree) getCurrentPath().getParentPath().getLeaf()).getSimpleName();
      try {
        var field = Class.forName(type).getDeclaredField(name);
        field.setAccessible(true);
        return (Setting<?>) field.get(null);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(type + "." + name, e);
      }
    }

    private static String markdown(DocTree tree) {
      return switch (tree) {
        case LiteralTree literal -> "`" + literal.getBody().getBody().strip() + "`";
        case TextTree text -> text.getBody();
        default -> throw new IllegalArgumentException("The reference has no form for " + tree);
      };
    }
  }
}
