package dev.tuningfork.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** What {@code docker/} says of the images. */
final class Images {

  static final Path FOLDER = Path.of("..", "..", "docker").toAbsolutePath().normalize();

  private Images() {}

  /**
   * The only text in the Dockerfile that a pattern's group finds.
   *
   * @throws AssertionError if there is none, or another
   */
  static String inDockerfile(String pattern) {
    List<String> found =
        Pattern.compile(pattern, Pattern.MULTILINE)
            .matcher(text("Dockerfile"))
            .results()
            .map(match -> match.group(1))
            .distinct()
            .toList();
    if (found.size() != 1) {
      throw new AssertionError("The Dockerfile has " + found + " for " + pattern + ".");
    }
    return found.getFirst();
  }

  static String text(String file) {
    try {
      return Files.readString(FOLDER.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A service of the Compose file. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> service(String name) {
    Map<String, Object> compose = new Yaml().load(text("compose.yaml"));
    return (Map<String, Object>) ((Map<String, Object>) compose.get("services")).get(name);
  }
}
