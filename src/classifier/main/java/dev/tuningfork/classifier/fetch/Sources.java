package dev.tuningfork.classifier.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;

/** The sources of the schemes that are allowed. Safe for use by many threads at once. */
final class Sources implements AutoCloseable {

  private final Map<String, ImageSource> byScheme;

  Sources(FetchSettings settings, HttpSource.Names names, Supplier<TlsSocketStrategy> tls) {
    Set<String> schemes = settings.policy().schemes();
    SizeLimit limit = new SizeLimit(settings.limits().bytes());
    Map<String, ImageSource> sources = new HashMap<>();
    if (schemes.contains("file")) {
      sources.put("file", new FileSource(settings.policy().folders(), limit));
    }
    if (schemes.contains("data")) {
      sources.put("data", new DataSource(limit));
    }
    if (schemes.contains("s3")) {
      sources.put("s3", new S3Source(settings));
    }
    if (schemes.contains("http") || schemes.contains("https")) {
      ImageSource http = new HttpSource(settings, names, tls.get());
      sources.put("http", http);
      sources.put("https", http);
    }
    byScheme = Map.copyOf(sources);
  }

  static URI uri(String text) throws SourceException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw SourceException.permanent(
          "it is not a URI (%s at character %d)".formatted(e.getReason(), e.getIndex() + 1));
    }
  }

  /**
   * The source of what a URI names.
   *
   * @throws SourceException a permanent one, where its scheme is unknown or not allowed
   */
  ImageSource of(URI uri) throws SourceException {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!FetchPolicy.KNOWN_SCHEMES.contains(scheme)) {
      throw SourceException.permanent(
          "\"%s\" is not a supported scheme; https, http, s3, file and data are".formatted(scheme));
    }
    ImageSource source = byScheme.get(scheme);
    if (source == null) {
      throw SourceException.permanent(
          "%s is not among the allowed schemes (fetch.schemes)".formatted(scheme));
    }
    return source;
  }

  @Override
  public void close() {
    Set.copyOf(byScheme.values()).forEach(ImageSource::close);
  }
}
