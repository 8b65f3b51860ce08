package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether and where a classifier answers over HTTP, and what it keeps for that.
 *
 * @param address not resolved yet; empty: it does not listen
 * @param page the page that shows what the classifier sees
 * @param probes empty: health and metrics have no address of their own
 * @param connections what clients may take of each of the two addresses
 */
public record ServiceSettings(
    Optional<InetSocketAddress> address,
    boolean morphologies,
    long morphologiesMemory,
    long morphologiesDisk,
    PageSettings page,
    Optional<InetSocketAddress> probes,
    List<String> hosts,
    ConnectionLimits connections) {

  static final String TITLE = "HTTP service";

  public static final Section SECTION = new Section("service", TITLE);

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):(\\d{1,5})");

  private static final SettingType<Optional<InetSocketAddress>> ADDRESS_OR_NONE =
      new SettingType<>(
          "`none` or `host:port`",
          "none, or a host and a port such as 127.0.0.1:8080",
          ServiceSettings::parse,
          address -> address.map(a -> a.getHostString() + ":" + a.getPort()).orElse("none"));

  /**
   * The address that serves HTTP; {@code none} turns it off, and port 0 is any free port. Every
   * client that reaches it can read everything, so do not publish it.
   */
  public static final Setting<Optional<InetSocketAddress>> ADDRESS =
      SECTION.setting(
          "address",
          ADDRESS_OR_NONE,
          Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 8080)));

  /**
   * A second address that serves only health and metrics, such as {@code 0.0.0.0:8081}, for probes
   * and Prometheus. Clients of {@code service.address} cannot use up its connections.
   */
  public static final Setting<Optional<InetSocketAddress>> PROBE_ADDRESS =
      SECTION.setting("probe-address", ADDRESS_OR_NONE, Optional.empty());

  /**
   * The host names under which {@code service.address} answers, such as the name of a proxy or an
   * Ingress. IP addresses, {@code localhost} and the host of {@code service.address} are always
   * known. Requests for any other host get 403.
   */
  public static final Setting<List<String>> HOSTS = SECTION.list("hosts", SettingType.TEXT);

  /**
   * Whether the latest morphology of each object is kept on disk and served at {@code
   * /v1/morphologies/{objectId}}.
   */
  public static final Setting<Boolean> MORPHOLOGIES = SECTION.flag("morphologies", false);

  /** The most memory for all stores of the latest morphologies together, at least 8 MiB. */
  public static final Setting<Long> MORPHOLOGIES_MEMORY =
      SECTION.bytes("morphologies-memory", 64L << 20);

  /**
   * The most disk space for the latest morphologies of each partition, at least 8 MiB. The oldest
   * are dropped first.
   */
  public static final Setting<Long> MORPHOLOGIES_DISK =
      SECTION.bytes("morphologies-disk", 4L << 30);

  private static final long LEAST = 8L << 20;

  public ServiceSettings {
    hosts = List.copyOf(hosts);
    if (probes.isPresent() && address.isEmpty()) {
      throw new IllegalArgumentException(
          "probe-address is set, but address is none: set address as well.");
    }
    if (morphologies && address.isEmpty()) {
      throw new IllegalArgumentException(
          "service.morphologies is true, so service.address must not be none.");
    }
    if (morphologiesMemory < LEAST || morphologiesDisk < LEAST) {
      throw new IllegalArgumentException(
          "morphologies-memory and morphologies-disk must be at least 8MiB, not %d and %d bytes."
              .formatted(morphologiesMemory, morphologiesDisk));
    }
  }

  public static ServiceSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new ServiceSettings(
                values.get(ADDRESS),
                values.get(MORPHOLOGIES),
                values.get(MORPHOLOGIES_MEMORY),
                values.get(MORPHOLOGIES_DISK),
                PageSettings.of(values),
                values.get(PROBE_ADDRESS),
                values.get(HOSTS),
                ConnectionLimits.of(values)));
  }

  private static Optional<InetSocketAddress> parse(String text) {
    if (text.equals("none")) {
      return Optional.empty();
    }
    Matcher matcher = HOST_AND_PORT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String host = matcher.group(1).replaceAll("[\\[\\]]", "");
    return Optional.of(
        InetSocketAddress.createUnresolved(host, Integer.parseInt(matcher.group(2))));
  }

  /** All names under which the service is known, besides addresses and {@code localhost}. */
  public List<String> names() {
    return Stream.concat(hosts.stream(), page.hosts().stream()).toList();
  }
}
