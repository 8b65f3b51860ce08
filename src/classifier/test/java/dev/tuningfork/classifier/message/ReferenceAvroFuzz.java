package dev.tuningfork.classifier.message;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Map;
import org.apache.avro.Schema;

/** The schemas are an honest registry's; the bytes may name any of them, and be anything. */
class ReferenceAvroFuzz {

  private static final Map<Integer, Schema> SCHEMAS =
      Map.of(
          0, GalaxyImageReference.avroSchema(),
          1, Avro.schema("galaxy-image-reference-of-another.avsc"),
          2, GalaxyMorphology.avroSchema());

  @FuzzTest(maxDuration = "5s")
  void anyBytesAreAReferenceOrRefused(byte[] bytes) {
    AnyMessage.check(() -> GalaxyImageReference.fromAvro(bytes, ReferenceAvroFuzz::schema));
  }

  private static Schema schema(int id) throws MessageException {
    Schema schema = SCHEMAS.get(id);
    if (schema == null) {
      throw new MessageException("There is no schema " + id + ".");
    }
    return schema;
  }
}
