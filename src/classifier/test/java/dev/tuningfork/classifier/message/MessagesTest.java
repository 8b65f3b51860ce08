package dev.tuningfork.classifier.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tuningfork.image.QualityFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.streams.errors.internals.ExceptionHandlerUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Schema REFERENCE = schema("galaxy-image-reference.schema.json");
  private static final Schema MORPHOLOGY = schema("galaxy-morphology.schema.json");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "galaxy-image-reference.example.json",
        "galaxy-image-reference-smallest.example.json",
        "galaxy-image-reference-of-a-tile.example.json"
      })
  void exampleReferencesAreValidAndComeBackUnchanged(String example) throws Exception {
    byte[] json = resource(example);
    assertValid(REFERENCE, json);
    GalaxyImageReference reference = GalaxyImageReference.fromJson(json);
    assertValid(REFERENCE, reference.toJson());
    assertThat(GalaxyImageReference.fromJson(reference.toJson())).isEqualTo(reference);
    assertThat(JSON.readTree(reference.toJson())).isEqualTo(JSON.readTree(json));
  }

  @Test
  void theExampleMorphologyIsValidAndComesBackUnchanged() throws Exception {
    byte[] json = resource("galaxy-morphology.example.json");
    assertValid(MORPHOLOGY, json);
    GalaxyMorphology morphology = GalaxyMorphology.fromJson(json);
    assertValid(MORPHOLOGY, morphology.toJson());
    assertThat(GalaxyMorphology.fromJson(morphology.toJson())).isEqualTo(morphology);
    assertThat(JSON.readTree(morphology.toJson())).isEqualTo(JSON.readTree(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "survey-image-reference.example.json",
        "survey-image-reference-inline.example.json"
      })
  void exampleSurveyImagesAreValidAndComeBackUnchanged(String example) throws Exception {
    byte[] json = resource(example);
    Schema schema = schema("survey-image-reference.schema.json");
    assertValid(schema, json);
    SurveyImageReference reference = SurveyImageReference.fromJson(json);
    assertValid(schema, reference.toJson());
    assertThat(SurveyImageReference.fromJson(reference.toJson())).isEqualTo(reference);
    assertThat(JSON.readTree(reference.toJson())).isEqualTo(JSON.readTree(json));
  }

  @Test
  void theExampleOutcomeIsValidAndComesBackUnchanged() throws Exception {
    byte[] json = resource("survey-image-outcome.example.json");
    assertValid(schema("survey-image-outcome.schema.json"), json);
    SurveyImageOutcome outcome = SurveyImageOutcome.fromJson(json);
    assertThat(SurveyImageOutcome.fromJson(outcome.toJson())).isEqualTo(outcome);
    assertThat(JSON.readTree(outcome.toJson())).isEqualTo(JSON.readTree(json));
  }

  /** The schema and the code refuse the same references to a galaxy of a tile. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`\"ra\":1` | `\"tile\":\"t\",\"bands\":[BAND],\"side\":64` | ra and dec are missing:"
            + " image.cutout needs the galaxy's position.",
        "POSITION | `\"bands\":[BAND],\"side\":64` | image.cutout.tile is missing.",
        "POSITION | `\"tile\":\"t\",\"side\":64` | image.cutout.bands is missing: it must name a"
            + " file a band.",
        "POSITION | `\"tile\":\"t\",\"bands\":[],\"side\":64` | image.cutout.bands is missing: it"
            + " must name a file a band.",
        "POSITION | `\"tile\":\"t\",\"bands\":[{\"name\":\"r\",\"uri\":\"r.fits\"}],\"side\":64` |"
            + " the uri of the band r has no scheme, such as https: or file:, in 'r.fits'.",
        "POSITION | `\"tile\":\"t\",\"bands\":[BAND]` | image.cutout needs either fieldOfView"
            + " (arcseconds) or side (pixels).",
        "POSITION | `\"tile\":\"t\",\"bands\":[BAND],\"side\":64,\"fieldOfView\":9` | image.cutout"
            + " needs either fieldOfView (arcseconds) or side (pixels).",
        "POSITION | `\"tile\":\"t\",\"bands\":[BAND],\"side\":0` | image.cutout.side must be more"
            + " than 0 pixels, not 0.0.",
      })
  void aGalaxyOfATileThatIsNotWholeIsRefused(String position, String cutout, String sentence) {
    String json =
        "{\"objectId\":\"1\",%s,\"image\":{\"cutout\":{%s}}}"
            .formatted(
                position.replace("POSITION", "\"ra\":1,\"dec\":2"),
                cutout.replace("BAND", "{\"name\":\"r\",\"uri\":\"file:/r.fits\"}"));
    assertThatThrownBy(() -> GalaxyImageReference.fromJson(json.getBytes(UTF_8)))
        .isInstanceOf(MessageException.class)
        .hasMessage(sentence);
    assertThat(REFERENCE.validate(json, InputFormat.JSON)).isNotEmpty();
  }

  @Test
  void aMessageThatNamesThousandsOfFilesIsRefused() throws Exception {
    String bands =
        IntStream.range(0, 10_000)
            .mapToObj("{\"name\":\"b%1$d\",\"uri\":\"file:/%1$d\"}"::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    String json =
        "{\"surveyImageId\":\"t\",\"bands\":%s,\"catalogue\":{\"uri\":\"file:/c\"}}"
            .formatted(bands);
    assertThatThrownBy(() -> SurveyImageReference.fromJson(json.getBytes(UTF_8)))
        .hasMessage("bands names 10000 files; at most 32 are allowed.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"surveyImageId\":\"t\",\"bands\":[{\"name\":\"r\",\"uri\":\"file:/r\"}]}",
        "{\"surveyImageId\":\"t\",\"bands\":[{\"name\":\"r\",\"uri\":\"file:/r\"}],\"galaxies\":[]}",
        "{\"surveyImageId\":\"t\",\"bands\":[{\"name\":\"r\",\"uri\":\"file:/r\"}],\"galaxies\":[{}],"
            + "\"catalogue\":{\"uri\":\"file:/c\"}}",
      })
  void aSurveyImageHasItsGalaxiesInOnePlace(String json) {
    assertThatThrownBy(() -> SurveyImageReference.fromJson(json.getBytes(UTF_8)))
        .hasMessage("A survey image needs either galaxies or a catalogue.");
    assertThat(schema("survey-image-reference.schema.json").validate(json, InputFormat.JSON))
        .isNotEmpty();
  }

  @Test
  void aGalaxyOutOfRangeCostsNoOtherOfItsSurveyImage() throws Exception {
    String json =
        """
        {"surveyImageId": "t", "bands": [{"name": "r", "uri": "file:/r"}], "galaxies": [
          {"objectId": "good", "ra": 1, "dec": 2, "side": 64},
          {"objectId": "far", "ra": 400, "dec": 2, "side": 64},
          {"ra": 1, "dec": 2, "side": 64},
          {"objectId": "flat", "ra": 1, "dec": 2}]}
        """;
    assertThat(
            SurveyImageReference.fromJson(json.getBytes(UTF_8)).galaxies().stream()
                .map(galaxy -> galaxy.problem().orElse("")))
        .containsExactly(
            "",
            "ra must lie between 0 and 360 degrees, not 400.0.",
            "objectId is missing.",
            "either fieldOfView (arcseconds) or side (pixels) is needed.");
  }

  @Property(tries = 300)
  void everyReferenceIsValidAndComesBackUnchanged(
      @ForAll("references") GalaxyImageReference reference) throws Exception {
    byte[] json = reference.toJson();
    assertValid(REFERENCE, json);
    assertThat(GalaxyImageReference.fromJson(json)).isEqualTo(reference);
  }

  @Test
  void unknownFieldsAndNullsAreIgnored() throws Exception {
    byte[] json =
        """
        {"objectId": "1", "brightness": {"r": [17.5]}, "survey": null,
         "image": {"uri": "file:/1.jpg", "camera": "x", "bands": null, "hdu": 2}}
        """
            .getBytes(UTF_8);
    assertValid(REFERENCE, json);
    GalaxyImageReference reference = GalaxyImageReference.fromJson(json);
    assertThat(reference.survey()).isNull();
    assertThat(reference.image().bands()).isEmpty();
    assertThat(reference.image().hdu()).isEqualTo("2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"image\":{\"uri\":\"file:/1\"}} | objectId is missing.",
        "{\"objectId\":\" \",\"image\":{\"uri\":\"file:/1\"}} | objectId is blank.",
        "{\"objectId\":5877,\"image\":{\"uri\":\"file:/1\"}} | objectId must be a string, not an"
            + " integer.",
        "{\"objectId\":\"1\"} | image is missing: it must name the image's URI.",
        "{\"objectId\":\"1\",\"image\":\"file:/1\"} | image must be an object, not this string.",
        "{\"objectId\":\"1\",\"image\":{}} | image.uri is missing.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"1.jpg\"}} | image.uri has no scheme, such as"
            + " https: or file:, in '1.jpg'.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"sizeBytes\":0}} | image.sizeBytes"
            + " must be more than 0, not 0.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"sizeBytes\":1.5}} | image.sizeBytes"
            + " must be an integer, not a decimal number.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"sizeBytes\":\"12\"}} |"
            + " image.sizeBytes must be an integer, not this string.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"sha256\":\"abc\"}} | image.sha256"
            + " must be 64 hexadecimal digits.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"pixelScale\":-1}} | image.pixelScale"
            + " must be more than 0 arcseconds, not -1.0.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"bands\":[\"g\",7]}} | image.bands[1]"
            + " must be a string, not an integer.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"bands\":\"g\"}} | image.bands must be"
            + " a list, not this string.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"hdu\":1.5}} | image.hdu must be a"
            + " string, not a decimal number.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\"},\"ra\":361} | ra must lie between 0.0"
            + " and 360.0 degrees, not 361.0.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\"},\"dec\":-91} | dec must lie between"
            + " -90.0 and 90.0 degrees, not -91.0.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\"},\"publishedAt\":\"today\"} |"
            + " publishedAt must be a time as in RFC 3339, such as 2026-01-31T22:15:00Z, not this"
            + " string.",
        "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\"},\"test\":\"yes\"} | test must be true"
            + " or false, not this string.",
        "[] | The message must be a JSON object, not a list.",
        "null | The message is null, not a JSON object.",
      })
  void whatIsWrongIsSaidInASentenceThatNamesTheField(String json, String sentence)
      throws Exception {
    assertThatThrownBy(() -> GalaxyImageReference.fromJson(json.getBytes(UTF_8)))
        .isInstanceOf(MessageException.class)
        .hasMessage(sentence);
    assertThat(REFERENCE.validate(json, InputFormat.JSON, MessagesTest::assertFormats))
        .as("the schema refuses it too")
        .isNotEmpty();
  }

  private static final String REFERENCE_TEXT =
      "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\"}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "@\\n@ | contains more than one JSON value",
        "@@ | contains more than one JSON value",
        "@ 7 | contains more than one JSON value",
        "@\\n@\\n@\\n | contains more than one JSON value",
        "@ end | has text after its JSON object",
        "@} | has text after its JSON object",
        "@,@ | has text after its JSON object",
        "[@] | not a list: publish each of its 1 values as a separate record",
        "[@,@] | not a list: publish each of its 2 values as a separate record",
        "\"{\\\"objectId\\\":\\\"1\\\"}\" | it was serialised twice",
        "{\"schema\":{\"type\":\"struct\"},\"payload\":@} | value.converter.schemas.enable",
        "{\"schema\":null,\"payload\":@} | value.converter.schemas.enable",
        "{\"payload\":\"QUJD\",\"schema\":{\"type\":\"bytes\",\"optional\":false}} |"
            + " value.converter.schemas.enable",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":@} |"
            + " binary mode",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data_base64\":\"QQ==\"}"
            + " | binary mode",
        "{\"before\":null,\"after\":@,\"op\":\"c\"} | ExtractNewRecordState",
        "{\"source\":{},\"op\":\"t\",\"ts_ms\":1} | ExtractNewRecordState",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"} | binary mode",
        "{\"database\":\"d\",\"type\":\"insert\",\"data\":@} | within the field \"data\" of another"
            + " object",
        "{\"Message\":\" {\\\"objectId\\\":\\\"1\\\"}\"} | within the field \"Message\" of another"
            + " object",
        "{\"ObjectID\":\"1\",\"image\":{\"uri\":\"file:/1\"}} | objectId is missing: rename the field"
            + " \"ObjectID\".",
        "{\"object_id\":\"1\",\"image\":{\"uri\":\"file:/1\"}} | rename the field \"object_id\"",
        "{\"EventName\":\"s3:ObjectCreated:Put\",\"Records\":[{\"s3\":{\"bucket\":{}}}]} | notification"
            + " of an object store",
        "{\"surveyImageId\":\"t\",\"bands\":[]} | is a survey image: publish it to the topic that"
            + " survey-images.topic names",
        "\"/9j/4AAQSkZJRgABAQ==\" | base64 text: publish its bytes",
        "\"https://images.example.org/1.jpg\" | publish a JSON object with objectId and image.uri",
      })
  void whatWrapsOrFollowsAReferenceIsNamedWithItsRemedy(String json, String sentence) {
    String text = json.replace("@", REFERENCE_TEXT).replace("\\n", "\n");
    assertThatThrownBy(() -> GalaxyImageReference.fromJson(text.getBytes(UTF_8)))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining(sentence);
  }

  static Stream<Arguments> valuesThatAreNoMessage() {
    return Stream.of(
        arguments(
            "GIF89a", "format GIF, which is not supported: publish a JPEG, PNG or FITS image"),
        arguments("II*\0\u0008", "format TIFF"),
        arguments("MM\0*\0", "format TIFF"),
        arguments("RIFF\0\1\0\0WEBPVP8", "format WebP"),
        arguments("BM\1\2\0\0\0\0\0\0", "format BMP"),
        arguments("\0\0\0\fjP  \r\n\u0087\n\0", "format JPEG 2000"),
        arguments("\u00ff\n\1", "format JPEG XL"),
        arguments("\0\0\0\u001cftypavif\0\0", "format AVIF"),
        arguments("\0\0\0\u0018ftypheic\0\0", "format HEIF"),
        arguments("<?xml version='1.0'?><VOEvent/>", "format XML"),
        arguments("\u0089HDF\r\n\u001a\n", "format HDF5"),
        arguments("#ASDF 1.0.0", "format ASDF"),
        arguments("\u0093NUMPY\1", "format NumPy"),
        arguments("XTENSION= 'IMAGE   '", "FITS without its primary HDU"),
        arguments(
            "PK\3\4\1", "compressed with ZIP, which is not supported: publish it uncompressed"),
        arguments("BZh91AY", "compressed with bzip2"),
        arguments("(\u00b5/\u00fd\1", "compressed with Zstandard"),
        arguments("\u00fd7zXZ\0", "compressed with xz"),
        arguments("Obj\1\4\u0014avro.codec", "Avro file with its own schema"),
        arguments("\u00c3\1\1\2", "single-object encoding"),
        arguments("\u00ac\u00ed\0\5", "serialised Java object"),
        arguments("\u0080\4\u0095", "Python pickle"),
        arguments("/9j/4AAQSkZJRgABAQ", "base64 text: publish its bytes"),
        arguments("iVBORw0KGgoAAAANSUhEUg", "base64 text"),
        arguments("data:image/jpeg;base64,/9j/", "URI alone: publish a JSON object"),
        arguments("s3://bucket/1.fits", "URI alone"),
        arguments("\u0082\u00a8ob", "neither JSON in UTF-8 nor an image"),
        arguments("\3\0\1\2", "neither JSON in UTF-8 nor an image"),
        arguments("\u00ef\u00bb\u00bf{}", "objectId is missing."),
        arguments("{}", "objectId is missing."),
        arguments("587,file:/1", "not valid JSON"));
  }

  /** A letter stands for a byte. */
  @ParameterizedTest
  @MethodSource("valuesThatAreNoMessage")
  void whatIsNoMessageIsNamedWithItsRemedy(String value, String sentence) {
    assertThatThrownBy(() -> MessageFormat.JSON.reference(value.getBytes(ISO_8859_1)))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining(sentence);
  }

  private static final String SURVEY_IMAGE_TEXT =
      "{\"surveyImageId\":\"t\",\"bands\":[{\"name\":\"r\",\"uri\":\"file:/r\"}],"
          + "\"catalogue\":{\"uri\":\"file:/c\"}}";

  static Stream<Arguments> valuesThatAreNoSurveyImage() {
    return Stream.of(
        arguments("SIMPLE  =                    T", "is a FITS image itself: publish a reference"),
        arguments("\u00ff\u00d8\u00ff\u00e0", "is a JPEG image itself"),
        arguments("\u001f\u008b\10", "compressed with gzip"),
        arguments("II*\0\u0008", "format TIFF, which is not supported: publish a reference"),
        arguments("PAR1\u0015\4", "format Parquet"),
        arguments("Obj\1\4\u0014avro.codec", "Avro file with its own schema"),
        arguments("\u00c3\1\1\2", "single-object encoding"),
        arguments(
            "\u0080\4\u0095", "a Python pickle, which is not supported: publish JSON or Avro."),
        arguments("\3\0\1\2", "neither JSON in UTF-8 nor Avro as"),
        arguments("s3://bucket/t.fits", "JSON object with surveyImageId, bands, and galaxies"),
        arguments("/9j/4AAQSkZJRgABAQ", "base64 text: publish a reference"),
        arguments("\"s3://bucket/t.fits\"", "JSON object with surveyImageId"),
        arguments("@ @", "contains more than one JSON value"),
        arguments("[@,@]", "not a list: publish each of its 2 values as a separate record"),
        arguments("{\"schema\":null,\"payload\":@}", "value.converter.schemas.enable"),
        arguments("{\"specversion\":\"1.0\",\"type\":\"t\",\"data\":@}", "binary mode"),
        arguments("{\"before\":null,\"after\":@,\"op\":\"c\"}", "ExtractNewRecordState"),
        arguments("{\"fullDocument\":@}", "within the field \"fullDocument\""),
        arguments("{\"m\":\"{\\\"surveyImageId\\\":1}\"}", "within the field \"m\""),
        arguments("{\"survey_image_id\":\"t\"}", "rename the field \"survey_image_id\""),
        arguments(REFERENCE_TEXT, "one galaxy: publish it to the topic that input.topic names"),
        arguments("{}", "surveyImageId is missing."));
  }

  /** A letter stands for a byte. */
  @ParameterizedTest
  @MethodSource("valuesThatAreNoSurveyImage")
  void whatIsNoSurveyImageIsNamedWithItsRemedy(String value, String sentence) throws Exception {
    MessageFormat.JSON.surveyImage(SURVEY_IMAGE_TEXT.getBytes(UTF_8));
    byte[] bytes = value.replace("@", SURVEY_IMAGE_TEXT).getBytes(ISO_8859_1);
    assertThatThrownBy(() -> MessageFormat.JSON.surveyImage(bytes))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void whatIsNotSeenIsEscapedInJsonAndComesBack() throws Exception {
    var reference = GalaxyImageReference.of("a\u202eb\u009b\u007fc\u200bé\n", "file:/1");
    byte[] json = reference.toJson();
    assertThat(new String(json, UTF_8)).contains("a\\u202eb\\u009b\\u007fc\\u200bé\\n");
    assertThat(GalaxyImageReference.fromJson(json)).isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32LE"})
  void textInUtf16IsRead(String encoding) throws Exception {
    assertThat(MessageFormat.JSON.reference(REFERENCE_TEXT.getBytes(encoding)))
        .isEqualTo(GalaxyImageReference.of("1", "file:/1"));
  }

  @Test
  void somethingThatOnlyLooksLikeAnEnvelopeIsReadOrNamedByItsField() throws Exception {
    String more = ",\"schema\":1,\"payload\":2,\"specversion\":\"1.0\",\"data\":3}";
    assertThat(GalaxyImageReference.fromJson((without(REFERENCE_TEXT) + more).getBytes(UTF_8)))
        .isEqualTo(GalaxyImageReference.of("1", "file:/1"));
    assertThatThrownBy(
            () -> GalaxyImageReference.fromJson(("{\"objectId\":\"1\"" + more).getBytes(UTF_8)))
        .hasMessage("image is missing: it must name the image's URI.");
  }

  private static String without(String json) {
    return json.substring(0, json.length() - 1);
  }

  @Test
  void aMarkOfByteOrderAndBlanksAroundAreRead() throws Exception {
    for (String text : List.of("\uFEFF" + REFERENCE_TEXT, " \r\n" + REFERENCE_TEXT + "\r\n ")) {
      assertThat(GalaxyImageReference.fromJson(text.getBytes(UTF_8)))
          .isEqualTo(GalaxyImageReference.of("1", "file:/1"));
    }
  }

  @Test
  void jsonInTheFrameOfARegistryIsSaidToBeThat() {
    byte[] framed = ("\0\0\0\0\7" + REFERENCE_TEXT).getBytes(UTF_8);
    assertThatThrownBy(() -> MessageFormat.JSON.reference(framed))
        .hasMessageContaining("JSON Schema serialisers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "{", "{\"objectId\":", "hello", "{} {}", "\u0000\u0001"})
  void notJsonIsReportedAsSuch(String text) {
    assertThatThrownBy(() -> GalaxyImageReference.fromJson(text.getBytes(UTF_8)))
        .isInstanceOf(MessageException.class);
  }

  /** Found by fuzzing: JSON's first bytes choose between UTF-8, 16 and 32. */
  @Test
  void aFalseUtf32MarkIsReportedAsNotJson() {
    byte[] bytes = {'{', 0, 0, 0, 0, 0, 0x21, 0x6f};
    assertThatThrownBy(() -> GalaxyImageReference.fromJson(bytes))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining("The message is not JSON in UTF-8");
  }

  @Test
  void aModelOfOneQuestionLeavesOutWhatItCannotKnow() throws Exception {
    var morphology =
        new GalaxyMorphology(
            "1",
            null,
            null,
            null,
            null,
            new GalaxyMorphology.Tree("gz2", "1"),
            List.of(
                new GalaxyMorphology.Question(
                    "t03",
                    "bar",
                    null,
                    List.of(
                        new GalaxyMorphology.Answer("a06", "bar", 0.25, null, 0.125, 0.5),
                        new GalaxyMorphology.Answer("a07", "no-bar", 0.75, null, 0.5, 0.875)))),
            new GalaxyMorphology.Morphology(null, "No bar."),
            Set.of(QualityFlag.LOW_SIGNAL),
            new GalaxyMorphology.Model("m", "1", "0".repeat(64), null),
            "p",
            new GalaxyMorphology.Image(null, "0".repeat(64), 1, 1),
            "cpu",
            null,
            Instant.EPOCH,
            Instant.EPOCH,
            new GalaxyMorphology.Source("t", 0, 0));
    byte[] json = morphology.toJson();
    assertValid(MORPHOLOGY, json);
    assertThat(new String(json, UTF_8)).doesNotContain("null", "askedProbability", "joint");
    assertThat(GalaxyMorphology.fromJson(json)).isEqualTo(morphology);
  }

  @Test
  void whatWasFoundOutAboutAFitsImageIsInTheMessageInEitherForm() throws Exception {
    var known = GalaxyMorphology.fromJson(resource("galaxy-morphology.example.json"));
    var image =
        new GalaxyMorphology.Image(
            "file:/1.fits", "0".repeat(64), 96, 90, "SCI", 0.26, 150.25, -2.5, 0.125, null);
    var morphology =
        new GalaxyMorphology(
            known.objectId(),
            known.referenceId(),
            known.survey(),
            known.ra(),
            known.dec(),
            known.tree(),
            known.questions(),
            known.morphology(),
            Set.of(QualityFlag.NAN_FILLED, QualityFlag.BAND_MISSING),
            known.model(),
            known.preprocessing(),
            image,
            known.device(),
            known.publishedAt(),
            known.receivedAt(),
            known.classifiedAt(),
            known.source());

    assertValid(MORPHOLOGY, morphology.toJson());
    assertThat(GalaxyMorphology.fromJson(morphology.toJson())).isEqualTo(morphology);
    assertThat(GalaxyMorphology.fromAvro(morphology.toAvro(1), _ -> GalaxyMorphology.avroSchema()))
        .isEqualTo(morphology);
  }

  @Test
  void aFieldOfViewMustBePositive() {
    assertThatThrownBy(
            () ->
                GalaxyImageReference.fromJson(
                    "{\"objectId\":\"1\",\"image\":{\"uri\":\"file:/1\",\"fieldOfView\":0}}"
                        .getBytes(UTF_8)))
        .hasMessage("image.fieldOfView must be more than 0 arcseconds, not 0.0.");
  }

  @Test
  void deadLettersUseTheNamesOfKafkaStreams() {
    assertThat(DeadLetterHeaders.EXCEPTION)
        .isEqualTo(ExceptionHandlerUtils.HEADER_ERRORS_EXCEPTION_NAME);
    assertThat(DeadLetterHeaders.MESSAGE)
        .isEqualTo(ExceptionHandlerUtils.HEADER_ERRORS_EXCEPTION_MESSAGE_NAME);
    assertThat(DeadLetterHeaders.TOPIC).isEqualTo(ExceptionHandlerUtils.HEADER_ERRORS_TOPIC_NAME);
    assertThat(DeadLetterHeaders.PARTITION)
        .isEqualTo(ExceptionHandlerUtils.HEADER_ERRORS_PARTITION_NAME);
    assertThat(DeadLetterHeaders.OFFSET).isEqualTo(ExceptionHandlerUtils.HEADER_ERRORS_OFFSET_NAME);
  }

  @Provide
  Arbitrary<GalaxyImageReference> references() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withCharRange('!', '\u07ff')
            .ofMinLength(1)
            .ofMaxLength(40)
            .filter(name -> !name.isBlank());
    Arbitrary<Double> degrees = Arbitraries.doubles().between(0, 90);
    Arbitrary<GalaxyImageReference.Image> images =
        Builders.withBuilder(() -> new Object[7])
            .use(names.map(name -> "file:/" + name))
            .in((image, v) -> set(image, 0, v))
            .use(names.injectNull(0.5))
            .in((image, v) -> set(image, 1, v))
            .use(Arbitraries.longs().greaterOrEqual(1).injectNull(0.5))
            .in((image, v) -> set(image, 2, v))
            .use(Arbitraries.of("ab".repeat(32), "09".repeat(32)).injectNull(0.5))
            .in((image, v) -> set(image, 3, v))
            .use(names.injectNull(0.5))
            .in((image, v) -> set(image, 4, v))
            .use(Arbitraries.doubles().between(0.01, 1000).injectNull(0.5))
            .in((image, v) -> set(image, 5, v))
            .use(names.list().ofMaxSize(4))
            .in((image, v) -> set(image, 6, v))
            .build(MessagesTest::image);
    return Combinators.combine(
            names,
            images,
            names.injectNull(0.5),
            names.injectNull(0.5),
            degrees.injectNull(0.5),
            degrees.injectNull(0.5),
            Arbitraries.longs()
                .between(0, 4_000_000_000_000L)
                .map(Instant::ofEpochMilli)
                .injectNull(0.5),
            Arbitraries.of(true, false))
        .as(
            (id, image, referenceId, survey, ra, dec, at, test) ->
                new GalaxyImageReference(
                    id, image, referenceId, survey, null, ra, dec, ra, dec, survey, at, test));
  }

  private static Object[] set(Object[] fields, int index, Object value) {
    fields[index] = value;
    return fields;
  }

  @SuppressWarnings("unchecked")
  private static GalaxyImageReference.Image image(Object[] fields) {
    return new GalaxyImageReference.Image(
        (String) fields[0],
        (String) fields[1],
        (Long) fields[2],
        (String) fields[3],
        (String) fields[4],
        (Double) fields[5],
        (List<String>) fields[6],
        (Double) fields[5],
        null);
  }

  private static void assertValid(Schema schema, byte[] json) {
    assertThat(
            schema
                .validate(new String(json, UTF_8), InputFormat.JSON, MessagesTest::assertFormats)
                .stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  private static void assertFormats(ExecutionContext context) {
    context.executionConfig(config -> config.formatAssertionsEnabled(true));
  }

  private static Schema schema(String name) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(new String(resource(name), UTF_8), InputFormat.JSON);
  }

  private static byte[] resource(String name) {
    try (InputStream resource = MessagesTest.class.getResourceAsStream(name)) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
