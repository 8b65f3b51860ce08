package dev.tuningfork.classifier.fetch;

import dev.tuningfork.file.Sha256;

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
    return new FetchedImage(bytes, Sha256.hex(bytes), attempts);
  }
}
