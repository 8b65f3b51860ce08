package dev.tuningfork.classifier.fetch;

import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Images over HTTP and HTTPS.
 *
 * <p>What keeps a reference from reaching where it must not:
 *
 * <ul>
 *   <li>The name in the URI is held against the allowed hosts, for the first request and for each
 *       redirect; redirects are followed here and not by the client.
 *   <li>A name is resolved once for each connection, by the resolver below. It refuses the host
 *       when any of its addresses may not be connected to, and the client connects to the very
 *       addresses that it returned: there is no second look-up that could answer otherwise (DNS
 *       rebinding). This is why the JDK's client won't do, which looks names up itself.
 *   <li>No proxy, no cookies, no credentials, no decompression: the bytes are those that were sent.
 * </ul>
 */
final class HttpSource implements ImageSource {

  /** Looks up all addresses of a name. */
  @FunctionalInterface
  interface Names {
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /**
   * Statuses below 500 that pass: request timeout, too early, too many requests (RFC 9110, 8470,
   * 6585).
   */
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

  private final FetchPolicy policy;
  private final List<HostPattern> hosts;
  private final AddressRules addresses;
  private final FetchLimits limits;
  private final SizeLimit sizeLimit;
  private final CloseableHttpClient client;

  HttpSource(FetchSettings settings, Names names, TlsSocketStrategy tls) {
    this.policy = settings.policy();
    this.hosts = policy.hosts().stream().map(HostPattern::parse).toList();
    this.addresses = new AddressRules(policy.networks());
    this.limits = settings.limits();
    this.sizeLimit = new SizeLimit(limits.bytes());
    this.client = client(settings, new CheckingResolver(names, addresses), tls);
  }

