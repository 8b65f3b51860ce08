package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.util.List;
import java.util.Locale;

/** The page that shows what the classifier sees, and what it may take of the machine. */
public record PageSettings(
    boolean show,
    boolean replay,
    List<String> hosts,
    int cards,
    int clients,
    int galaxies,
    long memory) {

  public static final Section SECTION = new Section("page", "Live page");

  /** Whether the service has a page that shows galaxies as they are classified. */
  public static final Setting<Boolean> SHOW = SECTION.flag("show", true);

  /**
   * Whether dead letters can be replayed from the page. Every client that reaches {@code
   * service.address} can then do so.
   */
  public static final Setting<Boolean> REPLAY = SECTION.flag("replay", false);

  /** More host names under which the page may be opened, in addition to {@code service.hosts}. */
  public static final Setting<List<String>> HOSTS = SECTION.list("hosts", SettingType.TEXT);

  /** The most galaxies per second that each client is shown. If there are more, some are chosen. */
  public static final Setting<Integer> CARDS = SECTION.count("cards", 8, "galaxies");

  /** The most clients that are shown galaxies at the same time. */
  public static final Setting<Integer> CLIENTS = SECTION.count("clients", 16, "clients");

  /** How many of the latest galaxies that were shown are kept. */
  public static final Setting<Integer> GALAXIES = SECTION.count("galaxies", 240, "galaxies");

  /** The most memory for these galaxies, at least 1 MiB. The oldest are dropped first. */
  public static final Setting<Long> MEMORY = SECTION.bytes("memory", 64L << 20);

  public static final PageSettings DEFAULT = of(SettingValues.NONE);

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

  static PageSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new PageSettings(
                values.get(SHOW),
                values.get(REPLAY),
                values.get(HOSTS),
                values.get(CARDS),
                values.get(CLIENTS),
                values.get(GALAXIES),
                values.get(MEMORY)));
  }
}
