package dev.tuningfork.classifier.fetch;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of {@link FetchPolicy#hosts()}.
 *
 * @param host in lower case, without brackets; where it starts with a star, the rest is a suffix
 * @param anyPort whether every port may be asked
 * @param port the port that may be asked, where it is not the scheme's own
 */
record HostPattern(String host, boolean anyPort, OptionalInt port) {

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<host>\\*|(\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)*|\\[[0-9a-f:.]+])(:(?<port>\\*|[0-9]{1,5}))?");

  static HostPattern parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"%s\" does not name a host; write images.example.org, *.example.org, 192.0.2.7 or [2001:db8::7],"
                  .formatted(text)
              + " with :8080 or :* after it for ports other than the scheme's own.");
    }
    String host = matcher.group("host");
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    String port = matcher.group("port");
    return new HostPattern(
        host,
        "*".equals(port),
        port == null || port.equals("*")
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(port)));
  }

  /**
   * @param name in lower case, without brackets or a trailing dot
   */
  boolean matches(String name, int asked, int schemesOwn) {
    boolean nameMatches =
        host.startsWith("*") ? name.endsWith(host.substring(1)) : name.equals(host);
    return nameMatches && (anyPort || asked == port.orElse(schemesOwn));
  }
}
