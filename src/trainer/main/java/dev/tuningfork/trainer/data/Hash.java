package dev.tuningfork.trainer.data;

import dev.tuningfork.file.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A SHA-256 over texts and numbers, each with its length, so that none runs into the next. */
public final class Hash {

  private final MessageDigest digest = Sha256.digest();

  /**
   * A galaxy's place in an order that depends on nothing but its id: the first four bytes of the
   * SHA-256 of salt and id, which are evenly spread over all numbers.
   *
   * @param salt another one gives another order
   */
  static int place(String salt, String galaxyId) {
    return ByteBuffer.wrap(Sha256.of(salt + galaxyId)).getInt();
  }

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
