package dev.tuningfork.classifier.fetch;

import static dev.tuningfork.classifier.fetch.Fetching.assertGivenUp;
import static dev.tuningfork.classifier.fetch.Fetching.assertRefused;
import static dev.tuningfork.classifier.fetch.Fetching.image;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.fetch.S3Settings.Credentials;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyImageReference.Cutout;
import dev.tuningfork.tile.Cut;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real S3 store in this process, which wants signed requests. */
@Timeout(60)
class S3FetchTest {

  private static final Credentials KEY =
      new Credentials.KeyPair("local-identity", "local-credential");

  private static final FetchPolicy POLICY =
      new FetchPolicy(Set.of("s3"), List.of(), List.of(), List.of(), Set.of("survey", "none"));

  private static S3Proxy store;

  @BeforeAll
  static void startStore() throws Exception {
    store =
        S3Proxy.builder()
            .blobStore(BlobStores.create("transient", new Properties()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V2_OR_V4, "local-identity", "local-credential")
            .build();
    store.start();
    try (S3Client owner = owner()) {
      for (String bucket : List.of("survey", "private")) {
        owner.createBucket(request -> request.bucket(bucket));
        put(owner, bucket, "night 1/galaxy+1.jpg", 3);
        put(owner, bucket, "large.fits", Fetching.QUICK_BYTES + 1);
      }
    }
  }

  private static S3Client owner() {
    return S3Client.builder()
        .endpointOverride(URI.create("http://127.0.0.1:" + store.getPort()))
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create("local-identity", "local-credential")))
        .build();
  }

  private static void put(S3Client owner, String bucket, String key, int bytes) {
    owner.putObject(
        request -> request.bucket(bucket).key(key), RequestBody.fromBytes(new byte[bytes]));
  }

  @Test
  void aSurveyImageIsReadInPartsAndOneThatChangedAnew(@TempDir Path folder) throws Exception {
    int side = 1_448;
    Path file = folder.resolve("tile.fits");
    SkyFile.write(file, side);
    try (S3Client owner = owner();
        var fetcher = fetcher(store.getPort(), KEY)) {
      for (int version = 1; version <= 2; version++) {
        int x = side / 2;
        int y = 400 * version;
        SkyFile.set(file, side, x, y, version);
        owner.putObject(
            request -> request.bucket("survey").key("tile.fits"), RequestBody.fromFile(file));
        Cutout cutout =
            new Cutout(
                "5428",
                List.of(new Band("r", "s3://survey/tile.fits", null)),
                null,
                32.0,
                null,
                false);
        Cut cut = new Cut(SkyFile.position(side, x, y), new Cut.Side.Pixels(32));
        try (ImageFetcher.OpenImage open = fetcher.open(cutout, cut)) {
          assertThat(open.image().cut(cut).flux().values()[15 * 32 + 16]).isEqualTo(version);
        }
        assertThat(fetcher.tileFigures().bytes()).isLessThan(1_000_000);
      }
    }
  }

  @AfterAll
  static void stopStore() throws Exception {
    store.stop();
  }

  private static SurveyImageFetcher fetcher(int port, Credentials credentials) {
    return fetcher(Fetching.quick(POLICY), port, credentials);
  }

  private static SurveyImageFetcher fetcher(
      FetchSettings settings, int port, Credentials credentials) {
    return new SurveyImageFetcher(
        new FetchSettings(
            settings.policy(),
            settings.limits(),
            settings.retries(),
            new S3Settings(URI.create("http://127.0.0.1:" + port), null, true, credentials),
            settings.tiles(),
            settings.userAgent()));
  }

  @Test
  void anObjectIsReadByItsKey() throws Exception {
    try (var fetcher = fetcher(store.getPort(), KEY)) {
      assertThat(fetcher.fetch(image("s3://survey/night%201/galaxy+1.jpg")).bytes()).hasSize(3);
    }
  }

  @Test
  void aBucketThatIsNotListedIsRefusedUnasked() {
    try (var fetcher = fetcher(store.getPort(), KEY)) {
      assertRefused(fetcher, "s3://private/large.fits", 0, "its bucket is not among the allowed");
      assertRefused(fetcher, "s3://survey@private/large.fits", 0, "its bucket is not among");
      assertRefused(fetcher, "s3://survey:80/large.fits", 0, "its bucket is not among");
      assertRefused(fetcher, "s3://survey/", 0, "names a bucket and a key");
      assertRefused(fetcher, "s3:survey/large.fits", 0, "names a bucket and a key");
      assertRefused(fetcher, "s3:///large.fits", 0, "names a bucket and a key");
      assertRefused(fetcher, "s3://survey/large.fits?versionId=1", 0, "names a bucket and a key");
    }
  }

  /**
   * A key may hold dots for all that S3 cares, but what stands between here and it may not know.
   */
  @Test
  void dotsInAKeyCannotLeaveTheBucket() {
    try (var fetcher = fetcher(store.getPort(), KEY)) {
      assertRefused(fetcher, "s3://survey/../private/night%201/galaxy+1.jpg", 0, "a part . or ..");
      assertRefused(fetcher, "s3://survey/a/%2e%2E/../private/x", 0, "a part . or ..");
      assertRefused(fetcher, "s3://survey/..%2Fprivate%2Fx", 0, "a part . or ..");
    }
  }

  @Test
  void aMissingObjectOrBucketIsNotTriedAgain() {
    try (var fetcher = fetcher(store.getPort(), KEY)) {
      assertRefused(fetcher, "s3://survey/nothing.jpg", 1, "the store answered 404 NoSuchKey");
      assertRefused(fetcher, "s3://none/nothing.jpg", 1, "the store answered 404 NoSuchBucket");
    }
  }

  @Test
  void aWrongKeyPairIsRefused() {
    try (var wrong =
            fetcher(store.getPort(), new Credentials.KeyPair("local-identity", "guessed"));
        var nobody = fetcher(store.getPort(), new Credentials.Anonymous())) {
      assertRefused(wrong, "s3://survey/large.fits", 1, "403 SignatureDoesNotMatch");
      assertRefused(nobody, "s3://survey/large.fits", 1, "the store answered 403");
    }
  }

  @Test
  void anObjectThatIsTooLargeIsRefusedUnread() {
    try (var fetcher = fetcher(store.getPort(), KEY)) {
      assertRefused(fetcher, "s3://survey/large.fits", 1, "more than the limit of");
    }
  }

  @Test
  void aStoreThatIsBusyIsAskedAgain() throws Exception {
    String slowDown =
        "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    try (var busy =
            new ScriptedServer(
                (number, out) ->
                    ScriptedServer.write(
                        out,
                        number < 2
                            ? "HTTP/1.1 503 Slow Down\r\nContent-Length: "
                                + slowDown.length()
                                + "\r\nConnection: close\r\n\r\n"
                                + slowDown
                            : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"));
        var fetcher = fetcher(busy.port(), KEY)) {
      assertThat(fetcher.fetch(image("s3://survey/a.jpg")).attempts()).isEqualTo(3);
    }
  }

  @Test
  void aRedirectOfTheStoreIsNotFollowed() throws Exception {
    try (var moved =
            new ScriptedServer(
                (number, out) ->
                    ScriptedServer.write(
                        out,
                        "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:"
                            + store.getPort()
                            + "/private/large.fits\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        var fetcher = fetcher(moved.port(), KEY)) {
      assertRefused(fetcher, "s3://survey/a.jpg", 1, "the store answered 307");
    }
  }

  @Test
  void whatIsCompressedInTheStoreStaysCompressed() throws Exception {
    try (var zipped =
            new ScriptedServer(
                (number, out) ->
                    ScriptedServer.write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"));
        var fetcher = fetcher(zipped.port(), KEY)) {
      assertThat(fetcher.fetch(image("s3://survey/a.fits.gz")).bytes()).asString().isEqualTo("abc");
    }
  }

  @Test
  void anObjectWithoutEndIsCutOffAtTheLimit() throws Exception {
    try (var endless =
            new ScriptedServer(
                (number, out) -> {
                  ScriptedServer.write(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                  while (true) {
                    out.write(new byte[8192]);
                  }
                });
        var fetcher = fetcher(endless.port(), KEY)) {
      assertRefused(fetcher, "s3://survey/a.jpg", 1, "more bytes than the limit");
    }
  }

  @Test
  void aHangingStoreTimesOut() throws Exception {
    try (var hanging = new ScriptedServer((number, out) -> ScriptedServer.hang());
        var fetcher = fetcher(Fetching.hasty(POLICY), hanging.port(), KEY)) {
      assertGivenUp(fetcher, "s3://survey/a.jpg", 3, "after 3 attempts");
    }
  }

  @Test
  void anUnreachableStoreFailsAfterAllAttempts() throws Exception {
    try (var fetcher = fetcher(Fetching.closedPort(), KEY)) {
      assertGivenUp(fetcher, "s3://survey/a.jpg", 3, "the store could not be read");
    }
  }

  @Test
  void aSecretIsNotShown() {
    assertThat(KEY).asString().contains("local-identity").doesNotContain("local-credential");
  }
}
