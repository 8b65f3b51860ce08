package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.tile.Cut;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images from files, HTTP(S), S3 and data URIs, from where a {@link FetchPolicy} allows and
 * within {@link FetchLimits}; retries transient failures.
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

  /** What a fetch whose time is over may take to end. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final FetchLimits limits;
  private final SizeLimit sizeLimit;
  private final Sources sources;
  private final TileFetcher tiles;
  private final TileSettings tileSettings;
  private final Attempts attempts;
  private final ExecutorService threads =
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
    this.tileSettings = settings.tiles();
    this.sources = new Sources(settings, names, tls);
    this.attempts =
        new Attempts(settings.retries(), limits.attemptTime(), limits.totalTime(), threads);
    this.tiles = new TileFetcher(settings, sources, attempts, threads);
  }

  @Override
  public FetchedImage fetch(GalaxyImageReference.Image image) throws FetchException {
    URI uri;
    ImageSource source;
    try {
      uri = Sources.uri(image.uri());
      source = sources.of(uri);
      source.check(uri);
      sizeLimit.check(image.sizeBytes() == null ? 0 : image.sizeBytes());
    } catch (SourceException e) {
      throw Attempts.failure(image.uri(), e, 0);
    }
    return attempts.make(
        image.uri(),
        source.isHere(),
        () -> source.read(uri),
        (bytes, number) -> checked(image, bytes, number));
  }

  @Override
  public Optional<String> host(GalaxyImageReference.Image image) {
    try {
      GalaxyImageReference.Cutout cutout = image.cutout();
      URI uri = Sources.uri(cutout == null ? image.uri() : cutout.bands().getFirst().uri());
      return sources.of(uri).host(uri);
    } catch (SourceException | RuntimeException e) {
      return Optional.empty(); // fetching it says what is wrong with it
    }
  }

  /** The limit of all attempts, and a little for those that end in time. */
  @Override
  public Duration longest() {
    return limits.totalTime().plus(ENDING);
  }

  /** The files of a survey image elsewhere may be fetched as a whole, one after the other. */
  @Override
  public Duration longest(GalaxyImageReference.Image image) {
    GalaxyImageReference.Cutout cutout = image.cutout();
    return cutout == null || tiles.isHere(cutout)
        ? longest()
        : tileSettings.fetchTime().multipliedBy(cutout.bands().size()).plus(longest());
  }

  /** A folder takes no connections, so nothing but the number of readers limits it. */
  @Override
  public int imagesPerHost(String host) {
    return FileSource.isFolder(host) ? Integer.MAX_VALUE : limits.connectionsPerHost();
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

  @Override
  public OpenImage open(GalaxyImageReference.Cutout cutout, @Nullable Cut cut)
      throws FetchException {
    return tiles.open(cutout, cut);
  }

  /** What is fetched of survey images, and kept. */
  public TileFigures tileFigures() {
    return tiles.figures();
  }

  @Override
  public LocalFile file(String text) throws FetchException {
    GalaxyImageReference.Image named = GalaxyImageReference.Image.of(text);
    try {
      URI uri = Sources.uri(text);
      if (sources.of(uri) instanceof FileSource files) {
        return new Here(files.locate(uri));
      }
    } catch (SourceException e) {
      throw Attempts.failure(text, e, 1);
    }
    byte[] bytes = fetch(named).bytes();
    try {
      return Copy.of(bytes, text, tileSettings.folder());
    } catch (IOException e) {
      throw new FetchException(
          FailureKind.TRANSIENT,
          1,
          "Cannot write a copy of %s to %s: %s."
              .formatted(RedactedUri.of(text), tileSettings.folder(), e),
          e);
    }
  }

  private record Here(Path path) implements LocalFile {
    @Override
    public void close() {}
  }

  private record Copy(ScratchFolder folder, Path path) implements LocalFile {

    /** The name's end tells the format of a table. */
    private static final Pattern SUFFIX = Pattern.compile("(\\.\\w{1,12}){1,2}$");

    static Copy of(byte[] bytes, String uri, Path folder) throws IOException {
      Matcher suffix = SUFFIX.matcher(uri.replaceFirst("[?#].*", ""));
      ScratchFolder own = ScratchFolder.create(folder, "copy");
      try {
        return new Copy(
            own,
            Files.write(own.path().resolve("copy" + (suffix.find() ? suffix.group() : "")), bytes));
      } catch (IOException e) {
        own.closeQuietly();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      folder.close();
    }
  }

  /** Interrupts what is under way, which then fails as transient, and closes all connections. */
  @Override
  public void close() {
    threads.shutdownNow();
    sources.close();
    tiles.close();
  }
}
