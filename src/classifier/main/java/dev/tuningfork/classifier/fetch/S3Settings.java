package dev.tuningfork.classifier.fetch;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code s3:} images are, and as whom they are read. Which buckets may be read says the
 * {@link FetchPolicy}.
 *
 * @param endpoint of a store other than Amazon's, such as {@code https://s3.example.org}; trusted
 *     as it stands, so it may be a private address
 * @param region such as {@code eu-central-1}; null: what the environment says, or {@code us-east-1}
 *     where an endpoint is given
 * @param pathStyle whether the bucket stands in the path and not in the host's name, as most stores
 *     other than Amazon's want it
 */
public record S3Settings(
    @Nullable URI endpoint, @Nullable String region, boolean pathStyle, Credentials credentials) {

  /** Amazon's own, with what the environment says. */
  public static final S3Settings DEFAULT =
      new S3Settings(null, null, false, new Credentials.FromEnvironment());

  /** As whom a store is asked. */
  public sealed interface Credentials {

    /**
     * Environment variables, system properties, web identity, the profile file, the container or
     * the instance, in the order of the AWS SDK's default chain.
     */
    record FromEnvironment() implements Credentials {}

    /** Nobody: for buckets that are open to all, as survey archives often are. */
    record Anonymous() implements Credentials {}

    /** A key pair. */
    record KeyPair(String accessKeyId, String secretAccessKey) implements Credentials {

      /** Leaves the secret out, so that it does not end up in a log. */
      @Override
      public String toString() {
        return "KeyPair[accessKeyId=" + accessKeyId + "]";
      }
    }
  }
}
