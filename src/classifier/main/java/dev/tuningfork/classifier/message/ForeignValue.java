package dev.tuningfork.classifier.message;

import dev.tuningfork.image.ImageFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises values of records that are neither the message that a topic takes nor an image that it
 * takes, by how they begin, so that the sentence about one says what it is and what to publish
 * instead.
 */
final class ForeignValue {

  private static final String FORMAT =
      "The record is a file of the format %s, which is not supported: publish %s.";
  private static final String COMPRESSION =
      "The record is compressed with %s, which is not supported: publish it uncompressed, and set"
          + " compression.type of the producer instead.";
  private static final String AVRO =
      "The record is %s, which is not supported: publish JSON, or Avro with the serialiser of a"
          + " schema registry.";
  private static final String OBJECT = "The record is %s, which is not supported: publish %s.";

  /**
   * How a kind of value begins.
   *
   * @param start a letter of Latin-1 for each byte; a question mark is any byte
   */
  private record Kind(String start, String sentence, String name) {
    boolean begins(String value) {
      if (value.length() < start.length()) {
        return false;
      }
      for (int i = 0; i < start.length(); i++) {
        if (start.charAt(i) != '?' && start.charAt(i) != value.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind("GIF8", FORMAT, "GIF"),
          new Kind("II*\0", FORMAT, "TIFF"),
          new Kind("MM\0*", FORMAT, "TIFF"),
          new Kind("RIFF????WEBP", FORMAT, "WebP"),
          new Kind("BM????\0\0\0\0", FORMAT, "BMP"),
          new Kind("\0\0\0\fjP  \r\n\u0087\n", FORMAT, "JPEG 2000"),
          new Kind("\u00ff\n", FORMAT, "JPEG XL"),
          new Kind("\0\0\0\fJXL \r\n\u0087\n", FORMAT, "JPEG XL"),
          new Kind("\0\0\0?ftypavi", FORMAT, "AVIF"),
          new Kind("\0\0\0?ftyphei", FORMAT, "HEIF"),
          new Kind("\0\0\0?ftypmif1", FORMAT, "HEIF"),
          new Kind("<svg", FORMAT, "SVG"),
          new Kind("<?xml", FORMAT, "XML"),
          new Kind("\u0089HDF\r\n", FORMAT, "HDF5"),
          new Kind("#ASDF", FORMAT, "ASDF"),
          new Kind("\u0093NUMPY", FORMAT, "NumPy"),
          new Kind("PAR1", FORMAT, "Parquet"),
          new Kind("XTENSION=", FORMAT, "FITS without its primary HDU"),
          new Kind("PK\3\4", COMPRESSION, "ZIP"),
          new Kind("BZh", COMPRESSION, "bzip2"),
          new Kind("\u001f\u009d", COMPRESSION, "compress"),
          new Kind("(\u00b5/\u00fd", COMPRESSION, "Zstandard"),
          new Kind("\u00fd7zXZ\0", COMPRESSION, "xz"),
          new Kind("\4\"M\u0018", COMPRESSION, "LZ4"),
          new Kind("Obj\1", AVRO, "an Avro file with its own schema"),
          new Kind("\u00c3\1", AVRO, "Avro in the single-object encoding"),
          new Kind("\u00ac\u00ed\0\5", OBJECT, "a serialised Java object"),
          new Kind("\u0080\3", OBJECT, "a Python pickle"),
          new Kind("\u0080\4", OBJECT, "a Python pickle"),
          new Kind("\u0080\5", OBJECT, "a Python pickle"));

  /** Of JPEG, PNG, FITS and gzip. */
  private static final Pattern BASE64 =
      Pattern.compile("(/9j/|iVBORw0KGgo|U0lNUExFICA9|H4sI)[A-Za-z0-9+/=\\s_-]*");

  private static final Pattern DATA = Pattern.compile("(?i)data:[^\"]*");
  private static final Pattern URI = Pattern.compile("(?i)(https?|s3|file)://?[^\\s\"]*");

  /** Text begins with one in UTF-8 or UTF-16. */
  private static final Pattern BYTE_ORDER =
      Pattern.compile("\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe");

  private static final int LONGEST_START = 64;

  private ForeignValue() {}

  /** What a value is that begins as a file of a known format does, and the remedy; or null. */
  static @Nullable String ofFormat(byte[] value, Expected expected) {
    String start = start(value);
    for (Kind kind : KINDS) {
      if (kind.begins(start)) {
        String instead = kind.sentence.equals(OBJECT) ? expected.plain() : expected.instead();
        return kind.sentence.formatted(kind.name, instead);
      }
    }
    return expected.takesImages() ? null : ofImage(value, expected);
  }

  private static @Nullable String ofImage(byte[] value, Expected expected) {
    return ImageFormat.of(value)
        .map(
            format ->
                format == ImageFormat.GZIPPED_FITS
                    ? COMPRESSION.formatted("gzip")
                    : "The record is a %s image itself: publish %s."
                        .formatted(format, expected.instead()))
        .orElse(null);
  }

  /** The same of any value that could not be read as JSON. */
  static @Nullable String hint(byte[] value, Expected expected) {
    String known = ofFormat(value, expected);
    String text = start(value).strip();
    String ofText = known == null ? hint(text, expected) : known;
    if (ofText != null || text.isEmpty() || BYTE_ORDER.matcher(text).lookingAt()) {
      return ofText;
    }
    return text.charAt(0) > ' ' && text.charAt(0) <= '~'
        ? null
        : "The record is neither JSON in UTF-8 %snor Avro as the serialiser of a schema registry writes it: publish one of these."
            .formatted(expected.takesImages() ? "nor an image in JPEG, PNG or FITS, " : "");
  }

  private static String start(byte[] value) {
    int length = Math.min(value.length, LONGEST_START);
    return new String(value, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** The same of a value that is text. */
  static @Nullable String hint(String text, Expected expected) {
    String start = text.substring(0, Math.min(text.length(), LONGEST_START));
    if (BASE64.matcher(start).matches()) {
      return expected.takesImages()
          ? "The record is an image as base64 text: publish its bytes, with ByteArraySerializer, or"
              + " in Kafka Connect with ByteArrayConverter."
          : "The record is an image as base64 text: publish " + expected.instead() + ".";
    } else if (DATA.matcher(start).matches() || URI.matcher(start).matches()) {
      return "The record is a URI alone: publish a JSON object with " + expected.object() + ".";
    } else {
      return null;
    }
  }
}
