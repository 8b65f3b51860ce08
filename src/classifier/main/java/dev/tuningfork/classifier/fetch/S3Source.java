package dev.tuningfork.classifier.fetch;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects of the allowed buckets of one S3 store: {@code s3://bucket/key}. */
final class S3Source implements ImageSource {

  private static final int PRECONDITION_FAILED = 412;

  private static final Pattern DOTS = Pattern.compile("/\\.\\.?(/|$)");

  private final Set<String> buckets;
  private final SizeLimit limit;
  private final S3Client client;

  S3Source(FetchSettings settings) {
    this.buckets = settings.policy().buckets();
    this.limit = new SizeLimit(settings.limits().bytes());
    this.client = client(settings.s3(), settings.limits());
  }

  private static S3Client client(S3Settings settings, FetchLimits limits) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials(settings.credentials()))
            .forcePathStyle(settings.pathStyle())
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .connectionTimeout(limits.connectTime())
                    .socketTimeout(limits.attemptTime())
                    .connectionAcquisitionTimeout(limits.attemptTime())
                    .maxConnections(limits.connectionsPerHost()))
            // all kinds of sources are tried again in one way, outside of them
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
    if (settings.endpoint() != null) {
      builder.endpointOverride(settings.endpoint()).region(Region.US_EAST_1);
    }
    if (settings.region() != null) {
      builder.region(Region.of(settings.region()));
    }
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(S3Settings.Credentials credentials) {
    return switch (credentials) {
      case S3Settings.Credentials.FromEnvironment _ -> DefaultCredentialsProvider.builder().build();
      case S3Settings.Credentials.Anonymous _ -> AnonymousCredentialsProvider.create();
      case S3Settings.Credentials.KeyPair(String id, String secret) ->
          StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
    };
  }

  @Override
  public void check(URI uri) throws SourceException {
    String bucket = uri.getRawAuthority();
    if (bucket == null || uri.getPath().length() < 2 || uri.getRawQuery() != null) {
      throw SourceException.permanent(
          "an S3 URI names a bucket and a key, as in s3://bucket/folder/image.fits");
    }
    if (DOTS.matcher(uri.getPath()).find()) {
      throw SourceException.permanent(
          "its key has a part . or .., which an HTTP store may take for a way out of the bucket");
    }
    if (!buckets.contains(bucket)) {
      throw SourceException.permanent("its bucket is not among the allowed ones (fetch.buckets)");
    }
  }

  /** The store, whatever the bucket. */
  @Override
  public Optional<String> host(URI uri) {
    return Optional.of("s3");
  }

  @Override
  public byte[] read(URI uri) throws SourceException {
    check(uri);
    String bucket = uri.getRawAuthority();
    String key = uri.getPath().substring(1);
    try (ResponseInputStream<GetObjectResponse> body =
        client.getObject(request -> request.bucket(bucket).key(key))) {
      try {
        Long announced = body.response().contentLength();
        limit.check(announced == null ? 0 : announced);
        return limit.read(body);
      } finally {
        // closing alone would read what is left of an object that is too large
        body.abort();
      }
    } catch (S3Exception e) {
      throw failure(e);
    } catch (SdkException | IOException e) {
      throw SourceException.temporary(
          "the store could not be read (%s)".formatted(e.getMessage()), e);
    }
  }

  @Override
  public <R> R part(URI uri, FilePart wanted, FilePart.Use<R> use) throws SourceException {
    check(uri);
    FilePart.Version of = wanted.of();
    String tag = of == null ? null : of.strongTag();
    try (ResponseInputStream<GetObjectResponse> body =
        client.getObject(
            request ->
                request
                    .bucket(uri.getRawAuthority())
                    .key(uri.getPath().substring(1))
                    .range(wanted.range())
                    .ifMatch(tag))) {
      try {
        return use.read(answer(body, wanted));
      } finally {
        body.abort();
      }
    } catch (S3Exception e) {
      throw e.statusCode() == PRECONDITION_FAILED ? SourceException.change() : failure(e);
    } catch (SdkException | IOException e) {
      throw SourceException.temporary(
          "the store could not be read (%s)".formatted(e.getMessage()), e);
    }
  }

  private static FilePart.Answer answer(
      ResponseInputStream<GetObjectResponse> body, FilePart wanted) throws SourceException {
    GetObjectResponse response = body.response();
    ContentRange range = ContentRange.of(response.contentRange(), wanted);
    String modified =
        response.lastModified() == null ? null : String.valueOf(response.lastModified());
    return new FilePart.Answer(
        new FilePart.Version(response.eTag(), modified, range.size()), range.from(), true, body);
  }

  private static SourceException failure(S3Exception e) {
    String code = e.awsErrorDetails() == null ? "" : " " + e.awsErrorDetails().errorCode();
    String said = "the store answered %d%s".formatted(e.statusCode(), code);
    boolean passes =
        e.statusCode() >= 500
            || e.statusCode() == 429
            || e.isThrottlingException()
            || e.retryable();
    return passes ? SourceException.temporary(said, e) : SourceException.permanent(said, e);
  }

  @Override
  public void close() {
    client.close();
  }
}
