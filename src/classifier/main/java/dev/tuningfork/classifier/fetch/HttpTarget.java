package dev.tuningfork.classifier.fetch;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.HttpHost;

/**
 * Whom to ask over HTTP, and for what. Made from a URI in one place only, so that the host which is
 * checked is the host which is asked.
 *
 * @param host scheme, name in lower case without brackets or a trailing dot, and port
 * @param uri the same again, with path and query; without user information and fragment
 */
record HttpTarget(HttpHost host, URI uri) {

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  /** Four decimal numbers, which everybody reads as the same address. */
  static final Pattern CANONICAL_IPV4 = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);

  /** What some read as an IPv4 address: a last label of digits (WHATWG URL, "ends in a number"). */
  private static final Pattern ENDS_IN_A_NUMBER =
      Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?");

  static HttpTarget of(URI uri) throws SourceException {
    if (uri.getRawUserInfo() != null) {
      throw SourceException.permanent(
          "it carries a user name or password, which are not sent; leave them out");
    }
    String name = uri.getHost();
    if (name == null) {
      throw SourceException.permanent("it does not name a host, or not in a readable way");
    }
    name = name.toLowerCase(Locale.ROOT);
    if (ENDS_IN_A_NUMBER.matcher(name).matches() && !CANONICAL_IPV4.matcher(name).matches()) {
      throw SourceException.permanent(
          "its host is an IPv4 address in an unusual spelling; write four decimal numbers, as in 192.0.2.7");
    }
    if (name.contains("%")) {
      throw SourceException.permanent("its host names an interface of this machine (after %)");
    }
    boolean ipv6 = name.startsWith("[");
    if (ipv6) {
      name = name.substring(1, name.length() - 1);
    } else if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int schemesOwn = schemesOwnPort(scheme);
    int port = uri.getPort() < 0 ? schemesOwn : uri.getPort();
    if (port < 1 || port > 65_535) {
      throw SourceException.permanent("its port is not one of 1 to 65535");
    }
    StringBuilder text = new StringBuilder(scheme).append("://");
    text.append(ipv6 ? "[" + name + "]" : name);
    if (port != schemesOwn) {
      text.append(':').append(port);
    }
    text.append(uri.getRawPath().isEmpty() ? "/" : uri.getRawPath());
    if (uri.getRawQuery() != null) {
      text.append('?').append(uri.getRawQuery());
    }
    return new HttpTarget(
        new HttpHost(scheme, name, port), URI.create(URI.create(text.toString()).toASCIIString()));
  }

  static int schemesOwnPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }
}
