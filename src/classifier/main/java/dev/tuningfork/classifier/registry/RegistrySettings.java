package dev.tuningfork.classifier.registry;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.setting.SettingsException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * The address of the schema registry, and the credentials for it.
 *
 * @param credentials empty: none are sent
 * @param authorities empty: those that Java trusts
 */
public record RegistrySettings(
    URI url, Optional<Credentials> credentials, Optional<Path> authorities, boolean register) {

  public static final Section SECTION = new Section("registry", "Schema registry");

  /**
   * The URL of the schema registry, such as {@code https://registry:8081}, or {@code
   * https://apicurio/apis/ccompat/v7} for Apicurio. Avro references are read only if it is set.
   */
  public static final Setting<Optional<URI>> URL = SECTION.optional("url", SettingType.URL);

  /** The user for basic authentication, together with {@code registry.password}. */
  public static final Setting<Optional<String>> USERNAME = SECTION.secret("username");

  /** The password of {@code registry.username}. */
  public static final Setting<Optional<String>> PASSWORD = SECTION.secret("password");

  /** A bearer token, instead of a user and a password. */
  public static final Setting<Optional<String>> TOKEN = SECTION.secret("token");

  /**
   * A PEM file with the certificate authorities that may sign the registry's certificate. By
   * default, those that Java trusts.
   */
  public static final Setting<Optional<Path>> AUTHORITIES =
      SECTION.optional("authorities", SettingType.PATH);

  /**
   * Whether a missing schema is registered at startup. With {@code false}, the start fails if the
   * schema is missing.
   */
  public static final Setting<Boolean> REGISTER = SECTION.flag("register", true);

  /** The registry of these values; empty where no registry is set. */
  public static Optional<RegistrySettings> of(SettingValues values) {
    Optional<URI> url = values.get(URL);
    Optional<String> user = values.get(USERNAME);
    Optional<String> password = values.get(PASSWORD);
    Optional<String> token = values.get(TOKEN);
    Optional<Path> authorities = values.get(AUTHORITIES);
    if (user.isPresent() != password.isPresent() || (user.isPresent() && token.isPresent())) {
      throw new SettingsException(
          "The settings registry.username and registry.password go together, and not with"
              + " registry.token.");
    }
    if (url.isEmpty() && (user.isPresent() || token.isPresent() || authorities.isPresent())) {
      throw new SettingsException("registry.* is set, but registry.url is missing.");
    }
    Optional<Credentials> credentials =
        user.isPresent()
            ? Optional.of(new UserPassword(user.get(), password.orElseThrow()))
            : token.map(Token::new);
    return SECTION.check(
        () ->
            url.map(
                place ->
                    new RegistrySettings(place, credentials, authorities, values.get(REGISTER))));
  }

  /**
   * @throws IllegalArgumentException with a sentence, where the URL is not one of a registry
   */
  public RegistrySettings {
    String scheme = String.valueOf(url.getScheme());
    if (!scheme.matches("https?") || url.getHost() == null) {
      throw new IllegalArgumentException(
          "registry.url must be an http or https URL such as https://registry:8081.");
    }
    if (url.getUserInfo() != null || url.getQuery() != null) {
      throw new IllegalArgumentException(
          "registry.url must contain neither credentials nor a query: set registry.username and"
              + " registry.password, or registry.token.");
    }
  }

  /** How the classifier says who it is. */
  public sealed interface Credentials {
    /** The value of the header {@code Authorization}. */
    String header();
  }

  /** HTTP's basic authentication (RFC 7617). */
  public record UserPassword(String user, String password) implements Credentials {
    @Override
    public String header() {
      return "Basic "
          + Base64.getEncoder()
              .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Not the password. */
    @Override
    public String toString() {
      return "UserPassword[user=" + user + "]";
    }
  }

  /** A bearer token (RFC 6750). */
  public record Token(String token) implements Credentials {
    @Override
    public String header() {
      return "Bearer " + token;
    }

    /** Not the token. */
    @Override
    public String toString() {
      return "Token";
    }
  }
}
