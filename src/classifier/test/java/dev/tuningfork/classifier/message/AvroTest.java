package dev.tuningfork.classifier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroTest {

  private static final AvroSchemas CURRENT = id -> GalaxyImageReference.avroSchema();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "galaxy-image-reference.example.json",
        "galaxy-image-reference-smallest.example.json",
        "galaxy-image-reference-of-a-tile.example.json"
      })
  void aReferenceComesBackUnchanged(String example) throws Exception {
    var reference = GalaxyImageReference.fromJson(Schemas.resource(example));
    byte[] avro = reference.toAvro(77);
    assertThat(avro).startsWith(0, 0, 0, 0, 77);
    assertThat(GalaxyImageReference.fromAvro(avro, CURRENT)).isEqualTo(reference);
    assertThat(avro.length).isLessThan(reference.toJson().length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "survey-image-reference.example.json",
        "survey-image-reference-inline.example.json"
      })
  void aSurveyImageComesBackUnchanged(String example) throws Exception {
    var reference = SurveyImageReference.fromJson(Schemas.resource(example));
    assertThat(
            SurveyImageReference.fromAvro(
                reference.toAvro(7), id -> SurveyImageReference.avroSchema()))
        .isEqualTo(reference);
  }

  @Test
  void theOutcomeOfASurveyImageComesBackUnchanged() throws Exception {
    var outcome =
        SurveyImageOutcome.fromJson(Schemas.resource("survey-image-outcome.example.json"));
    assertThat(
            SurveyImageOutcome.fromAvro(outcome.toAvro(7), id -> SurveyImageOutcome.avroSchema()))
        .isEqualTo(outcome);
  }

  /** A reader of version 0.1 makes a dead letter of a cutout, and never looks at the whole tile. */
  @Test
  void aReaderThatDoesNotKnowCutoutsFindsNoImage() throws Exception {
    var reference =
        GalaxyImageReference.fromJson(
            Schemas.resource("galaxy-image-reference-of-a-tile.example.json"));
    byte[] avro = reference.toAvro(7);
    Schema released = Avro.schema("release-0.1/galaxy-image-reference.avsc");
    GenericRecord read =
        new GenericDatumReader<GenericRecord>(GalaxyImageReference.avroSchema(), released)
            .read(null, DecoderFactory.get().binaryDecoder(avro, 5, avro.length - 5, null));
    assertThat(((GenericRecord) read.get("image")).get("uri")).hasToString("");
  }

  @Test
  void aMorphologyComesBackUnchanged() throws Exception {
    var morphology = GalaxyMorphology.fromJson(Schemas.resource("galaxy-morphology.example.json"));
    byte[] avro = morphology.toAvro(1);
    assertThat(GalaxyMorphology.fromAvro(avro, id -> GalaxyMorphology.avroSchema()))
        .isEqualTo(morphology);
    assertThat(MessageFormat.avro(CURRENT, 1).write(morphology)).isEqualTo(avro);
    assertThat(MessageFormat.JSON.write(morphology)).isEqualTo(morphology.toJson());
  }

  @Test
  void whatIsWrongIsSaidAsOfJson() {
    // written by a schema that promises less than the classifier's own check
    Schema schema = GalaxyImageReference.avroSchema();
    byte[] avro = Avro.write(new Blank(" ", new Place("file:/1")), schema, 1);
    assertThatThrownBy(() -> GalaxyImageReference.fromAvro(avro, CURRENT))
        .isInstanceOf(MessageException.class)
        .hasMessage("objectId is blank.");
  }

  private record Place(String uri) {}

  private record Blank(String objectId, Place image) {}

  @Test
  void whatIsCutOffOrTooLongOrOfAnotherMessageIsRefused() {
    byte[] avro = GalaxyImageReference.of("1", "file:/1").toAvro(1);
    for (byte[] bad :
        List.of(
            Arrays.copyOf(avro, 4),
            Arrays.copyOf(avro, avro.length - 1),
            Arrays.copyOf(avro, avro.length + 1))) {
      assertThatThrownBy(() -> GalaxyImageReference.fromAvro(bad, CURRENT))
          .isInstanceOf(MessageException.class);
    }
    assertThatThrownBy(
            () -> GalaxyImageReference.fromAvro(avro, id -> GalaxyMorphology.avroSchema()))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining("GalaxyMorphology");
  }

  @Test
  void avroWithoutARegistryIsToldToWantOne() {
    byte[] avro = GalaxyImageReference.of("1", "file:/1").toAvro(1);
    assertThatThrownBy(() -> MessageFormat.JSON.reference(avro))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining("registry.url");
  }
}
