package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.service.KnownHosts;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.util.Locale;

/**
 * Tells the page's own requests from those of other pages in the same browser (CSRF). A request
 * that changes something must name this origin, and the origin must be a {@linkplain KnownHosts
 * known host}. Immutable.
 */
final class OriginCheck {

  private static final HeaderName FETCH_SITE = HeaderNames.create("sec-fetch-site");

  private final KnownHosts hosts;

  OriginCheck(KnownHosts hosts) {
    this.hosts = hosts;
  }

  /** Whether the request comes from this page. */
  boolean isThisPage(ServerRequest request) {
    String site = request.headers().value(FETCH_SITE).orElse("same-origin");
    return hosts.knows(request)
        && site.equals("same-origin")
        && request
            .headers()
            .value(HeaderNames.ORIGIN)
            .map(OriginCheck::authority)
            .orElse("")
            .equals(host(request));
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
