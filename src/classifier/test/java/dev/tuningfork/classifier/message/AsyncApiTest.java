package dev.tuningfork.classifier.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SpecificationVersion;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.stream.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/asyncapi.yaml} against the specification and against the code.
 *
 * <p>The specification's schema is {@code schemas/3.0.0-without-$id.json} of <a
 * href="https://github.com/asyncapi/spec-json-schemas">asyncapi/spec-json-schemas</a> 6.11.1,
 * copyright AsyncAPI Initiative, Apache License 2.0, without its blanks and packed.
 */
class AsyncApiTest {

  private static final Path DOCUMENT = Path.of("../../docs/asyncapi.yaml");
  private static JsonNode document;

  @BeforeAll
  static void read() throws IOException {
    document = new YAMLMapper().readTree(Files.readString(DOCUMENT));
  }

  @Test
  void itIsAnAsyncApiDocument() throws IOException {
    byte[] schema =
        new GZIPInputStream(
                new ByteArrayInputStream(Schemas.resource("asyncapi-3.0.0.schema.json.gz")))
            .readAllBytes();
    Schemas.assertValid(
        Schemas.schema(schema, SpecificationVersion.DRAFT_7),
        new JsonMapper().writeValueAsBytes(document));
    ObjectNode broken = document.deepCopy();
    broken.remove("info");
    assertThat(
            Schemas.schema(schema, SpecificationVersion.DRAFT_7)
                .validate(broken.toString(), InputFormat.JSON))
        .as("the schema refuses what is none")
        .isNotEmpty();
  }

  @Test
  void theTopicsAreTheDefaults() {
    assertThat(address("references")).isEqualTo(Topics.DEFAULT.input());
    assertThat(address("morphologies")).isEqualTo(Topics.DEFAULT.output());
    assertThat(address("deadLetters")).isEqualTo(Topics.DEFAULT.deadLetters());
    assertThat(address("surveyImageOutcomes"))
        .isEqualTo(ClassifierSettings.DEFAULT.pipeline().survey().outcomes());
    document
        .path("channels")
        .forEach(
            channel ->
                assertThat(channel.at("/bindings/kafka/topic")).isEqualTo(channel.path("address")));
    assertThat(document.at("/operations/classify/bindings/kafka/groupId/enum/0").asText())
        .isEqualTo(ClassifierSettings.DEFAULT.group().applicationId());
  }

  @Test
  void theHeadersAreThoseOfTheCode() throws IllegalAccessException {
    JsonNode headers = document.at("/components/schemas/deadLetterHeaders");
    for (var field : DeadLetterHeaders.class.getFields()) {
      assertThat(headers.path("properties").has((String) field.get(null)))
          .as("%s is documented", field.get(null))
          .isTrue();
    }
    assertThat(texts(headers.at("/properties/" + DeadLetterHeaders.STAGE + "/enum")))
        .isEqualTo(Arrays.stream(Stage.values()).map(Stage::label).toList());
    assertThat(texts(headers.at("/properties/" + DeadLetterHeaders.KIND + "/enum")))
        .isEqualTo(Arrays.stream(FailureKind.values()).map(FailureKind::label).toList());
  }

  @Test
  void everyReferenceResolves() throws IOException {
    for (JsonNode reference : document.findValues("$ref")) {
      String target = reference.asText();
      if (target.startsWith("#")) {
        assertThat(document.at(target.substring(1)).isMissingNode()).as(target).isFalse();
      } else {
        Path file = DOCUMENT.resolveSibling(target).normalize();
        assertThat(Files.readAllBytes(file))
            .as(target)
            .isEqualTo(Schemas.resource(file.getFileName().toString()));
      }
    }
  }

  @Test
  void itsExamplesAreValid() throws Exception {
    JsonNode example = document.at("/components/messages/reference/examples/0/payload");
    byte[] json = example.toString().getBytes(UTF_8);
    Schemas.assertValid(Schemas.schema("galaxy-image-reference.schema.json"), json);
    assertThat(GalaxyImageReference.fromJson(json).objectId()).isEqualTo("587722952767439450");
    json =
        document.at("/components/messages/reference/examples/1/payload").toString().getBytes(UTF_8);
    Schemas.assertValid(Schemas.schema("galaxy-image-reference.schema.json"), json);
    assertThat(GalaxyImageReference.fromJson(json).image().cutout().tile()).isEqualTo("5428-76");
  }

  private static String address(String channel) {
    return document.path("channels").path(channel).path("address").asText();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
