package dev.tuningfork.classifier.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * Where the schema registry is, and who asks it.
 *
 * @param url of the interface that Confluent's registry defined and others offer too: {@code
 *     http://registry:8081}, or {@code https://apicurio/apis/ccompat/v7}
 * @param credentials empty: none are sent
 * @param authorities a PEM file of the certificates that may sign the registry's; empty: those that
 *     Java trusts
 * @param register whether schemas that are missing are registered; if not, a start is refused
 *     without them
 */
public record RegistrySettings(
    URI url, Optional<Credentials> credentials, Optional<Path> authorities, boolean register) {

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
          "registry.url must hold neither credentials nor a query: set registry.username and"
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
