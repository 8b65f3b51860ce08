package dev.tuningfork.classifier.stream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Galaxies of a survey image that are done.
 *
 * <p>As bytes: the format's version (one byte, 1), partition (four bytes), then offset, answered,
 * deadLetters, firstAt and lastAt (eight bytes each).
 *
 * @param answered how many morphologies were published
 * @param deadLetters how many dead letters were published
 * @param firstAt when the first of them was, milliseconds since 1970
 * @param lastAt when the last of them was
 */
record Progress(
    Publication publication, long answered, long deadLetters, long firstAt, long lastAt) {

  static final Serializer<Progress> SERIALIZER = (topic, progress) -> progress.toBytes();

  private static final byte VERSION = 1;
  private static final int SIZE = 1 + Integer.BYTES + 5 * Long.BYTES;

  /** One galaxy. */
  static Progress of(Publication publication, boolean answered, long at) {
    return new Progress(publication, answered ? 1 : 0, answered ? 0 : 1, at, at);
  }

  /** This and what became of other galaxies of the same survey image. */
  Progress and(Progress more) {
    return new Progress(
        publication,
        answered + more.answered,
        deadLetters + more.deadLetters,
        Math.min(firstAt, more.firstAt),
        Math.max(lastAt, more.lastAt));
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(SIZE)
        .put(VERSION)
        .putInt(publication.partition())
        .putLong(publication.offset())
        .putLong(answered)
        .putLong(deadLetters)
        .putLong(firstAt)
        .putLong(lastAt)
        .array();
  }

  /**
   * @throws IllegalArgumentException if the bytes are not of a version that is known
   */
  static Progress fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length != SIZE || buffer.get() != VERSION) {
      throw new IllegalArgumentException(
          "The topic of progress contains a record of an unknown version, or one that is damaged.");
    }
    return new Progress(
        new Publication(buffer.getInt(), buffer.getLong()),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong());
  }
}
