package dev.tuningfork.standalone.table;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;

/**
 * Morphologies as they arrive, kept on disk, to be read again in the order of the images that were
 * given. Memory holds twelve bytes an image, whatever the messages weigh.
 *
 * <p>Written by one thread; once all is written, read by any number of them. The file is temporary
 * and gone after {@link #close()}.
 */
public final class MorphologySpool implements AutoCloseable {

  private static final int NONE = 0;

  private final Path file;
  private final FileChannel channel;
  private final long[] positions;
  private final int[] lengths;
  private long end;
  private int size;

  /**
   * @param images how many images were given; each has an ordinal from 0
   */
  public MorphologySpool(int images) throws IOException {
    file = Files.createTempFile("tuning-fork-", ".jsonl");
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    // for a process that is told to end before the channel is closed
    file.toFile().deleteOnExit();
    positions = new long[images];
    lengths = new int[images];
  }

  /**
   * Keeps a message; one that came for the same image before is forgotten.
   *
   * @param json as it was published
   */
  public void put(int ordinal, byte[] json) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(json);
    long position = end;
    while (buffer.hasRemaining()) {
      end += channel.write(buffer, end);
    }
    size += lengths[ordinal] == NONE ? 1 : 0;
    positions[ordinal] = position;
    lengths[ordinal] = json.length;
  }

  /** How many images have a morphology. */
  public int size() {
    return size;
  }

  /** The ordinals that have a morphology, ascending. */
  public IntStream ordinals() {
    return IntStream.range(0, lengths.length).filter(ordinal -> lengths[ordinal] != NONE);
  }

  /** The message as it was published. */
  public byte[] json(int ordinal) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(lengths[ordinal]);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, positions[ordinal] + buffer.position()) < 0) {
        throw new EOFException("The temporary file " + file + " was cut short.");
      }
    }
    return buffer.array();
  }

  /** The message of an image that has one. */
  public GalaxyMorphology morphology(int ordinal) throws IOException {
    try {
      return GalaxyMorphology.fromJson(json(ordinal));
    } catch (MessageException e) {
      throw new IOException(
          "A morphology in the temporary file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
