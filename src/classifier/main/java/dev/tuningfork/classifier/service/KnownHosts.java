package dev.tuningfork.classifier.service;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names under which the service answers. A web page of somebody else may let its own name point
 * to the service for a moment (DNS rebinding), and then read and change what it likes in the name
 * of its reader; the {@code Host} header gives it away.
 *
 * <p>Known are
 *
 * <ul>
 *   <li>addresses, which are nobody's name: what kubelet and Prometheus use;
 *   <li>{@code localhost};
 *   <li>the host that the service listens on, and those that the settings list;
 *   <li>where it listens on the network, names without a dot, such as those of containers, which
 *       cannot be bought. On the loopback address these are not known.
 * </ul>
 *
 * <p>Immutable.
 */
public final class KnownHosts {

  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-f:.%]+]|[^:\\[\\]]+?)\\.?(:\\d{1,5})?");
  private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+|\\[.*]");

  /**
   * The target of a request to a proxy (RFC 9112, section 3.2.2), which counts before the header.
   */
  private static final Pattern WHOLE = Pattern.compile("[^/]+://([^/]*)");

  private final boolean onLoopback;
  private final Set<String> names = new HashSet<>();

  /**
   * @param listening the host that the service listens on
   * @param names further ones, in capitals or not
   */
  public KnownHosts(String listening, Collection<String> names) {
    String host = listening.toLowerCase(Locale.ROOT);
    onLoopback = isLocal(host) || host.startsWith("127.") || host.equals("::1");
    this.names.add(host);
    names.forEach(name -> this.names.add(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * Whether a request names known hosts alone: in its header, and in its target if that is whole.
   */
  public boolean knows(ServerRequest request) {
    Matcher whole = WHOLE.matcher(request.prologue().uriPath().rawPath());
    return knows(request.headers().value(HeaderNames.HOST).orElse(""))
        && (!whole.lookingAt() || knows(whole.group(1)));
  }

  /**
   * @param authority a host, with or without a port
   */
  boolean knows(String authority) {
    Matcher form = HOST.matcher(authority.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return false;
    }
    String name = form.group(1);
    return isLocal(name)
        || ADDRESS.matcher(name).matches()
        || names.contains(name)
        || (!onLoopback && !name.contains("."));
  }

  private static boolean isLocal(String name) {
    return name.equals("localhost") || name.endsWith(".localhost");
  }
}
