package dev.tuningfork.classifier.fetch;

import dev.failsafe.ExecutionContext;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.tile.OpenTiles;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tile.TileSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images from files, HTTP(S), S3 and data URIs, from where a {@link FetchPolicy} allows and
 * within {@link FetchLimits}; tries again what may pass.
 *
 * <p>Threads: safe for use by many. Every attempt at a host runs on a virtual thread of its own,
 * which is interrupted when the attempt's time is over or the caller is interrupted. An interrupt
 * closes the socket that a virtual thread waits for; where one waits for what no interrupt ends
 * (the name service), it is left behind and the caller goes on all the same. Files and data URIs
 * are read by the caller itself, whom a file system that hangs may hold for {@linkplain #longest
 * longer than any fetch takes}. What bounds the memory is the number of callers times the limit of
 * bytes.
 */
public final class SurveyImageFetcher implements ImageFetcher, AutoCloseable {

  /** How far a pause is longer or shorter by chance. */
  private static final double JITTER = 0.25;

  /** What a fetch whose time is over may take to end. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final FetchLimits limits;
  private final SizeLimit sizeLimit;
  private final int mostAttempts;
  private final Map<String, ImageSource> sources;
  private final OpenTiles tiles;
  private final Path scratch;
  private final FailsafeExecutor<FetchedImage> retrying;
  private final ExecutorService attempts =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fetch-", 0).factory());

  /**
   * @throws IllegalArgumentException where the settings cannot be worked with, such as a folder
   *     that does not exist
   */
  public SurveyImageFetcher(FetchSettings settings) {
    this(settings, InetAddress::getAllByName, DefaultClientTlsStrategy::createDefault);
  }

  /**
   * @param tls only called where the policy allows HTTP: it reads the certificates that are trusted
   */
  SurveyImageFetcher(
      FetchSettings settings, HttpSource.Names names, Supplier<TlsSocketStrategy> tls) {
    this.limits = settings.limits();
    this.sizeLimit = new SizeLimit(limits.bytes());
    this.mostAttempts = settings.retries().attempts();
    this.retrying = Failsafe.with(retryPolicy(settings));
    this.sources = sources(settings, names, tls);
    this.tiles = settings.tiles().openTiles();
    this.scratch = settings.tiles().folder();
  }

  private static RetryPolicy<FetchedImage> retryPolicy(FetchSettings settings) {
    Retries retries = settings.retries();
    return RetryPolicy.<FetchedImage>builder()
        .handle(SourceException.class)
        .withMaxAttempts(-1) // attempt() counts, since it knows which failures are final
        .withMaxDuration(settings.limits().totalTime())
        .withBackoff(retries.firstPause(), retries.longestPause())
        .withJitter(JITTER)
        .withDelayFn(SurveyImageFetcher::pauseAskedFor)
        .build();
  }

  /**
   * What the host asked for, so much longer that chance does not make it shorter. A negative pause
   * is Failsafe's sign for the usual one.
   */
  private static Duration pauseAskedFor(ExecutionContext<FetchedImage> context) {
    return context.getLastException() instanceof SourceException failure
            && failure.retryAfter().isPositive()
        ? Duration.ofNanos((long) (failure.retryAfter().toNanos() / (1 - JITTER)))
        : Duration.ofNanos(-1);
  }

  private static Map<String, ImageSource> sources(
      FetchSettings settings, HttpSource.Names names, Supplier<TlsSocketStrategy> tls) {
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
    return Map.copyOf(sources);
  }

  @Override
  public FetchedImage fetch(GalaxyImageReference.Image image) throws FetchException {
    URI uri;
    ImageSource source;
    try {
      uri = uri(image.uri());
      source = source(uri);
      source.check(uri);
      sizeLimit.check(image.sizeBytes() == null ? 0 : image.sizeBytes());
    } catch (SourceException e) {
      throw failure(image, e, 0);
    }
    try {
      return retrying.get(context -> attempt(image, uri, source, context));
    } catch (FailsafeException e) {
      if (e.getCause() instanceof FetchException failure) {
        throw failure;
      }
      Thread.currentThread().interrupt();
      throw failure(image, SourceException.temporary("it was interrupted", e), 1);
    } catch (RejectedExecutionException e) {
      throw failure(image, SourceException.temporary("the fetcher has been closed", e), 0);
    }
  }

