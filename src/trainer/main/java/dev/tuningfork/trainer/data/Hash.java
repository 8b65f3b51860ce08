package dev.tuningfork.trainer.data;

import dev.tuningfork.file.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A SHA-256 over texts and numbers, each with its length, so that none runs into the next. */
public final class Hash {

  private final MessageDigest digest = Sha256.digest();

  /** Adds a text. */
  public Hash add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
    digest.update(bytes);
    return this;
  }

  /** Adds numbers, bit by bit. */
  public Hash add(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
    bytes.asFloatBuffer().put(numbers);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, numbers.length));
    digest.update(bytes);
    return this;
  }

  /** 64 hexadecimal digits; nothing is added afterwards. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
