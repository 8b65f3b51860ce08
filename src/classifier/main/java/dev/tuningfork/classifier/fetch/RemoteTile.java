package dev.tuningfork.classifier.fetch;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.tile.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * One version of a file elsewhere, and the copy of it: a file of the same length on this machine,
 * in which the blocks are filled that were fetched.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A block that is marked as present holds the bytes of this version. Every request is made on
 *       the condition that the file is still this version, and the answer is compared with it.
 *   <li>A block is fetched once: those that fetch parts wait for each other.
 *   <li>Once it has changed elsewhere, nothing more is fetched.
 * </ul>
 *
 * <p>Safe for use by many threads at once.
 */
final class RemoteTile implements RemoteFile, AutoCloseable {

  /** What is fetched at least: a page of memory. */
  static final int BLOCK = 4096;

  /** A gap that costs less to fetch than a request of its own. */
  private static final long GAP = 16 << 10;

  /** How many parts are asked for at the same time. */
  private static final int AT_ONCE = 8;

  private final String uri;
  private final URI location;
  private final ImageSource source;
  private final FilePart.Version version;
  private final Path copy;
  private final FileChannel channel;
  private final Attempts attempts;
  private final ExecutorService threads;
  private final LongConsumer onStored;
  private final Lock fetching = new ReentrantLock();

  /** Guarded by itself. */
  private final BitSet present = new BitSet();

  /** How many blocks are present. Guarded by these. */
  private int filled;

  private volatile boolean changed;
  private volatile boolean complete;

  private RemoteTile(
      String uri,
      ImageSource source,
      FilePart.Version version,
      Path copy,
      FileChannel channel,
      Attempts attempts,
      ExecutorService threads,
      LongConsumer onStored) {
    this.uri = uri;
    this.location = URI.create(uri);
    this.source = source;
    this.version = version;
    this.copy = copy;
    this.channel = channel;
    this.attempts = attempts;
    this.threads = threads;
    this.onStored = onStored;
  }

  /**
   * Begins an empty copy.
   *
   * @param copy a file that does not exist
   * @param attempts of one part
   * @param onStored called with the bytes that each part adds to the copy
   * @throws SourceException where the copy cannot be made
   */
  static RemoteTile begin(
      String uri,
      ImageSource source,
      FilePart.Version version,
      Path copy,
      Attempts attempts,
      ExecutorService threads,
      LongConsumer onStored)
      throws SourceException {
    try {
      FileChannel channel =
          FileChannel.open(
              copy,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.SPARSE,
              StandardOpenOption.WRITE);
      RemoteTile tile =
          new RemoteTile(uri, source, version, copy, channel, attempts, threads, onStored);
      try {
        if (version.size() > 0) {
          tile.write(ByteBuffer.allocate(1), version.size() - 1);
        }
        return tile;
      } catch (SourceException e) {
        tile.close();
        throw e;
      }
    } catch (IOException e) {
      throw unwritable(copy, e);
    }
  }

  Path copy() {
    return copy;
  }

  long size() {
    return version.size();
  }

  FilePart.Version version() {
    return version;
  }

  /** It is another file elsewhere now. */
  void hasChanged() {
    changed = true;
  }

  @Override
  public boolean isCurrent() {
    return !changed;
  }

  /** Whether all of it is here. */
  boolean isComplete() {
    return complete;
  }

