package dev.tuningfork.classifier.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Collectors;

/** Resources beside the messages, and JSON held to its schema. */
final class Schemas {

  private Schemas() {}

  static byte[] resource(String name) {
    try (InputStream resource = Schemas.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(resource, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Schema schema(String name) {
    return schema(resource(name), SpecificationVersion.DRAFT_2020_12);
  }

  static Schema schema(byte[] json, SpecificationVersion version) {
    return SchemaRegistry.withDefaultDialect(version)
        .getSchema(new String(json, UTF_8), InputFormat.JSON);
  }

  static void assertValid(Schema schema, byte[] json) {
    assertThat(
            schema
                .validate(
                    new String(json, UTF_8),
                    InputFormat.JSON,
                    context ->
                        context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }
}
