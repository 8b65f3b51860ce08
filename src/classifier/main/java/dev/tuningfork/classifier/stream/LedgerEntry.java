package dev.tuningfork.classifier.stream;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * An accepted record, whole: what a dead letter is made of, and what is classified again after a
 * crash.
 *
 * <p>As bytes: the format's version (one byte, 1), then acceptedAt and timestamp (eight bytes
 * each), partition and offset (variable-length integers), topic, key, value, the number of headers,
 * and each header's name and value. Every string and array follows its length plus one; a length of
 * 0 stands for null. Integers of variable length are unsigned LEB128, seven bits a byte, the lowest
 * first; the offset is written in zigzag form, as Kafka's own records have it.
 *
 * @param acceptedAt when the classifier took the record, milliseconds since 1970
 * @param timestamp the record's own, milliseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // made once a record, on the hot path, and never compared
record LedgerEntry(
    String topic,
    int partition,
    long offset,
    long timestamp,
    long acceptedAt,
    byte @Nullable [] key,
    byte[] value,
    Headers headers) {

  static final Serde<LedgerEntry> SERDE =
      Serdes.serdeFrom(
          (topic, entry) -> entry == null ? null : entry.toBytes(),
          (topic, bytes) -> bytes == null ? null : fromBytes(bytes));

  private static final byte VERSION = 1;

  /** Version, two times, partition, offset and the number of headers, at their longest. */
  private static final int FIXED = 1 + 2 * Long.BYTES + 5 + 10 + 5;

  /** Empty headers to add to. Only Kafka's records make them; their class itself is internal. */
  static Headers noHeaders() {
    return new Record<>(null, null, 0).headers();
  }

  /**
   * A record as it was read.
   *
   * @param place where it was read from
   */
  static LedgerEntry of(Record<byte[], byte[]> record, RecordMetadata place, long acceptedAt) {
    return new LedgerEntry(
        place.topic(),
        place.partition(),
        place.offset(),
        record.timestamp(),
        acceptedAt,
        record.key(),
        record.value(),
        record.headers());
  }

  /** The same record with another value, such as one that asks for a part of it. */
  LedgerEntry withValue(byte[] other) {
    return new LedgerEntry(topic, partition, offset, timestamp, acceptedAt, key, other, headers);
  }

  /** How many bytes it takes in the ledger, or a few more. */
  int size() {
    int size = FIXED + sizeOf(topic) + sizeOf(key) + sizeOf(value);
    for (Header header : headers) {
      size += sizeOf(header.key()) + sizeOf(header.value());
    }
    return size;
  }

  /**
   * The time of what is written for this record, milliseconds since 1970: its own, but no later
   * than now, since brokers refuse records from the future. A mirrored topic may hold such records.
   */
  long writableTimestamp(Instant now) {
    return Math.min(timestamp, now.toEpochMilli());
  }

  byte[] toBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(size());
    buffer.put(VERSION).putLong(acceptedAt).putLong(timestamp);
    putVarint(buffer, partition);
    putVarint(buffer, (offset << 1) ^ (offset >> 63));
    put(buffer, topic);
    put(buffer, key);
    put(buffer, value);
    Header[] all = headers.toArray();
    putVarint(buffer, all.length);
    for (Header header : all) {
      put(buffer, header.key());
      put(buffer, header.value());
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  /**
   * @throws IllegalArgumentException if the bytes are not an entry of a version that is known
   */
  static LedgerEntry fromBytes(byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      byte version = buffer.get();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "The ledger contains an entry of version "
                + version
                + ", and this program knows version "
                + VERSION
                + ": it was written by a newer program, or is damaged.");
      }
      long acceptedAt = buffer.getLong();
      long timestamp = buffer.getLong();
      int partition = (int) varint(buffer);
      long zigzag = varint(buffer);
      long offset = (zigzag >>> 1) ^ -(zigzag & 1);
      String topic = text(buffer);
      byte[] key = array(buffer);
      byte[] value = required(array(buffer));
      int headerCount = (int) varint(buffer);
      Headers headers = noHeaders();
      for (int i = 0; i < headerCount; i++) {
        headers.add(text(buffer), array(buffer));
      }
      return new LedgerEntry(topic, partition, offset, timestamp, acceptedAt, key, value, headers);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("The ledger contains a truncated entry.", e);
    }
  }

  private static int sizeOf(byte @Nullable [] bytes) {
    return 5 + (bytes == null ? 0 : bytes.length);
  }

  /** No character takes more than three bytes. */
  private static int sizeOf(String text) {
    return 5 + 3 * text.length();
  }

  private static void put(ByteBuffer buffer, String text) {
    put(buffer, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(ByteBuffer buffer, byte @Nullable [] bytes) {
    putVarint(buffer, bytes == null ? 0 : bytes.length + 1);
    if (bytes != null) {
      buffer.put(bytes);
    }
  }

  private static byte @Nullable [] array(ByteBuffer buffer) {
    int length = (int) varint(buffer) - 1;
    if (length < 0) {
      return null;
    } else if (length > buffer.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  private static void putVarint(ByteBuffer buffer, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  private static long varint(ByteBuffer buffer) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = buffer.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("The ledger contains an integer of more than ten bytes.");
  }

  private static String text(ByteBuffer buffer) {
    return new String(required(array(buffer)), StandardCharsets.UTF_8);
  }

  private static byte[] required(byte @Nullable [] bytes) {
    if (bytes == null) {
      throw new IllegalArgumentException("The ledger contains an incomplete entry.");
    }
    return bytes;
  }
}
