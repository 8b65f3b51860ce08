package dev.tuningfork.classifier.page;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells the page's own requests from those that a page of somebody else makes in the same browser.
 *
 * <p>A request that changes something must say that it comes from this origin, and this origin must
 * be known by its name: an address, {@code localhost}, or a name from the settings. For a name that
 * is not known may be anybody's, who lets it point here for a moment (DNS rebinding). A server on
 * the loopback address asks for such a name whatever the request.
 */
final class Visitors {

  private static final HeaderName FETCH_SITE = HeaderNames.create("sec-fetch-site");

  private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:.%]+]|[^:\\[\\]]+)(:\\d{1,5})?");
  private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+|\\[.*]");

  private final boolean onLoopback;
  private final List<String> names;

  /**
   * @param host that the server listens on
   * @param names under which it is known besides
   */
  Visitors(String host, List<String> names) {
    this.onLoopback = isLocal(host.toLowerCase(Locale.ROOT)) || host.startsWith("127.");
    this.names = names;
  }

  boolean mayRead(ServerRequest request) {
    return !onLoopback || isKnown(request);
  }

  boolean mayChange(ServerRequest request) {
    String site = request.headers().value(FETCH_SITE).orElse("same-origin");
    return isKnown(request)
        && site.equals("same-origin")
        && request
            .headers()
            .value(HeaderNames.ORIGIN)
            .map(Visitors::authority)
            .orElse("")
            .equals(host(request));
  }

  private boolean isKnown(ServerRequest request) {
    var form = HOST.matcher(host(request));
    if (!form.matches()) {
      return false;
    }
    String name = form.group(1);
    return isLocal(name) || ADDRESS.matcher(name).matches() || names.contains(name);
  }

  private static boolean isLocal(String name) {
    return name.equals("localhost") || name.endsWith(".localhost") || name.equals("::1");
  }

  private static String host(ServerRequest request) {
    return request.headers().value(HeaderNames.HOST).orElse("").toLowerCase(Locale.ROOT);
  }

  private static String authority(String origin) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
