package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record is taken for: an image or a reference, and of which galaxy. */
class RequestTest {

  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 1, 2, 3};
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final byte[] FITS = "SIMPLE  =                    T".getBytes(UTF_8);
  private static final byte[] GZIP = {0x1F, (byte) 0x8B, 8, 0};

  static Stream<byte[]> keysThatAreNoText() {
    return Stream.of(
        new LongSerializer().serialize("t", -3L),
        new LongSerializer().serialize("t", -4L),
        new LongSerializer().serialize("t", 587722952767439450L),
        new LongSerializer().serialize("t", 65L),
        new IntegerSerializer().serialize("t", 32),
        new IntegerSerializer().serialize("t", 0x0A313233),
        ByteBuffer.allocate(16).putLong(0xf81d4fae7dec11d0L).putLong(0xa76500a0c91e6bf6L).array(),
        // of a schema registry's serialisers, which stand for the string "587"
        new byte[] {0, 0, 0, 0, 7, 6, '5', '8', '7'},
        "Galáxia".getBytes(ISO_8859_1),
        "587".getBytes(UTF_16BE),
        "587\n".getBytes(UTF_8),
        "a\u0000".getBytes(UTF_8),
        "a\u0085".getBytes(UTF_8),
        // half a character, as some programs write it
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        // what is left of two different keys once a program has read them as text
        "\uFFFD\uFFFD".getBytes(UTF_8));
  }

  @ParameterizedTest
  @MethodSource("keysThatAreNoText")
  void aKeyThatIsNoTextNamesNoGalaxy(byte[] key) {
    assertThatThrownBy(() -> read(key, JPEG, null))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining("not UTF-8 text")
        .hasMessageContaining("%02x".formatted(key[0]))
        .hasMessageContaining("StringSerializer")
        .hasMessageContaining("objectId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"587722952767439450", "Galáxia é", "星系", "a b", "f81d4fae-7dec-11d0"})
  void aKeyOfTextNamesTheGalaxyCharacterForCharacter(String objectId) throws Exception {
    byte[] key = new StringSerializer().serialize("t", objectId);
    assertThat(read(key, JPEG, null).objectId()).isEqualTo(objectId);
  }

  /** As numbers of four bytes may read: without their blanks they would be one galaxy. */
  @Test
  void blanksOfAKeyAreKept() throws Exception {
    assertThat(read(" 123".getBytes(UTF_8), JPEG, null).objectId()).isEqualTo(" 123");
    assertThat(read("123 ".getBytes(UTF_8), JPEG, null).objectId()).isEqualTo("123 ");
  }

  @Test
  void aKeyThatIsMissingEmptyOrBlankNamesNoGalaxy() {
    assertThatThrownBy(() -> read(null, JPEG, null)).hasMessageContaining("has no key");
    assertThatThrownBy(() -> read(new byte[0], JPEG, null)).hasMessageContaining("has no key");
    assertThatThrownBy(() -> read("  ".getBytes(UTF_8), JPEG, null)).hasMessageContaining("blank");
  }

  @Test
  void theKeyOfAReferenceMayBeAnything() throws Exception {
    byte[] reference = GalaxyImageReference.of("587", "file:/1").toJson();
    assertThat(read(new LongSerializer().serialize("t", -3L), reference, null).objectId())
        .isEqualTo("587");
    assertThat(read(null, reference, null).objectId()).isEqualTo("587");
  }

  static Stream<byte[]> images() {
    return Stream.of(JPEG, PNG, FITS, GZIP);
  }

  @ParameterizedTest
  @MethodSource("images")
  void firstBytesDecideWhereTheTypeSaysNoImage(byte[] image) throws Exception {
    for (String type :
        new String[] {
          null,
          "",
          "application/octet-stream",
          "APPLICATION/Octet-Stream; charset=binary",
          "\"application/octet-stream\"",
          "binary/octet-stream",
          "application/fits",
          "application/x-gzip",
          "*/*",
          // what Spring writes for any array of bytes
          "application/json",
        }) {
      assertThat(read("1".getBytes(UTF_8), image, type).origin())
          .as("%s", type)
          .isInstanceOfSatisfying(
              ImageOrigin.Carried.class, carried -> assertThat(carried.bytes()).isEqualTo(image));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "content-type, image/jpeg",
        "content-type, \"image/jpeg\"",
        "content-type, 'image/jpeg'",
        "content-type, IMAGE/JPEG ; q=1",
        "content-type, \"Image/Jpeg; q=1\"",
        "Content-Type, image/jpeg",
        "contentType, \"image/jpeg\""
      })
  void aTypeOfImagesIsReadInEverySpelling(String name, String type) throws Exception {
    byte[] unknown = {1, 2, 3};
    Headers headers = new ProducerRecord<>("t", 0).headers();
    headers.add(name, type.getBytes(UTF_8));
    Request request = Request.read("1".getBytes(UTF_8), unknown, headers, MessageFormat.JSON);
    assertThat(request.origin())
        .isInstanceOfSatisfying(
            ImageOrigin.Carried.class, carried -> assertThat(carried.bytes()).isEqualTo(unknown));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/octet-stream", "image/jpeg", "\"IMAGE/FITS\"", "text/plain"})
  void aReferenceIsOneWhateverTypeItCarries(String type) throws Exception {
    byte[] reference = GalaxyImageReference.of("587", "file:/1").toJson();
    assertThat(read(null, reference, type).reference()).isNotNull();
  }

  @Test
  void gzippedJsonIsNoImage() throws Exception {
    var gzipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(gzipped)) {
      gzip.write(GalaxyImageReference.of("587", "file:/1").toJson());
    }
    for (String type : new String[] {null, "application/json", "image/x-fits-gzip"}) {
      assertThatThrownBy(() -> read(null, gzipped.toByteArray(), type))
          .isInstanceOf(MessageException.class)
          .hasMessageContaining("gzipped JSON")
          .hasMessageContaining("compression.type");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"587\"}",
        "{ \"objectId\": \"587\" }"
      })
  void aKeyOfKafkaConnectNamesNoGalaxy(String key) throws Exception {
    assertThatThrownBy(() -> read(key.getBytes(UTF_8), JPEG, null))
        .isInstanceOf(MessageException.class)
        .hasMessageContaining("StringConverter");
    String uuid = "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}";
    assertThat(read(uuid.getBytes(UTF_8), JPEG, null).objectId()).isEqualTo(uuid);
  }

  private static Request read(byte[] key, byte[] value, String contentType)
      throws MessageException {
    Headers headers = new ProducerRecord<>("t", 0).headers();
    if (contentType != null) {
      headers.add("content-type", contentType.getBytes(UTF_8));
    }
    return Request.read(key, value, headers, MessageFormat.JSON);
  }
}
