package dev.tuningfork.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of settings by name, from a file and from environment variables, which win. Each value
 * is taken once, by whoever knows its name; what nobody took is refused by {@link #refuseTheRest}.
 *
 * <p>The environment variable of {@code input.topic} is {@code TUNING_FORK_INPUT_TOPIC}.
 */
final class SettingValues {

  private static final String ENVIRONMENT = "TUNING_FORK_";

  /** Read by the script that starts the JVM. */
  private static final String JVM_OPTIONS = "TUNING_FORK_JAVA_OPTS";

  /** What Kubernetes sets for every service of its own accord, one named tuning-fork included. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile("(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_.*)?)");

  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h)");
  private static final Pattern BYTES = Pattern.compile("(\\d+)\\s*(KiB|MiB|GiB)?");

  private final Map<String, String> file;
  private final Map<String, String> environment;
  private final TreeSet<String> known = new TreeSet<>();

  private SettingValues(Map<String, String> file, Map<String, String> environment) {
    this.file = file;
    this.environment =
        environment.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith(ENVIRONMENT))
            .filter(variable -> !variable.getKey().equals(JVM_OPTIONS))
            .filter(variable -> !isOfKubernetes(variable.getKey()))
            .collect(
                Collectors.toMap(
                    variable -> variable.getKey().substring(ENVIRONMENT.length()),
                    Map.Entry::getValue,
                    (one, other) -> one,
                    TreeMap::new));
  }

  /**
   * @param path of a {@code .properties}, {@code .yaml} or {@code .yml} file; null for none
   */
  static SettingValues of(@Nullable Path path, Map<String, String> environment) {
    return new SettingValues(path == null ? new TreeMap<>() : read(path), environment);
  }

  Optional<String> text(String name) {
    known.add(name);
    String fromFile = file.remove(name);
    String fromEnvironment = environment.remove(variable(name));
    String value = fromEnvironment == null ? fromFile : fromEnvironment;
    return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
  }

  String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  /** A secret: itself, or the text of the file that is named by the setting with {@code -file}. */
  Optional<String> secret(String name) {
    Optional<String> given = text(name);
    Optional<String> file = text(name + "-file");
    if (given.isPresent() && file.isPresent()) {
      throw new SettingsException(
          "Both %s and %s-file are set: set only one of them.".formatted(name, name));
    }
    return given.or(() -> file.map(path -> contents(name, Path.of(path))));
  }

  /**
   * The text of a file that holds a secret.
   *
   * @param name of the setting
   */
  static String contents(String name, Path file) {
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new SettingsException(
            "The file %s of the setting %s-file is empty.".formatted(file, name));
      }
      return text;
    } catch (IOException e) {
      throw new SettingsException(
          "The file %s of the setting %s-file cannot be read: %s.".formatted(file, name, e), e);
    }
  }

  List<String> list(String name) {
    return text(name).stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  int integer(String name, int otherwise) {
    return parsed(name, "a whole number", Integer::valueOf).orElse(otherwise);
  }

  long number(String name, long otherwise) {
    return parsed(name, "a whole number", Long::valueOf).orElse(otherwise);
  }

  boolean flag(String name, boolean otherwise) {
    return parsed(
            name,
            "true or false",
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException(text);
                })
        .orElse(otherwise);
  }

  Duration duration(String name, Duration otherwise) {
    return parsed(name, "a time such as 250ms, 5s, 2m or 1h", SettingValues::duration)
        .orElse(otherwise);
  }

  /** A number of bytes. */
  long bytes(String name, long otherwise) {
    return parsed(name, "a number of bytes such as 1000000, 512KiB or 64MiB", SettingValues::bytes)
        .orElse(otherwise);
  }

  <E extends Enum<E>> E choice(String name, E otherwise) {
    E[] choices = otherwise.getDeclaringClass().getEnumConstants();
    String wanted =
        Arrays.stream(choices)
            .map(choice -> choice.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ", "one of ", ""));
    return parsed(
            name,
            wanted,
            text -> Enum.valueOf(otherwise.getDeclaringClass(), text.toUpperCase(Locale.ROOT)))
        .orElse(otherwise);
  }

  <T> Optional<T> parsed(String name, String wanted, Function<String, T> parser) {
    return text(name)
        .map(
            text -> {
              try {
                return parser.apply(text);
              } catch (IllegalArgumentException | ArithmeticException e) {
                throw new SettingsException(
                    "The setting %s must be %s, not '%s'.".formatted(name, wanted, text), e);
              }
            });
  }

  /**
   * Every setting below a prefix, its name without the prefix. Names below it are made of lower
   * case letters and dots, so that they can be told from an environment variable.
   */
  Map<String, String> below(String prefix) {
    Map<String, String> values = new TreeMap<>();
    file.entrySet()
        .removeIf(
            entry -> {
              boolean taken = entry.getKey().startsWith(prefix);
              if (taken) {
                values.put(entry.getKey().substring(prefix.length()), entry.getValue());
              }
              return taken;
            });
    String variablePrefix = variable(prefix);
    environment
        .entrySet()
        .removeIf(
            entry -> {
              boolean taken = entry.getKey().startsWith(variablePrefix);
              if (taken) {
                String rest = entry.getKey().substring(variablePrefix.length());
                values.put(rest.toLowerCase(Locale.ROOT).replace('_', '.'), entry.getValue());
              }
              return taken;
            });
    return values;
  }

  /**
   * @throws SettingsException naming the first setting that nobody took, and the nearest that there
   *     is
   */
  void refuseTheRest() {
    for (String name : file.keySet()) {
      throw unknown("", name, known);
    }
    for (String variable : environment.keySet()) {
      throw unknown(ENVIRONMENT, variable, known.stream().map(SettingValues::variable).toList());
    }
  }

  /**
   * A sentence about a name that is none of the known ones, and the nearest of these.
   *
   * @param prefix stands before them all
   */
  static SettingsException unknown(String prefix, String name, Iterable<String> known) {
    String nearest = "";
    int distance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int d = distance(name, candidate);
      if (d < distance) {
        distance = d;
        nearest = candidate;
      }
    }
    String hint =
        distance <= Math.max(3, name.length() / 3) ? " Did you mean " + prefix + nearest + "?" : "";
    return new SettingsException("There is no setting " + prefix + name + "." + hint);
  }

  /** Levenshtein's distance: how many letters to add, drop or change. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }

  private static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static boolean isOfKubernetes(String variable) {
    return OF_KUBERNETES.matcher(variable.substring(ENVIRONMENT.length())).matches();
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    long unit =
        switch (matcher.group(2)) {
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          case null, default -> 1;
        };
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
  }

  private static Map<String, String> read(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    Map<String, String> values = new TreeMap<>();
    try (Reader reader = Files.newBufferedReader(path)) {
      if (name.endsWith(".yaml") || name.endsWith(".yml")) {
        flatten("", new YAMLMapper().readTree(reader), values);
      } else if (name.endsWith(".properties")) {
        Properties properties = new Properties();
        properties.load(reader);
        properties
            .stringPropertyNames()
            .forEach(key -> values.put(key, properties.getProperty(key)));
      } else {
        throw new SettingsException(
            "The settings' file must end in .properties, .yaml or .yml, not " + path + ".");
      }
    } catch (JsonProcessingException e) {
      throw new SettingsException(
          "The settings' file " + path + " is not valid YAML: " + e.getOriginalMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException("The settings' file " + path + " cannot be read: " + e + ".", e);
    }
    return values;
  }

  private static void flatten(String name, JsonNode node, Map<String, String> into) {
    switch (node.getNodeType()) {
      case OBJECT ->
          node.properties()
              .forEach(
                  field ->
                      flatten(
                          name.isEmpty() ? field.getKey() : name + "." + field.getKey(),
                          field.getValue(),
                          into));
      case ARRAY ->
          into.put(name, node.valueStream().map(JsonNode::asText).collect(Collectors.joining(",")));
      case NULL, MISSING -> {
        // a name without a value, or an empty file
      }
      default -> {
        if (name.isEmpty()) {
          throw new SettingsException(
              "The settings' file holds '" + node.asText() + "', no names.");
        }
        into.put(name, node.asText());
      }
    }
  }
}
