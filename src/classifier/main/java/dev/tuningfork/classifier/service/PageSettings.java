package dev.tuningfork.classifier.service;

import java.util.List;
import java.util.Locale;

/**
 * The page that shows what the classifier sees, and what it may take of the machine.
 *
 * @param show whether there is one
 * @param replay whether dead letters may be published anew from it
 * @param hosts names under which the page may be opened, such as {@code classifier.example.org},
 *     besides those of {@link ServiceSettings#hosts}
 * @param cards how many galaxies a second each client is shown at most; of more, some are chosen
 * @param clients how many clients are shown galaxies at once
 * @param galaxies how many of the newest that were shown are kept
 * @param memory what these may take of the memory, bytes; beyond it the oldest go first
 */
public record PageSettings(
    boolean show,
    boolean replay,
    List<String> hosts,
    int cards,
    int clients,
    int galaxies,
    long memory) {

  /** Shown, and changes nothing. */
  public static final PageSettings DEFAULT =
      new PageSettings(true, false, List.of(), 8, 16, 240, 64L << 20);

  /** Not shown. */
  public static final PageSettings NONE =
      new PageSettings(
          false,
          false,
          List.of(),
          DEFAULT.cards,
          DEFAULT.clients,
          DEFAULT.galaxies,
          DEFAULT.memory);

  public PageSettings {
    hosts = hosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    if (cards < 1 || clients < 1 || galaxies < 1 || memory < 1 << 20) {
      throw new IllegalArgumentException(
          "the page's cards, clients and galaxies must be at least 1 and its memory 1MiB, not %d, %d, %d and %d bytes."
              .formatted(cards, clients, galaxies, memory));
    }
  }

  public PageSettings withHosts(List<String> other) {
    return new PageSettings(show, replay, other, cards, clients, galaxies, memory);
  }

  public PageSettings withReplay() {
    return new PageSettings(show, true, hosts, cards, clients, galaxies, memory);
  }
}
