package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where images may be fetched from. What is not listed here is refused, so a service reaches
 * nothing but what its operator named: writers of the topic must not be able to make it read files
 * of its machine or reach hosts of its network (server-side request forgery).
 */
public record FetchPolicy(
    Set<String> schemes,
    List<String> hosts,
    List<String> networks,
    List<Path> folders,
    Set<String> buckets) {

  public static final Section SECTION = new Section("fetch", "Which images may be fetched");

  /**
   * The allowed URI schemes, of {@code https}, {@code http}, {@code s3}, {@code file} and {@code
   * data}. Nothing is fetched unless its scheme is listed here.
   */
  public static final Setting<List<String>> SCHEMES = SECTION.list("schemes", SettingType.TEXT);

  /**
   * The hosts that images may be fetched from with {@code https} or {@code http}: {@code
   * images.example.org} (this name), {@code *.example.org} (every name below it, but not itself),
   * {@code *} (every name), {@code 192.0.2.7} or {@code [2001:db8::7]}. Only the scheme's own port
   * is allowed, unless one is given, such as {@code images.example.org:8080} or {@code :*}.
   */
  public static final Setting<List<String>> HOSTS = SECTION.list("hosts", SettingType.TEXT);

  /**
   * Addresses that are allowed although they are not public, such as {@code 10.20.0.0/16} or {@code
   * ::1}. A host in {@code fetch.hosts} that has a loopback, link-local, private or otherwise
   * special address is refused unless a network here contains the address.
   */
  public static final Setting<List<String>> NETWORKS = SECTION.list("networks", SettingType.TEXT);

  /**
   * The folders that {@code file:} images may be read from, also from folders below them, after
   * symbolic links are resolved. List each network mount as a folder of its own, so that one that
   * hangs does not delay the others.
   */
  public static final Setting<List<Path>> FOLDERS = SECTION.list("folders", SettingType.PATH);

  /** The S3 buckets that images may be read from. */
  public static final Setting<List<String>> BUCKETS = SECTION.list("buckets", SettingType.TEXT);

  /** The schemes there are. */
  static final Set<String> KNOWN_SCHEMES = Set.of("file", "http", "https", "s3", "data");

  /** Refuses everything: what a service starts from. */
  public static final FetchPolicy NOTHING = of(SettingValues.NONE);

  /**
   * @throws IllegalArgumentException where a scheme, host or network is not one, naming it
   */
  public FetchPolicy {
    schemes =
        schemes.stream()
            .map(s -> s.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    for (String scheme : schemes) {
      if (!KNOWN_SCHEMES.contains(scheme)) {
        throw new IllegalArgumentException(
            "\"%s\" is not a supported scheme; file, http, https, s3 and data are."
                .formatted(scheme));
      }
    }
    hosts = List.copyOf(hosts);
    hosts.forEach(HostPattern::parse);
    networks = List.copyOf(networks);
    networks.forEach(AddressBlock::parse);
    folders = List.copyOf(folders);
    buckets = Set.copyOf(buckets);
  }

  static FetchPolicy of(SettingValues values) {
    return new FetchPolicy(
        Set.copyOf(values.get(SCHEMES)),
        values.get(HOSTS),
        values.get(NETWORKS),
        values.get(FOLDERS),
        Set.copyOf(values.get(BUCKETS)));
  }
}
