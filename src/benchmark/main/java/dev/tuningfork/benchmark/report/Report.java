package dev.tuningfork.benchmark.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.benchmark.report.Bar.Ratio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that a run of the benchmark found, as it is written and read as JSON.
 *
 * @param model the name and the version of the model that was measured in the stream
 * @param device where it computed
 * @param quick whether this is the short form
 * @param figures suite by suite
 * @param leftOut what was to be measured and could not be: a suite's name, a colon, a sentence
 */
@JsonIgnoreProperties(value = "ratios", allowGetters = true)
public record Report(
    Machine machine,
    String model,
    String device,
    boolean quick,
    List<Figure> figures,
    List<String> leftOut) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public Report {
    figures = List.copyOf(figures);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Reads a report.
   *
   * @throws IOException if the file cannot be read or is no such report
   */
  public static Report read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Report.class);
  }

  public void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this) + "\n");
  }

  /**
   * This report with the suites of an older one that it has not itself, so that the suites may be
   * run one at a time.
   *
   * @throws IllegalArgumentException where the older one is of another machine, model or form: what
   *     is set side by side must have been measured alike
   */
  public Report with(Report older) {
    if (!older.machine.equals(machine)
        || !older.model.equals(model)
        || !older.device.equals(device)
        || older.quick != quick) {
      throw new IllegalArgumentException(
          "The figures there are of %s on %s, %s (%s form); these are of %s on %s, %s (%s form). Name another file."
              .formatted(
                  older.model,
                  older.device,
                  older.machine,
                  form(older.quick),
                  model,
                  device,
                  machine,
                  form(quick)));
    }
    Set<String> fresh = new HashSet<>();
    figures.forEach(figure -> fresh.add(figure.suite()));
    leftOut.forEach(sentence -> fresh.add(suite(sentence)));
    List<Figure> all = new ArrayList<>();
    older.figures.stream().filter(figure -> !fresh.contains(figure.suite())).forEach(all::add);
    all.addAll(figures);
    List<String> sentences = new ArrayList<>();
    older.leftOut.stream()
        .filter(sentence -> !fresh.contains(suite(sentence)))
        .forEach(sentences::add);
    sentences.addAll(leftOut);
    return new Report(machine, model, device, quick, all, sentences);
  }

  private static String suite(String leftOut) {
    return leftOut.substring(0, Math.max(0, leftOut.indexOf(':')));
  }

  private static String form(boolean quick) {
    return quick ? "short" : "full";
  }

  /** A figure by its key, if it was measured. */
  public Optional<Figure> figure(String key) {
    return figures.stream().filter(figure -> figure.key().equals(key)).findFirst();
  }

  /** How many times as large the median of one figure is as that of another. */
  @JsonProperty
  public List<Ratio> ratios() {
    List<Ratio> ratios = new ArrayList<>();
    for (Bar bar : Bar.ALL) {
      Optional<Figure> of = figure(bar.of());
      Optional<Figure> to = figure(bar.to());
      if (of.isPresent() && to.isPresent()) {
        double value = of.get().spread().median() / to.get().spread().median();
        ratios.add(bar.ratio(value, machine, quick));
      }
    }
    return ratios;
  }

  /** A sentence for each ratio that is below its bar. */
  public List<String> shortfalls() {
    return ratios().stream()
        .filter(ratio -> !ratio.reached())
        .map(
            ratio ->
                "%s is %s, and has to be %s at least."
                    .formatted(ratio.name(), Table.number(ratio.value()), ratio.bar()))
        .toList();
  }
}