  @Override
  public void need(List<Span> spans) throws ImageException {
    if (complete || missing(spans).isEmpty()) {
      return;
    }
    try {
      fetching.lockInterruptibly();
      try {
        fetch(missing(spans));
      } finally {
        fetching.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException("The thread was interrupted.", e);
    } catch (FetchException e) {
      throw new ImageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Fetches all of these, some at the same time. */
  private void fetch(List<FilePart> parts) throws FetchException, InterruptedException {
    for (int first = 0; first < parts.size(); first += AT_ONCE) {
      List<Callable<Boolean>> some = new ArrayList<>();
      for (FilePart part : parts.subList(first, Math.min(parts.size(), first + AT_ONCE))) {
        Progress progress = new Progress(part.from());
        some.add(
            () -> attempts.make(uri, false, () -> read(progress, part.until()), (done, _) -> done));
      }
      for (Future<Boolean> one : threads.invokeAll(some)) {
        try {
          boolean _ = one.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof FetchException failure) {
            throw failure;
          }
          throw new IllegalStateException("Fetching a part of a file failed.", e);
        }
      }
    }
  }

  /**
   * Fetches what is missing up to the end in one request, or one more after each failure.
   *
   * @param patient of the whole file
   */
  void complete(Attempts patient) throws FetchException {
    long from;
    synchronized (present) {
      from = (long) present.nextClearBit(0) * BLOCK;
    }
    if (from < size()) {
      Progress progress = new Progress(from);
      boolean _ = patient.make(uri, false, () -> read(progress, FilePart.END), (done, _) -> done);
    }
  }

  /** How far a request got, so that the next attempt continues from there. */
  private static final class Progress {
    volatile long at;

    Progress(long at) {
      this.at = at;
    }
  }

  private boolean read(Progress progress, long until) throws SourceException {
    try {
      return readCurrent(progress, until);
    } catch (SourceException e) {
      changed |= e.isOfChange();
      throw e;
    }
  }

  private boolean readCurrent(Progress progress, long until) throws SourceException {
    if (changed) {
      throw SourceException.change();
    }
    long end = Math.min(until, size());
    FilePart wanted = new FilePart(progress.at, end, version);
    return source.part(
        location,
        wanted,
        answer -> {
          if (!answer.version().isSameAs(version)) {
            throw SourceException.change();
          }
          answer.body().skipNBytes(wanted.from() - answer.from());
          store(answer.body(), progress, end);
          return true;
        });
  }

  /**
   * Stores the first bytes of the file.
   *
   * @param until the byte after the last of them, or more where the file ends before
   * @throws IOException if it ends early or cannot be written
   */
  void store(InputStream body, long until) throws IOException, SourceException {
    store(body, new Progress(0), Math.min(until, size()));
  }

  private void store(InputStream body, Progress progress, long end)
      throws IOException, SourceException {
    byte[] buffer = new byte[1 << 16];
    while (progress.at < end) {
      int count = body.readNBytes(buffer, 0, (int) Math.min(buffer.length, end - progress.at));
      if (count == 0) {
        throw SourceException.temporary("the connection ended early", (Throwable) null);
      }
      write(ByteBuffer.wrap(buffer, 0, count), progress.at);
      long next = progress.at + count;
      mark(progress.at, next);
      progress.at = next;
    }
  }

  private void write(ByteBuffer bytes, long at) throws SourceException {
    try {
      long place = at;
      while (bytes.hasRemaining()) {
        place += channel.write(bytes, place);
      }
    } catch (ClosedChannelException e) {
      // an attempt that is interrupted closes the channel for good, so a new copy is begun
      changed = true;
      throw unwritable(copy, e);
    } catch (IOException e) {
      throw unwritable(copy, e);
    }
  }

  private static SourceException unwritable(Path copy, IOException e) {
    return SourceException.temporary(
        "its copy cannot be written to %s (%s)".formatted(copy.getParent(), e.getMessage()), e);
  }

  /** All of a block was stored, where its end was. Parts begin where blocks do. */
  private void mark(long from, long until) {
    long stored = 0;
    synchronized (present) {
      int last = (int) (until == size() ? blocks() : until / BLOCK);
      for (int block = (int) (from / BLOCK); block < last; block++) {
        if (!present.get(block)) {
          present.set(block);
          filled++;
          stored += BLOCK;
        }
      }
      complete = filled == blocks();
    }
    onStored.accept(stored);
  }

  private int blocks() {
    return (int) Math.ceilDiv(size(), BLOCK);
  }

  /** The parts that are not here, in the order of the file, with small gaps between them. */
  private List<FilePart> missing(List<Span> spans) {
    BitSet wanted = new BitSet();
    for (Span span : spans) {
      long until = Math.min(size(), span.from() + span.count());
      if (until > span.from()) {
        wanted.set((int) (span.from() / BLOCK), (int) Math.ceilDiv(until, BLOCK));
      }
    }
    synchronized (present) {
      wanted.andNot(present);
    }
    List<FilePart> parts = new ArrayList<>();
    for (int from = wanted.nextSetBit(0); from >= 0; ) {
      int until = wanted.nextClearBit(from);
      int next = wanted.nextSetBit(until);
      while (next >= 0 && (long) (next - until) * BLOCK <= GAP) {
        until = wanted.nextClearBit(next);
        next = wanted.nextSetBit(until);
      }
      parts.add(new FilePart((long) from * BLOCK, Math.min(size(), (long) until * BLOCK), version));
      from = next;
    }
    return parts;
  }

  /** Deletes the copy. What is mapped of it stays readable. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      changed = true; // the folder is deleted when the process ends
    }
  }

  @Override
  public String toString() {
    return RedactedUri.of(uri);
  }
}
