package dev.tuningfork.classifier.service;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether and where a classifier answers over HTTP, and what it keeps for that.
 *
 * @param address where it listens, not resolved yet; port 0 is any that is free; empty: it does not
 * @param morphologies whether the latest morphology of each object is kept on disk
 * @param morphologiesMemory what the stores of these take of the memory, all together, bytes
 * @param morphologiesDisk what is kept of each partition of the output topic, bytes; beyond it the
 *     oldest go first
 * @param page the page that shows what the classifier sees
 * @param probes where health and metrics are answered besides, on connections of their own; empty:
 *     nowhere else
 * @param hosts names under which the service is known, besides addresses and {@code localhost}
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

  /** Listens nowhere. */
  public static final ServiceSettings OFF =
      new ServiceSettings(
          Optional.empty(),
          false,
          64L << 20,
          4L << 30,
          PageSettings.DEFAULT,
          Optional.empty(),
          List.of(),
          ConnectionLimits.DEFAULT);

  /** For this machine alone. */
  public static final ServiceSettings LOOPBACK =
      OFF.withAddress(InetSocketAddress.createUnresolved("127.0.0.1", 8080));

  /** What {@link #parse} reads, for messages. */
  public static final String FORMS = "none, or a host and a port such as 127.0.0.1:8080";

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):(\\d{1,5})");

  private static final long LEAST = 8L << 20;

  public ServiceSettings {
    hosts = List.copyOf(hosts);
    if (probes.isPresent() && address.isEmpty()) {
      throw new IllegalArgumentException(
          "probe-address is set, but address is none: set address as well.");
    }
    if (morphologies && address.isEmpty()) {
      throw new IllegalArgumentException(
          "morphologies are kept to be asked for, so address must not be none.");
    }
    if (morphologiesMemory < LEAST || morphologiesDisk < LEAST) {
      throw new IllegalArgumentException(
          "morphologies-memory and morphologies-disk must be at least 8MiB, not %d and %d bytes."
              .formatted(morphologiesMemory, morphologiesDisk));
    }
  }

  /**
   * Reads {@code none} or {@code host:port}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static Optional<InetSocketAddress> parse(String text) {
    if (text.equals("none")) {
      return Optional.empty();
    }
    Matcher matcher = HOST_AND_PORT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"%s\" is not %s.".formatted(text, FORMS));
    }
    String host = matcher.group(1).replaceAll("[\\[\\]]", "");
    return Optional.of(
        InetSocketAddress.createUnresolved(host, Integer.parseInt(matcher.group(2))));
  }

  public ServiceSettings withAddress(InetSocketAddress other) {
    return new ServiceSettings(
        Optional.of(other),
        morphologies,
        morphologiesMemory,
        morphologiesDisk,
        page,
        probes,
        hosts,
        connections);
  }

  /** The same, with the latest morphologies kept. */
  public ServiceSettings withMorphologies() {
    return new ServiceSettings(
        address, true, morphologiesMemory, morphologiesDisk, page, probes, hosts, connections);
  }

  public ServiceSettings withPage(PageSettings other) {
    return new ServiceSettings(
        address,
        morphologies,
        morphologiesMemory,
        morphologiesDisk,
        other,
        probes,
        hosts,
        connections);
  }

  /** The same, with health and metrics answered at another address too. */
  public ServiceSettings withProbes(InetSocketAddress other) {
    return new ServiceSettings(
        address,
        morphologies,
        morphologiesMemory,
        morphologiesDisk,
        page,
        Optional.of(other),
        hosts,
        connections);
  }

  /** The same, known under one more name. */
  public ServiceSettings withHost(String name) {
    return new ServiceSettings(
        address,
        morphologies,
        morphologiesMemory,
        morphologiesDisk,
        page,
        probes,
        Stream.concat(hosts.stream(), Stream.of(name)).toList(),
        connections);
  }

  public ServiceSettings withConnections(ConnectionLimits other) {
    return new ServiceSettings(
        address, morphologies, morphologiesMemory, morphologiesDisk, page, probes, hosts, other);
  }

  /** All names under which the service is known, besides addresses and {@code localhost}. */
  public List<String> names() {
    return Stream.concat(hosts.stream(), page.hosts().stream()).toList();
  }
}
