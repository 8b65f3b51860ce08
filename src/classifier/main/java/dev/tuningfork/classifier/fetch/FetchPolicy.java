package dev.tuningfork.classifier.fetch;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where images may be fetched from. What is not listed here is refused, so a service reaches
 * nothing but what its operator named: whoever may write to the topic must not be able to make it
 * read files of its machine or ask hosts of its network (server-side request forgery).
 *
 * @param schemes the URI schemes that are served, of {@code file}, {@code http}, {@code https},
 *     {@code s3} and {@code data}
 * @param hosts who may be asked over HTTP: {@code images.example.org} (that name), {@code
 *     *.example.org} (any name below it, not the name itself), {@code *} (any name), {@code
 *     192.0.2.7} or {@code [2001:db8::7]}; each with an optional {@code :8080} or {@code :*}, since
 *     without it only the scheme's own port may be asked
 * @param networks addresses that may be reached although they are not public ones, such as {@code
 *     10.20.0.0/16} or {@code ::1}. A host that is allowed is still refused when it resolves to a
 *     loopback, link-local, private or otherwise special address that no network here holds
 * @param folders the folders below which files may be read, after symbolic links are followed
 * @param buckets the S3 buckets that may be read
 */
public record FetchPolicy(
    Set<String> schemes,
    List<String> hosts,
    List<String> networks,
    List<Path> folders,
    Set<String> buckets) {

  /** The schemes there are. */
  static final Set<String> SCHEMES = Set.of("file", "http", "https", "s3", "data");

  /** Refuses everything: what a service starts from. */
  public static final FetchPolicy NOTHING =
      new FetchPolicy(Set.of(), List.of(), List.of(), List.of(), Set.of());

  /**
   * @throws IllegalArgumentException where a scheme, host or network is not one, naming it
   */
  public FetchPolicy {
    schemes =
        schemes.stream()
            .map(s -> s.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    for (String scheme : schemes) {
      if (!SCHEMES.contains(scheme)) {
        throw new IllegalArgumentException(
            "\"%s\" is no scheme that images are fetched by; there are file, http, https, s3 and data."
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

  /** Files below these folders and nothing else. */
  public static FetchPolicy ofFolders(List<Path> folders) {
    return new FetchPolicy(Set.of("file"), List.of(), List.of(), folders, Set.of());
  }
}
