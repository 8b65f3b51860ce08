package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.image.ImageFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a record asks for.
 *
 * @param objectId the galaxy's identifier: from the message, or, where the record is an image
 *     itself, the record's key
 * @param reference the message; absent where the record is an image itself
 * @param origin where the image's bytes come from
 */
record Request(String objectId, @Nullable GalaxyImageReference reference, ImageOrigin origin) {

  /** Bytes of a key that are shown where it is not text. */
  private static final int SHOWN = 24;

  /** As Kafka Connect's JsonConverter writes keys, which a name in braces is not. */
  private static final Pattern OBJECT = Pattern.compile("\\s*\\{\\s*\"");

  /** Kafka's and CloudEvents' name, and that of Spring; in any case. */
  private static final Set<String> CONTENT_TYPE = Set.of("content-type", "contenttype");

  /**
   * Reads a record that is not a tombstone. It is an image where it begins as JPEG, PNG, gzip or
   * FITS do, as neither JSON nor Avro can, and where its header {@code content-type} says so and it
   * does not begin as JSON does, which no image can; else it is a reference.
   */
  static Request read(byte @Nullable [] key, byte[] value, Headers headers, MessageFormat format)
      throws MessageException {
    boolean says = contentType(headers).startsWith("image/") && !isObject(value);
    Optional<ImageFormat> begins = ImageFormat.of(value);
    if (begins.equals(Optional.of(ImageFormat.GZIPPED_FITS)) && holdsObject(value)) {
      throw new MessageException(
          "The record is gzipped JSON, which is not supported: publish it uncompressed, and set"
              + " compression.type of the producer instead.");
    }
    if (says || begins.isPresent()) {
      String objectId = objectId(key);
      return new Request(objectId, null, new ImageOrigin.Carried(objectId, value));
    }
    GalaxyImageReference reference = format.reference(value);
    return new Request(reference.objectId(), reference, ImageOrigin.of(reference));
  }

  /** Whether text begins as a JSON object does, after a mark of its byte order and blanks. */
  private static boolean isObject(byte[] text) {
    int at = begins(text, (byte) 0xef, (byte) 0xbb, (byte) 0xbf) ? 3 : 0;
    while (at < text.length && " \n\r\t".indexOf(text[at]) >= 0) {
      at++;
    }
    return at < text.length && text[at] == '{';
  }

  private static boolean begins(byte[] text, byte... mark) {
    return text.length >= mark.length && Arrays.equals(text, 0, mark.length, mark, 0, mark.length);
  }

  private static boolean holdsObject(byte[] gzipped) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
      return isObject(in.readNBytes(1));
    } catch (IOException damaged) {
      return false; // which is said where the image is read
    }
  }

  /**
   * The key of a record that is an image itself names the galaxy, character for character. Numbers,
   * UUIDs and Avro are refused where they show: two of them could read as the same text.
   */
  private static String objectId(byte @Nullable [] key) throws MessageException {
    if (key == null || key.length == 0) {
      throw new MessageException(
          "The record is an image itself but has no key: the key names the galaxy.");
    }
    String objectId;
    try {
      objectId = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw new MessageException(binaryKey(key), e);
    }
    if (objectId.chars().anyMatch(Request::isNoText)) {
      throw new MessageException(binaryKey(key));
    } else if (OBJECT.matcher(objectId).lookingAt()) {
      throw new MessageException(
          "The record is an image itself, and its key, which names the galaxy, is a JSON object:"
              + " set key.converter of the connector to StringConverter, after ExtractField$Key for"
              + " keys with fields.");
    } else if (objectId.isBlank()) {
      throw new MessageException(
          "The record is an image itself, but its key is blank: the key names the galaxy.");
    }
    return objectId;
  }

  /** Control characters, and what a decoder puts for bytes that it cannot read. */
  private static boolean isNoText(int character) {
    return Character.isISOControl(character) || character == '\uFFFD';
  }

  private static String binaryKey(byte[] key) {
    return "The record is an image itself, and its key, which names the galaxy, is not UTF-8 text"
        + " without control characters: it has %d bytes, %s%s. Set the publisher's key.serializer to StringSerializer, or publish a reference with the objectId in its JSON."
            .formatted(
                key.length,
                HexFormat.ofDelimiter(" ").formatHex(key, 0, Math.min(key.length, SHOWN)),
                key.length > SHOWN ? " …" : "");
  }

  /** In lower case, without parameters and quotation marks; empty where there is none. */
  private static String contentType(Headers headers) {
    String type = "";
    for (Header header : headers) {
      if (header.value() != null && CONTENT_TYPE.contains(header.key().toLowerCase(Locale.ROOT))) {
        type = new String(header.value(), StandardCharsets.UTF_8);
      }
    }
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters))
        .replaceAll("[\"'\\s]", "")
        .toLowerCase(Locale.ROOT);
  }
}
