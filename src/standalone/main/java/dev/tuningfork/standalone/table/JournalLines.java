package dev.tuningfork.standalone.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * The lines of a journal, from its start. A line counts once its line break is there.
 *
 * <p>Belongs to one thread, and leaves the channel's own position alone.
 */
final class JournalLines {

  private static final int BUFFER = 1 << 18;

  /** No message is near as long; what is longer is damage. */
  private static final int LONGEST = 4 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
  private long read;

  JournalLines(FileChannel channel) {
    this.channel = channel;
  }

  /** The next line, without its line break; empty where no whole line is left. */
  Optional<byte[]> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 13);
    while (line.size() < LONGEST) {
      if (!buffer.hasRemaining() && !fill()) {
        return Optional.empty();
      }
      int from = buffer.position();
      int at = from;
      byte[] bytes = buffer.array();
      while (at < buffer.limit() && bytes[at] != '\n') {
        at++;
      }
      line.write(bytes, from, at - from);
      if (at < buffer.limit()) {
        buffer.position(at + 1);
        return Optional.of(line.toByteArray());
      }
      buffer.position(at);
    }
    return Optional.empty();
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int count = channel.read(buffer, read);
    buffer.flip();
    read += Math.max(0, count);
    return count > 0;
  }
}
