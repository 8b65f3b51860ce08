package dev.tuningfork.benchmark.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What large surveys need, computed from measured figures and from nothing else but the few numbers
 * that are named here with their sources.
 *
 * @param perCore galaxies a second of one instance on one core, which carries its share of the
 *     broker
 * @param imageBytes of an image file
 * @param referenceBytes of a reference
 * @param morphologyBytes of an answer
 */
public record Scale(
    double perCore, double imageBytes, double referenceBytes, double morphologyBytes) {

  /** Instances are planned to this share of what they can do, so that a backlog shrinks. */
  private static final double PLANNED_LOAD = 0.5;

  /** Cores of an instance: more is served by more instances, or by a GPU. */
  private static final int CORES = 4;

  /** Partitions for each instance, so that as many again can join without moving keys. */
  private static final int PARTITIONS_PER_INSTANCE = 2;

  private static final int REPLICAS = 3;
  private static final int DAYS_KEPT = 7;
  private static final double SECONDS_PER_HOUR = 3600;
  private static final double GIGA = 1e9;

  /**
   * A stream of galaxies.
   *
   * @param name in words
   * @param galaxies in all
   * @param seconds within which they are to be classified
   */
  private record Load(String name, double galaxies, double seconds) {}

  /**
   * LSST's key numbers (Rubin Observatory, DMTN-102 and LSE-163): 10⁷ alerts a night, 10⁴ a visit,
   * a visit about each 39 s, nights of about 10 h.
   */
  private static final List<Load> LOADS =
      List.of(
          new Load("Rubin, a night's mean: 10⁷ alerts in 10 h", 1e7, 10 * SECONDS_PER_HOUR),
          new Load("Rubin, visit by visit: 10⁴ alerts before the next one, 39 s", 1e4, 39),
          new Load("An archive of 10⁹ galaxies in a week", 1e9, 7 * 24 * SECONDS_PER_HOUR),
          new Load("An archive of 10⁹ galaxies in a day", 1e9, 24 * SECONDS_PER_HOUR));

  /**
   * Takes what it needs from a report.
   *
   * @throws IllegalArgumentException with the figure's name, where one that is needed was not
   *     measured
   */
  public static Scale of(Report report) {
    return new Scale(
        median(report, "instances/one on one core"),
        median(report, "stream/image"),
        median(report, "stream/reference"),
        median(report, "stream/morphology"));
  }

  private static double median(Report report, String key) {
    return report
        .figure(key)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The figure " + key + " was not measured, and the page on scale needs it."))
        .spread()
        .median();
  }

  /** The computed part of the page. */
  public List<String> markdown(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Measured on %s, with %s: one instance on one core, its share of the broker included, classifies %s galaxies/s; an image file has %s bytes, a reference %s, a morphology %s."
            .formatted(
                report.machine(),
                report.model(),
                Table.number(perCore),
                Table.number(imageBytes),
                Table.number(referenceBytes),
                Table.number(morphologyBytes)));
    lines.add("");
    lines.add(
        "| load | galaxies/s | cores busy | cores planned | instances of %d cores | partitions | images read, MB/s | answers written, MB/s | answers in all, GB | Kafka's disk, GB |"
            .formatted(CORES));
    lines.add("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (Load load : LOADS) {
      double rate = load.galaxies() / load.seconds();
      double busy = rate / perCore;
      long planned = (long) Math.ceil(busy / PLANNED_LOAD);
      long instances = Math.ceilDiv(planned, CORES);
      double kept =
          Math.min(load.galaxies(), rate * DAYS_KEPT * 24 * SECONDS_PER_HOUR)
              * (referenceBytes + morphologyBytes)
              * REPLICAS;
      lines.add(
          "| %s | %s | %s | %d | %d | %d | %s | %s | %s | %s |"
              .formatted(
                  load.name(),
                  Table.number(rate),
                  Table.number(busy),
                  planned,
                  instances,
                  instances * PARTITIONS_PER_INSTANCE,
                  Table.number(rate * imageBytes / 1e6),
                  Table.number(rate * morphologyBytes / 1e6),
                  Table.number(load.galaxies() * morphologyBytes / GIGA),
                  Table.number(kept / GIGA)));
    }
    lines.add("");
    lines.add("| cores | 10⁷ galaxies take | 10⁹ galaxies take |");
    lines.add("|---:|---:|---:|");
    for (int cores : List.of(2, 16, 64, 256)) {
      double rate = cores * perCore;
      lines.add(
          "| %d | %s h | %s h |"
              .formatted(
                  cores,
                  Table.number(1e7 / rate / SECONDS_PER_HOUR),
                  Table.number(1e9 / rate / SECONDS_PER_HOUR)));
    }
    return lines;
  }
}
