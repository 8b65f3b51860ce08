package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
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

  private static final String CONTENT_TYPE = "content-type";

  /**
   * Reads a record that is no tombstone. It is an image where its header {@code content-type} says
   * so or, where it has none, where it begins as JPEG, PNG, gzip or FITS do; else it is a
   * reference.
   */
  static Request read(byte @Nullable [] key, byte[] value, Headers headers, MessageFormat format)
      throws MessageException {
    String contentType = contentType(headers);
    if (contentType == null ? beginsAsImage(value) : contentType.startsWith("image/")) {
      String objectId = key == null ? "" : new String(key, StandardCharsets.UTF_8).strip();
      if (objectId.isEmpty()) {
        throw new MessageException(
            "The record is an image itself but has no key: the key names the galaxy.");
      }
      return new Request(objectId, null, new ImageOrigin.Carried(objectId, value, contentType));
    }
    GalaxyImageReference reference = format.reference(value);
    return new Request(
        reference.objectId(),
        reference,
        new ImageOrigin.Referenced(reference.objectId(), reference.image()));
  }

  private static @Nullable String contentType(Headers headers) {
    Header header = headers.lastHeader(CONTENT_TYPE);
    if (header == null || header.value() == null) {
      return null;
    }
    String type = new String(header.value(), StandardCharsets.UTF_8);
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  private static boolean beginsAsImage(byte[] value) {
    return begins(value, 0xFF, 0xD8, 0xFF)
        || begins(value, 0x89, 'P', 'N', 'G')
        || begins(value, 0x1F, 0x8B)
        || begins(value, 'S', 'I', 'M', 'P', 'L', 'E');
  }

  private static boolean begins(byte[] value, int... start) {
    if (value.length < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (value[i] != (byte) start[i]) {
        return false;
      }
    }
    return true;
  }
}
