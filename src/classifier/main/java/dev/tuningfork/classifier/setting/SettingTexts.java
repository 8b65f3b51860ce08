package dev.tuningfork.classifier.setting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The texts of settings by name, from a file and from environment variables, which win. Each text
 * is taken once; {@link #refuseTheRest} refuses those that were not taken. For one thread.
 *
 * <p>The environment variable of {@code input.topic} is {@code TUNING_FORK_INPUT_TOPIC}.
 */
public final class SettingTexts {

  private static final String ENVIRONMENT = "TUNING_FORK_";

  /** Read by the script that starts the JVM. */
  private static final String JVM_OPTIONS = "TUNING_FORK_JAVA_OPTS";

  /** What Kubernetes sets by itself for every service, including one named tuning-fork. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile("(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_.*)?)");

  private final Map<String, String> file;
  private final Map<String, String> environment;
  private final TreeSet<String> known = new TreeSet<>();

  private SettingTexts(Map<String, String> file, Map<String, String> environment) {
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
   * The texts of a file and of the environment.
   *
   * @param path of a {@code .properties}, {@code .yaml} or {@code .yml} file; null for none
   * @param environment of which the variables count that begin with {@code TUNING_FORK_}
   * @throws SettingsException where the file cannot be read
   */
  public static SettingTexts of(@Nullable Path path, Map<String, String> environment) {
    return new SettingTexts(path == null ? new TreeMap<>() : read(path), environment);
  }

  /**
   * Takes the texts of settings.
   *
   * @throws SettingsException naming the setting whose text is wrong, or whose file cannot be read
   */
  public SettingValues values(Iterable<Setting<?>> settings) {
    SettingValues values = SettingValues.NONE;
    for (Setting<?> setting : settings) {
      values = taken(setting, values);
    }
    return values;
  }

  private <T> SettingValues taken(Setting<T> setting, SettingValues values) {
    Optional<String> text = setting.secret() ? secret(setting.name()) : text(setting.name());
    return text.map(given -> values.with(setting, setting.parse(given))).orElse(values);
  }

  private Optional<String> text(String name) {
    known.add(name);
    String fromFile = file.remove(name);
    String fromEnvironment = environment.remove(variable(name));
    String value = fromEnvironment == null ? fromFile : fromEnvironment;
    return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** A secret: itself, or the text of the file that is named by the setting with {@code -file}. */
  private Optional<String> secret(String name) {
    Optional<String> given = text(name);
    Optional<String> file = text(name + "-file");
    if (given.isPresent() && file.isPresent()) {
      throw new SettingsException(
          "Both %s and %s-file are set: set only one of them.".formatted(name, name));
    }
    return given.or(() -> file.map(path -> secret(name, Path.of(path))));
  }

  /**
   * The text of a file that holds a secret.
   *
   * @param name of the setting
   * @throws SettingsException where the file is empty or cannot be read
   */
  public static String secret(String name, Path file) {
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new SettingsException(
            "The file %s of the setting %s-file is empty.".formatted(file, name));
      }
      return text;
    } catch (IOException e) {
      throw new SettingsException(
          "The file %s of the setting %s-file cannot be read: %s.".formatted(file, name, reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "this process may not read it";
      default -> e.toString();
    };
  }

  /**
   * Every setting below a prefix, its name without the prefix. Names below it are made of lower
   * case letters and dots, so that they differ from environment variables.
   */
  public Map<String, String> below(String prefix) {
    Map<String, String> values = new TreeMap<>();
    take(file, prefix, values::put);
    take(
        environment,
        variable(prefix),
        (name, value) -> values.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    return values;
  }

  private static void take(
      Map<String, String> from, String prefix, BiConsumer<String, String> taken) {
    from.entrySet()
        .removeIf(
            entry -> {
              boolean below = entry.getKey().startsWith(prefix);
              if (below) {
                taken.accept(entry.getKey().substring(prefix.length()), entry.getValue());
              }
              return below;
            });
  }

  /**
   * Refuses texts of names that were not asked for.
   *
   * @throws SettingsException naming the first setting that was not taken, and the nearest that was
   *     asked for
   */
  public void refuseTheRest() {
    for (String name : file.keySet()) {
      throw SettingsException.unknown("", name, known);
    }
    for (String variable : environment.keySet()) {
      throw SettingsException.unknown(
          ENVIRONMENT, variable, known.stream().map(SettingTexts::variable).toList());
    }
  }

  private static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static boolean isOfKubernetes(String variable) {
    return OF_KUBERNETES.matcher(variable.substring(ENVIRONMENT.length())).matches();
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
            "The name of the settings file must end in .properties, .yaml or .yml, not "
                + path
                + ".");
      }
    } catch (JsonProcessingException e) {
      throw new SettingsException(
          "The settings file " + path + " is not valid YAML: " + e.getOriginalMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException(
          "The settings file " + path + " cannot be read: " + reason(e) + ".", e);
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
              "The settings file contains '" + node.asText() + "' instead of names and values.");
        }
        into.put(name, node.asText());
      }
    }
  }
}