  private static CloseableHttpClient client(
      FetchSettings settings, DnsResolver resolver, TlsSocketStrategy tls) {
    FetchLimits limits = settings.limits();
    Timeout attemptTime = Timeout.of(limits.attemptTime());
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(resolver)
            .setTlsSocketStrategy(tls)
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(
                        Http1Config.custom()
                            .setMaxLineLength(16 << 10)
                            .setMaxHeaderCount(200)
                            .build())
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connectTime()))
                    .setSocketTimeout(attemptTime)
                    .setValidateAfterInactivity(TimeValue.ofMilliseconds(500))
                    .setTimeToLive(TimeValue.ofMinutes(5))
                    .build())
            .setMaxConnPerRoute(limits.connectionsPerHost())
            // an image in flight holds one at most, and their number is bounded elsewhere
            .setMaxConnTotal(Integer.MAX_VALUE)
            .build();
    return HttpClients.custom()
        .setConnectionManager(connections)
        .evictIdleConnections(TimeValue.ofSeconds(30))
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectionRequestTimeout(attemptTime)
                .setResponseTimeout(attemptTime)
                .setProtocolUpgradeEnabled(false)
                .build())
        .setUserAgent(settings.userAgent())
        .setDefaultHeaders(
            List.of(
                new BasicHeader(
                    HttpHeaders.ACCEPT,
                    String.join(", ", ImageFormat.mediaTypes()) + ", */*;q=0.1"),
                new BasicHeader(HttpHeaders.ACCEPT_ENCODING, "identity")))
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableContentCompression()
        .disableCookieManagement()
        .disableAuthCaching()
        .build();
  }

  @Override
  public void check(URI uri) throws SourceException {
    allowed(uri);
  }

  @Override
  public Optional<String> host(URI uri) throws SourceException {
    return Optional.of(HttpTarget.of(uri).host().toURI());
  }

  @Override
  public byte[] read(URI uri) throws SourceException {
    return follow(uri, HttpGet::new, response -> image(response.getEntity()));
  }

  @Override
  public <R> R part(URI uri, FilePart wanted, FilePart.Use<R> use) throws SourceException {
    return follow(
        uri,
        target -> HttpRanges.request(target, wanted),
        response -> use.read(HttpRanges.answer(response, wanted)));
  }

  /** Asks, and goes wherever it is sent that is allowed. */
  private <R> R follow(URI uri, Function<URI, HttpGet> request, Reading<R> reading)
      throws SourceException {
    Answer<R> answer = ask(allowed(uri), request, reading);
    for (int followed = 0; answer instanceof Answer.Elsewhere<R>(URI location); followed++) {
      if (followed == limits.redirects()) {
        throw SourceException.permanent(
            "it was redirected more than %d times, at last to %s"
                .formatted(limits.redirects(), RedactedUri.of(location.toString())));
      }
      try {
        answer = ask(allowed(location), request, reading);
      } catch (SourceException e) {
        throw e.inside("it was redirected to " + RedactedUri.of(location.toString()) + ", and ");
      }
    }
    return ((Answer.Read<R>) answer).content();
  }

  private HttpTarget allowed(URI uri) throws SourceException {
    HttpTarget target = HttpTarget.of(uri);
    String scheme = target.host().getSchemeName();
    if (!policy.schemes().contains(scheme)) {
      throw SourceException.permanent(
          "%s is not among the allowed schemes (fetch.schemes)".formatted(scheme));
    }
    String name = target.host().getHostName();
    int port = target.host().getPort();
    if (hosts.stream().noneMatch(p -> p.matches(name, port, HttpTarget.schemesOwnPort(scheme)))) {
      throw SourceException.permanent(
          "%s is not among the allowed hosts and ports (fetch.hosts)"
              .formatted(target.host().toHostString()));
    }
    return target;
  }

  /** Reads what a host sends. */
  private interface Reading<R> {
    R read(ClassicHttpResponse response) throws IOException, SourceException;
  }

  /** What a host said, where it did not refuse. */
  private sealed interface Answer<R> {

    record Read<R>(R content) implements Answer<R> {}

    record Elsewhere<R>(URI location) implements Answer<R> {}
  }

  private <R> Answer<R> ask(HttpTarget target, Function<URI, HttpGet> asked, Reading<R> reading)
      throws SourceException {
    HttpGet request = asked.apply(target.uri());
    try (ClassicHttpResponse response = client.executeOpen(target.host(), request, null)) {
      try {
        return answer(target, request, response, reading);
      } finally {
        // closing alone would read what is left, and that may have no end; where all of it has
        // been read, the connection is back with the others and nothing happens
        request.abort();
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  private <R> Answer<R> answer(
      HttpTarget target, HttpGet request, ClassicHttpResponse response, Reading<R> reading)
      throws IOException, SourceException {
    int status = response.getCode();
    boolean ofPart = request.containsHeader(HttpHeaders.RANGE);
    if (status == HttpStatus.SC_OK || (ofPart && status == HttpStatus.SC_PARTIAL_CONTENT)) {
      return new Answer.Read<>(reading.read(response));
    }
    if (REDIRECTS.contains(status)) {
      return new Answer.Elsewhere<>(
          location(target, response.getFirstHeader(HttpHeaders.LOCATION)));
    }
    if (ofPart && status == HttpStatus.SC_PRECONDITION_FAILED) {
      throw SourceException.change();
    }
    String reason = response.getReasonPhrase();
    String said =
        "the server answered %d%s"
            .formatted(
                status, reason == null || reason.isBlank() ? "" : " " + RedactedUri.of(reason));
    throw status >= 500 || PASSING.contains(status)
        ? SourceException.temporary(
            said, retryAfter(response.getFirstHeader(HttpHeaders.RETRY_AFTER)))
        : SourceException.permanent(said);
  }

  private byte[] image(@Nullable HttpEntity entity) throws IOException, SourceException {
    if (entity == null) {
      return new byte[0];
    }
    sizeLimit.check(entity.getContentLength());
    InputStream body = entity.getContent();
    return sizeLimit.read(body);
  }

  private static URI location(HttpTarget target, @Nullable Header location) throws SourceException {
    if (location == null || location.getValue().isBlank()) {
      throw SourceException.permanent("the server redirected it without a location");
    }
    String text = location.getValue().strip();
    try {
      // java.net.URI drops the path's last part before a reference that is a query only
      URI resolved =
          text.startsWith("?")
              ? target.uri().resolve(target.uri().getRawPath() + text)
              : target.uri().resolve(new URI(text));
      if (!"http".equalsIgnoreCase(resolved.getScheme())
          && !"https".equalsIgnoreCase(resolved.getScheme())) {
        throw SourceException.permanent(
            "it was redirected to %s, which is not HTTP".formatted(RedactedUri.of(text)));
      }
      if (target.host().getSchemeName().equals("https")
          && "http".equalsIgnoreCase(resolved.getScheme())) {
        throw SourceException.permanent(
            "it was redirected from https to %s, which is not encrypted"
                .formatted(RedactedUri.of(text)));
      }
      return resolved;
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw SourceException.permanent(
          "it was redirected to %s, which is not a URI".formatted(RedactedUri.of(text)));
    }
  }

  /** Seconds or a date (RFC 9110, 10.2.3); zero where there is neither. */
  private static Duration retryAfter(@Nullable Header header) {
    if (header == null) {
      return Duration.ZERO;
    }
    String text = header.getValue().strip();
    if (SECONDS.matcher(text).matches()) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    Instant date = DateUtils.parseStandardDate(text);
    Duration pause = date == null ? Duration.ZERO : Duration.between(Instant.now(), date);
    return pause.isNegative() ? Duration.ZERO : pause;
  }

  private static SourceException failure(HttpTarget target, IOException e) {
    String host = target.host().toHostString();
    return switch (e) {
      case AddressRefusedException refused -> SourceException.permanent(refused.why, e);
      case UnknownHostException _ ->
          SourceException.temporary("no address was found for %s".formatted(host), e);
      case ConnectTimeoutException _ ->
          SourceException.temporary("%s did not accept a connection in time".formatted(host), e);
      case ConnectException _ ->
          SourceException.temporary("%s did not accept a connection".formatted(host), e);
      case SSLException _ when isUntrusted(e) ->
          SourceException.permanent(
              "%s has no certificate that is trusted (%s)".formatted(host, e.getMessage()), e);
      case InterruptedIOException _ ->
          SourceException.temporary("%s did not answer in time".formatted(host), e);
      case ClientProtocolException _, MessageConstraintException _ ->
          SourceException.permanent(
              "%s did not answer in HTTP (%s)".formatted(host, e.getMessage()), e);
      default ->
          SourceException.temporary(
              "the connection to %s broke (%s)".formatted(host, e.getMessage()), e);
    };
  }

  private static boolean isUntrusted(@Nullable Throwable e) {
    return e != null
        && (e instanceof SSLPeerUnverifiedException
            || e instanceof CertificateException
            || isUntrusted(e.getCause()));
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }

  /** A host that must not be connected to, whatever its name. */
  private static final class AddressRefusedException extends UnknownHostException {

    private final String why;

    AddressRefusedException(String why) {
      super(why);
      this.why = why;
    }
  }

  /** Resolves a name to addresses that may all be connected to, or not at all. */
  private record CheckingResolver(Names names, AddressRules rules) implements DnsResolver {

    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
      InetAddress[] found = names.addresses(name);
      for (InetAddress address : found) {
        Optional<String> refusal = rules.refusal(address);
        if (refusal.isPresent()) {
          throw new AddressRefusedException(
              "%s has the address %s, which is %s; add its network to fetch.networks to allow it"
                  .formatted(name, address.getHostAddress(), refusal.get()));
        }
      }
      return found;
    }

    @Override
    public String resolveCanonicalHostname(String name) {
      return name;
    }
  }
}
