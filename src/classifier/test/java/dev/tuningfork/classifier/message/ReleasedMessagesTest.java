package dev.tuningfork.classifier.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was released stays readable: the messages and schemas in {@code release-0.1} are those of
 * version 0.1, and are never changed. Within a major version, fields may be added that need not be
 * there, and nothing else.
 */
class ReleasedMessagesTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String RELEASE = "release-0.1/";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smallest",
        "whole",
        "s3",
        "file-hdu-by-number",
        "file-hdu-by-name",
        "data",
        "test",
        "nulls-and-unknown-fields"
      })
  void everyReferenceIsReadAsItWasMeant(String name) throws Exception {
    byte[] json = Schemas.resource(RELEASE + "reference-" + name + ".json");
    Schemas.assertValid(Schemas.schema("galaxy-image-reference.schema.json"), json);
    GalaxyImageReference reference = GalaxyImageReference.fromJson(json);
    assertThat(JSON.readTree(reference.toJson())).isEqualTo(meant(json));
    byte[] avro = Schemas.resource(RELEASE + "reference-" + name + ".avro");
    assertThat(GalaxyImageReference.fromAvro(avro, id -> released("galaxy-image-reference")))
        .isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-question", "intervals-and-views", "of-a-carried-image"})
  void everyMorphologyIsReadAsItWasMeant(String name) throws Exception {
    byte[] json = Schemas.resource(RELEASE + "morphology-" + name + ".json");
    Schemas.assertValid(Schemas.schema("galaxy-morphology.schema.json"), json);
    GalaxyMorphology morphology = GalaxyMorphology.fromJson(json);
    assertThat(sorted(JSON.readTree(morphology.toJson()))).isEqualTo(sorted(JSON.readTree(json)));
    byte[] avro = Schemas.resource(RELEASE + "morphology-" + name + ".avro");
    assertThat(GalaxyMorphology.fromAvro(avro, id -> released("galaxy-morphology")))
        .isEqualTo(morphology);
  }

  @Test
  void everyHeaderOfADeadLetterHasTheNameThatItHad() throws Exception {
    Set<String> names = new TreeSet<>();
    for (var field : DeadLetterHeaders.class.getFields()) {
      names.add((String) field.get(null));
    }
    JsonNode headers = JSON.readTree(Schemas.resource(RELEASE + "dead-letter-headers.json"));
    List<String> released = new ArrayList<>();
    headers.fieldNames().forEachRemaining(released::add);
    released.remove("content-type");
    assertThat(names).containsAll(released);
    assertThat(headers.path(DeadLetterHeaders.STAGE).asText()).isEqualTo(Stage.FETCH.label());
    assertThat(headers.path(DeadLetterHeaders.KIND).asText())
        .isEqualTo(FailureKind.PERMANENT.label());
  }

  @ParameterizedTest
  @ValueSource(strings = {"galaxy-image-reference", "galaxy-morphology"})
  void avroReadersAndWritersOfBothVersionsUnderstandEachOther(String name) {
    Schema now = Avro.schema(name + ".avsc");
    Schema then = released(name);
    for (var pair : List.of(List.of(now, then), List.of(then, now))) {
      var result =
          SchemaCompatibility.checkReaderWriterCompatibility(pair.getFirst(), pair.getLast());
      assertThat(result.getType())
          .as(result.getDescription())
          .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
  }

  /** Whoever wrote a reference by the released schema must not be refused. */
  @Test
  void noReferenceHasToSayMoreThanItHad() throws Exception {
    Map<String, Field> then = fields(RELEASE + "galaxy-image-reference.schema.json");
    Map<String, Field> now = fields("galaxy-image-reference.schema.json");
    assertThat(now.keySet()).containsAll(then.keySet());
    then.forEach(
        (path, field) ->
            assertThat(now.get(path).types).as("types of %s", path).containsAll(field.types));
    Set<String> due = required(now);
    due.removeIf(path -> isPartOfNew(path, then));
    assertThat(due).isSubsetOf(required(then));
  }

  /** A part of an object that the released schema does not have: who leaves it out needs none. */
  private static boolean isPartOfNew(String path, Map<String, Field> released) {
    int parent = path.lastIndexOf('.');
    return parent > 0 && !released.containsKey(path.substring(0, parent));
  }

  /** Whoever reads morphologies by the released schema must find what it promised. */
  @Test
  void noMorphologyPromisesLessThanItDid() throws Exception {
    Map<String, Field> then = fields(RELEASE + "galaxy-morphology.schema.json");
    Map<String, Field> now = fields("galaxy-morphology.schema.json");
    assertThat(now.keySet()).containsAll(then.keySet());
    then.forEach(
        (path, field) ->
            assertThat(field.types).as("types of %s", path).containsAll(now.get(path).types));
    assertThat(required(now)).containsAll(required(then));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "galaxy-image-reference",
        "galaxy-morphology",
        "survey-image-reference",
        "survey-image-outcome"
      })
  void bothFormsDescribeEveryFieldAlike(String name) throws Exception {
    Map<String, String> inAvro = new TreeMap<>();
    avroMeanings("", Avro.schema(name + ".avsc"), inAvro);
    Map<String, String> inJson = new TreeMap<>();
    fields(name + ".schema.json")
        .forEach(
            (path, field) -> {
              if (field.isLeaf) {
                inJson.put(path, field.meaning);
              }
            });
    assertThat(inAvro).isEqualTo(inJson);
    assertThat(inAvro.values())
        .as("every field has a UCD")
        .allSatisfy(meaning -> assertThat(meaning).contains("ucd=").doesNotContain("ucd=null"));
  }

  private record Field(Set<String> types, boolean required, boolean isLeaf, String meaning) {}

  private static Set<String> required(Map<String, Field> fields) {
    Set<String> required = new TreeSet<>();
    fields.forEach(
        (path, field) -> {
          if (field.required) {
            required.add(path);
          }
        });
    return required;
  }

  private static Map<String, Field> fields(String schema) throws IOException {
    Map<String, Field> fields = new LinkedHashMap<>();
    JsonNode root = JSON.readTree(Schemas.resource(schema));
    collect("", root, root, fields);
    return fields;
  }

  private static void collect(String path, JsonNode node, JsonNode root, Map<String, Field> into) {
    JsonNode object = node.has("items") ? node.path("items") : node;
    Set<String> required = new TreeSet<>();
    object.path("required").forEach(name -> required.add(name.asText()));
    object
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String name = property.getKey();
              JsonNode field = property.getValue();
              String below = path.isEmpty() ? name : path + "." + name;
              into.put(
                  below,
                  new Field(
                      types(field, root),
                      required.contains(name),
                      !field.has("properties") && !field.path("items").has("properties"),
                      meaning(field)));
              collect(below, field, root, into);
            });
  }

  private static Set<String> types(JsonNode field, JsonNode root) {
    JsonNode type = field.path("type");
    if (field.has("$ref")) {
      type = root.at(field.path("$ref").asText().substring(1)).path("type");
    }
    Set<String> types = new TreeSet<>();
    if (type.isArray()) {
      type.forEach(one -> types.add(one.asText()));
    } else {
      types.add(type.asText());
    }
    return types;
  }

  private static String meaning(JsonNode field) {
    return "unit=%s ucd=%s obscore=%s"
        .formatted(text(field, "unit"), text(field, "ucd"), text(field, "obscore"));
  }

  private static String text(JsonNode field, String name) {
    return field.has(name) ? field.path(name).asText() : null;
  }

  private static void avroMeanings(String path, Schema schema, Map<String, String> into) {
    Schema plain = schema.isUnion() ? schema.getTypes().getLast() : schema;
    if (plain.getType() == Schema.Type.ARRAY) {
      plain = plain.getElementType();
    }
    if (plain.getType() != Schema.Type.RECORD) {
      return;
    }
    for (Schema.Field field : plain.getFields()) {
      String below = path.isEmpty() ? field.name() : path + "." + field.name();
      Map<String, String> deeper = new TreeMap<>();
      avroMeanings(below, field.schema(), deeper);
      if (deeper.isEmpty()) {
        into.put(
            below,
            "unit=%s ucd=%s obscore=%s"
                .formatted(
                    field.getObjectProp("unit"),
                    field.getObjectProp("ucd"),
                    field.getObjectProp("obscore")));
      } else {
        into.putAll(deeper);
      }
    }
  }

  private static Schema released(String name) {
    return Avro.schema(RELEASE + name + ".avsc");
  }

  /** A reference as it is written again: without nulls and unknown fields, the HDU as text. */
  private static JsonNode meant(byte[] json) throws IOException {
    ObjectNode reference = (ObjectNode) JSON.readTree(json);
    reference.remove("brightness");
    ObjectNode image = (ObjectNode) reference.path("image");
    image.remove("camera");
    for (ObjectNode object : List.of(reference, image)) {
      List<String> absent = new ArrayList<>();
      object
          .properties()
          .forEach(
              field -> {
                if (field.getValue().isNull()) {
                  absent.add(field.getKey());
                }
              });
      object.remove(absent);
    }
    if (image.has("hdu")) {
      image.put("hdu", image.path("hdu").asText());
    }
    return reference;
  }

  /** Flags are a set. */
  private static JsonNode sorted(JsonNode morphology) {
    List<String> flags = new ArrayList<>();
    morphology.path("flags").forEach(flag -> flags.add(flag.asText()));
    ObjectNode copy = morphology.deepCopy();
    ArrayNode inOrder = copy.putArray("flags");
    flags.stream().sorted().forEach(inOrder::add);
    return copy;
  }
}
