package dev.tuningfork.classifier.fetch;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The bytes of an image file.
 *
 * @param bytes unchanged; not copied, so the caller must not write to them afterwards
 * @param sha256 the hash of the bytes, 64 lower-case hexadecimal digits
 * @param attempts how many times it was tried, the successful one included; at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // made once an image, on the hot path, and never compared
public record FetchedImage(byte[] bytes, String sha256, int attempts) {

  /** Of these bytes, which are hashed. */
  public static FetchedImage of(byte[] bytes, int attempts) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new FetchedImage(bytes, HexFormat.of().formatHex(hash), attempts);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
