package dev.tuningfork.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The Grafana dashboard in {@code docker/grafana}. */
final class Dashboard {

  private static final Pattern MEASURE =
      Pattern.compile("\\b(?:tuning_fork|kafka|jvm|process)_\\w+(?=\\{)");

  private final JsonNode json;

  Dashboard() {
    try {
      json =
          new ObjectMapper()
              .readTree(Images.FOLDER.resolve("grafana/dashboards/tuning-fork.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode panels() {
    return json.path("panels");
  }

  /**
   * What the panels ask Prometheus, with all that Grafana would fill in filled in.
   *
   * @param topic the input topic
   */
  List<String> questions(String topic) {
    return panels().findValuesAsText("expr").stream()
        .map(
            question ->
                question
                    .replace("$__rate_interval", "1m")
                    .replace("$job", ".*")
                    .replace("$instance", ".*")
                    .replace("$topic", topic))
        .toList();
  }

  /** The names of all measures that the panels ask for. */
  Set<String> measures() {
    Set<String> names = new TreeSet<>();
    for (String question : questions("any")) {
      MEASURE.matcher(question).results().forEach(found -> names.add(found.group()));
    }
    return names;
  }
}