  @Override
  public Optional<String> host(GalaxyImageReference.Image image) {
    try {
      GalaxyImageReference.Cutout cutout = image.cutout();
      URI uri = uri(cutout == null ? image.uri() : cutout.bands().getFirst().uri());
      return source(uri).host(uri);
    } catch (SourceException | RuntimeException e) {
      return Optional.empty(); // fetching it says what is wrong with it
    }
  }

  /** The limit of all attempts, and a little for those that end in time. */
  @Override
  public Duration longest() {
    return limits.totalTime().plus(ENDING);
  }

  /** A folder takes no connections, so nothing but the number of readers limits it. */
  @Override
  public int imagesPerHost(String host) {
    return FileSource.isFolder(host) ? Integer.MAX_VALUE : limits.connectionsPerHost();
  }

  private static URI uri(String text) throws SourceException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw SourceException.permanent(
          "it is no URI (%s at character %d)".formatted(e.getReason(), e.getIndex() + 1));
    }
  }

  private ImageSource source(URI uri) throws SourceException {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!FetchPolicy.KNOWN_SCHEMES.contains(scheme)) {
      throw SourceException.permanent(
          "\"%s\" is no scheme that images are fetched by; there are https, http, s3, file and data"
              .formatted(scheme));
    }
    ImageSource source = sources.get(scheme);
    if (source == null) {
      throw SourceException.permanent(
          "%s is not among the allowed schemes; list it if it may be used".formatted(scheme));
    }
    return source;
  }

  /**
   * @throws SourceException where it should be tried again
   * @throws FetchException where this was the last attempt
   */
  private FetchedImage attempt(
      GalaxyImageReference.Image image,
      URI uri,
      ImageSource source,
      ExecutionContext<FetchedImage> context)
      throws SourceException, FetchException, InterruptedException {
    int number = context.getAttemptCount() + 1;
    Duration left = limits.totalTime().minus(context.getElapsedTime());
    if (!left.isPositive() && context.getLastException() instanceof SourceException last) {
      throw failure(image, last, number - 1);
    }
    try {
      return checked(image, read(source, uri, left), number);
    } catch (SourceException e) {
      boolean waitsTooLong =
          e.retryAfter().compareTo(limits.totalTime().minus(context.getElapsedTime())) > 0;
      if (e.kind() == FailureKind.PERMANENT || number == mostAttempts || waitsTooLong) {
        throw failure(image, e, number);
      }
      throw e;
    }
  }

  private byte[] read(ImageSource source, URI uri, Duration left)
      throws SourceException, InterruptedException {
    if (source.isHere()) {
      return readHere(source, uri);
    }
    Duration time = left.compareTo(limits.attemptTime()) < 0 ? left : limits.attemptTime();
    Future<byte[]> bytes = attempts.submit(() -> source.read(uri));
    try {
      return bytes.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw SourceException.temporary(
          "it was incomplete after %.1f s".formatted(time.toMillis() / 1000.0), e);
    } catch (ExecutionException e) {
      switch (Objects.requireNonNull(e.getCause())) {
        case SourceException failure -> throw failure;
        case Error error -> throw error;
        case Throwable other -> throw unreadable(other);
      }
    } finally {
      bytes.cancel(true);
    }
  }

  /** A thread of its own would cost as much as reading a file does. */
  private static byte[] readHere(ImageSource source, URI uri) throws SourceException {
    try {
      return source.read(uri);
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private static SourceException unreadable(Throwable cause) {
    return SourceException.permanent("it could not be read (%s)".formatted(cause), cause);
  }

  private static FetchedImage checked(GalaxyImageReference.Image image, byte[] bytes, int attempts)
      throws SourceException {
    if (image.sizeBytes() != null && image.sizeBytes() != bytes.length) {
      throw SourceException.permanent(
          "it has %,d bytes, but its reference says %,d"
              .formatted(bytes.length, image.sizeBytes()));
    }
    FetchedImage fetched = FetchedImage.of(bytes, attempts);
    if (image.sha256() != null && !image.sha256().equalsIgnoreCase(fetched.sha256())) {
      throw SourceException.permanent(
          "its SHA-256 is %s, but its reference says %s"
              .formatted(fetched.sha256(), image.sha256()));
    }
    return fetched;
  }

  private static FetchException failure(
      GalaxyImageReference.Image image, SourceException e, int attempts) {
    String tried = attempts > 1 ? ", and so after %d attempts".formatted(attempts) : "";
    return new FetchException(
        e.kind(),
        attempts,
        "Cannot fetch %s: %s%s.".formatted(RedactedUri.of(image.uri()), e.getMessage(), tried),
        e);
  }

  @Override
  public <R> R onTile(GalaxyImageReference.Cutout cutout, TileUse<R> use)
      throws FetchException, ImageException, TileException {
    try (OpenTiles.Lease lease = lease(cutout)) {
      return use.on(lease.image());
    }
  }

  @Override
  public LocalFile file(String text) throws FetchException {
    GalaxyImageReference.Image named = GalaxyImageReference.Image.of(text);
    try {
      URI uri = uri(text);
      if (source(uri) instanceof FileSource files) {
        return new Here(files.locate(uri));
      }
    } catch (SourceException e) {
      throw failure(named, e, 1);
    }
    byte[] bytes = fetch(named).bytes();
    try {
      return Copy.of(bytes, text, scratch);
    } catch (IOException e) {
      throw new FetchException(
          FailureKind.TRANSIENT,
          1,
          "Cannot write a copy of %s to %s: %s.".formatted(RedactedUri.of(text), scratch, e),
          e);
    }
  }

  private record Here(Path path) implements LocalFile {
    @Override
    public void close() {}
  }

  private record Copy(Path path) implements LocalFile {

    /** The name's end tells the format of a table. */
    private static final Pattern SUFFIX = Pattern.compile("(\\.\\w{1,12}){1,2}$");

    static Copy of(byte[] bytes, String uri, Path folder) throws IOException {
      Matcher suffix = SUFFIX.matcher(uri.replaceFirst("[?#].*", ""));
      Path file =
          Files.createTempFile(folder, "tuning-fork-copy-", suffix.find() ? suffix.group() : "");
      Files.write(file, bytes);
      return new Copy(file);
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(path);
    }
  }

  private OpenTiles.Lease lease(GalaxyImageReference.Cutout cutout) throws FetchException {
    SequencedMap<String, TileSource> files = new LinkedHashMap<>();
    for (GalaxyImageReference.Band band : cutout.bands()) {
      try {
        files.put(band.name(), TileSource.of(local(uri(band.uri())), band.hdu()));
      } catch (SourceException e) {
        throw new FetchException(
            e.kind(),
            1,
            "Cannot open the band %s of the survey image %s at %s: %s."
                .formatted(band.name(), cutout.tile(), RedactedUri.of(band.uri()), e.getMessage()),
            e);
      }
    }
    try {
      return tiles.lease(files);
    } catch (TileException e) {
      throw new FetchException(
          FailureKind.PERMANENT,
          1,
          "Cannot open %s: %s".formatted(named(cutout, e.band()), e.getMessage()),
          e);
    }
  }

  private static String named(GalaxyImageReference.Cutout cutout, @Nullable String band) {
    return band == null
        ? "the survey image " + cutout.tile()
        : "the band %s of the survey image %s".formatted(band, cutout.tile());
  }

  /** Tiles are mapped, so that their files have to be on this machine. */
  private Path local(URI uri) throws SourceException {
    if (source(uri) instanceof FileSource files) {
      return files.locate(uri);
    }
    throw SourceException.permanent(
        "survey images are read from file URIs only, below an allowed folder");
  }

  /** Interrupts what is under way, which then fails as transient, and closes all connections. */
  @Override
  public void close() {
    attempts.shutdownNow();
    Set.copyOf(sources.values()).forEach(ImageSource::close);
    tiles.close();
  }
}
