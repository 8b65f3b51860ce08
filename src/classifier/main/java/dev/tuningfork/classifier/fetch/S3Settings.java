package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.setting.SettingsException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code s3:} images are, and the credentials for them. Which buckets may be read says the
 * {@link FetchPolicy}.
 *
 * @param endpoint null for Amazon's
 * @param region null for the environment's
 */
public record S3Settings(
    @Nullable URI endpoint, @Nullable String region, boolean pathStyle, Credentials credentials) {

  public static final Section SECTION = new Section("fetch.s3", "S3");

  /**
   * The URL of a store other than Amazon's, such as {@code https://s3.example.org}. Its address may
   * be private.
   */
  public static final Setting<Optional<URI>> ENDPOINT =
      SECTION.optional("endpoint", SettingType.URL);

  /**
   * The region, such as {@code eu-central-1}. By default it comes from the environment, or is
   * {@code us-east-1} if {@code fetch.s3.endpoint} is set.
   */
  public static final Setting<Optional<String>> REGION =
      SECTION.optional("region", SettingType.TEXT);

  /**
   * Whether the bucket is in the path of the URL and not in the host name. Most stores other than
   * Amazon's need {@code true}.
   */
  public static final Setting<Boolean> PATH_STYLE = SECTION.flag("path-style", false);

  /** Whether requests are sent without credentials, for buckets that are open to all. */
  public static final Setting<Boolean> ANONYMOUS = SECTION.flag("anonymous", false);

  /**
   * The access key id, together with {@code fetch.s3.secret-access-key}. Without both, the AWS SDK
   * looks for credentials: environment variables, web identity, profile file, container, instance.
   */
  public static final Setting<Optional<String>> ACCESS_KEY_ID = SECTION.secret("access-key-id");

  /** The secret access key, together with {@code fetch.s3.access-key-id}. */
  public static final Setting<Optional<String>> SECRET_ACCESS_KEY =
      SECTION.secret("secret-access-key");

  public static final S3Settings DEFAULT = of(SettingValues.NONE);

  static S3Settings of(SettingValues values) {
    Optional<String> id = values.get(ACCESS_KEY_ID);
    Optional<String> secret = values.get(SECRET_ACCESS_KEY);
    boolean anonymous = values.get(ANONYMOUS);
    if (id.isPresent() != secret.isPresent() || (anonymous && id.isPresent())) {
      throw new SettingsException(
          "The settings fetch.s3.access-key-id and fetch.s3.secret-access-key go together, and not"
              + " with fetch.s3.anonymous.");
    }
    Credentials credentials =
        anonymous
            ? new Credentials.Anonymous()
            : id.isPresent()
                ? new Credentials.KeyPair(id.get(), secret.orElseThrow())
                : new Credentials.FromEnvironment();
    return new S3Settings(
        values.get(ENDPOINT).orElse(null),
        values.get(REGION).orElse(null),
        values.get(PATH_STYLE),
        credentials);
  }

  /** The credentials for a store. */
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
