package dev.tuningfork.classifier.fetch;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Images inside their URI: {@code data:image/png;base64,…} (RFC 2397). */
final class DataSource implements ImageSource {

  private final SizeLimit limit;

  DataSource(SizeLimit limit) {
    this.limit = limit;
  }

  @Override
  public void check(URI uri) throws SourceException {
    if (uri.getRawSchemeSpecificPart().indexOf(',') < 0) {
      throw SourceException.permanent("a data URI needs a comma between its type and its data");
    }
  }

  @Override
  public boolean isHere() {
    return true;
  }

  @Override
  public byte[] read(URI uri) throws SourceException {
    check(uri);
    String content = uri.getRawSchemeSpecificPart();
    int comma = content.indexOf(',');
    byte[] image = percentDecoded(content.substring(comma + 1));
    if (content.substring(0, comma).toLowerCase(Locale.ROOT).endsWith(";base64")) {
      try {
        image = Base64.getDecoder().decode(image);
      } catch (IllegalArgumentException e) {
        throw SourceException.permanent("its data is not valid base64: " + e.getMessage(), e);
      }
    }
    limit.check(image.length);
    return image;
  }

  /** {@link URI} has made sure that every percent sign is followed by two hexadecimal digits. */
  private static byte[] percentDecoded(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == '%') {
        decoded.write(
            Character.digit(encoded[i + 1], 16) << 4 | Character.digit(encoded[i + 2], 16));
        i += 2;
      } else {
        decoded.write(encoded[i]);
      }
    }
    return decoded.toByteArray();
  }
}
