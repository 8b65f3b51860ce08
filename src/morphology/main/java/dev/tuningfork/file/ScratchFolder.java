package dev.tuningfork.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder that is gone after {@link #close()}, or, where the process was killed, once
 * the next one has made such a folder.
 *
 * <p>Beside each folder is a file of its name and {@code .lock}, which its process holds a lock on;
 * the system releases the lock however the process ends. Invariants: a folder exists only while its
 * lock file does; only a process that holds the lock deletes the two. A process never opens a lock
 * file of its own a second time, since closing that would release the lock; so only one thread at a
 * time looks for what killed processes left.
 */
public final class ScratchFolder implements AutoCloseable {

  private static final String PREFIX = "tuning-fork-";
  private static final String LOCK = ".lock";

  /** DJL makes an empty one for each module that it loads, and never uses it. */
  private static final String DJL_FOLDERS = "pt-model*";

  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  /** Held by the thread that deletes what killed processes left. */
  private static final Lock SWEEPING = new ReentrantLock();

  private final Path path;
  private final Path lockFile;
  private final FileChannel lock;

  private ScratchFolder(Path path, Path lockFile, FileChannel lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes a folder in the system's temporary folder, and deletes those that killed processes left.
   *
   * @param purpose part of its name, such as {@code broker}
   * @throws IOException in a sentence, where that cannot be done
   */
  public static ScratchFolder create(String purpose) throws IOException {
    return create(Path.of(System.getProperty("java.io.tmpdir")), purpose);
  }

  /**
   * The same in another folder, which exists.
   *
   * @throws IOException in a sentence, where that cannot be done
   */
  public static ScratchFolder create(Path temporary, String purpose) throws IOException {
    try {
      sweepUnlessAnotherDoes(temporary);
      while (true) {
        String name = PREFIX + purpose + "-" + UUID.randomUUID();
        Path lockFile = temporary.resolve(name + LOCK);
        OWN.add(lockFile);
        FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.lock();
        if (Files.exists(lockFile)) { // else another process took it for one that was left
          return new ScratchFolder(
              Files.createDirectory(temporary.resolve(name)), lockFile, channel);
        }
        channel.close();
        OWN.remove(lockFile);
      }
    } catch (IOException e) {
      throw new IOException(
          "Cannot create a temporary folder in %s (%s). Set TMPDIR to use another place."
              .formatted(temporary, e.getMessage()),
          e);
    }
  }

  public Path path() {
    return path;
  }

  /**
   * Checks that the disk has room for more. Kafka ends the process, without a word to its user, at
   * the first write that finds the disk full.
   *
   * @param bytes so much has to be free
   * @throws IOException in a sentence, where there is less
   */
  public static void requireRoom(Path folder, long bytes) throws IOException {
    long usable = folder.toFile().getUsableSpace();
    if (usable < bytes) {
      throw new IOException(
          "The disk of the temporary folder %s is full: %,d MB are free, and %,d MB are needed. Make room, or set TMPDIR to a folder on another disk."
              .formatted(folder, usable >> 20, bytes >> 20));
    }
  }

  /** Deletes the folder and all that is in it. */
  @Override
  public void close() throws IOException {
    deleteTree(path);
    Files.deleteIfExists(lockFile);
    lock.close();
    OWN.remove(lockFile);
  }

  /** The same where a failure costs disk alone, which a later sweep frees. */
  public void closeQuietly() {
    try {
      close();
    } catch (IOException left) {
      // the next process that makes such a folder deletes it
    }
  }

  private static void sweepUnlessAnotherDoes(Path temporary) throws IOException {
    if (SWEEPING.tryLock()) {
      try {
        sweep(temporary);
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      } finally {
        SWEEPING.unlock();
      }
    }
  }

  private static void sweep(Path temporary) throws IOException {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(temporary, PREFIX + "*" + LOCK)) {
      for (Path lockFile : locks) {
        if (!OWN.contains(lockFile)) {
          sweep(temporary, lockFile);
        }
      }
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, DJL_FOLDERS)) {
      for (Path folder : folders) {
        deleteIfEmpty(folder);
      }
    }
  }

  private static void deleteIfEmpty(Path folder) {
    try {
      Files.delete(folder);
    } catch (IOException inUse) {
      // it holds something, or is another user's
    }
  }

  /** Deletes what belongs to a lock file, unless a process holds it or another user owns it. */
  private static void sweep(Path temporary, Path lockFile) {
    String name = Objects.toString(lockFile.getFileName());
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        @Nullable FileLock held = channel.tryLock()) {
      if (held != null) {
        deleteTree(temporary.resolve(name.substring(0, name.length() - LOCK.length())));
        Files.deleteIfExists(lockFile);
      }
    } catch (IOException notOurs) {
      // it stays for its owner, or for the next run
    }
  }

  /** Deletes a folder with all that is in it, also while others delete from it. */
  public static void deleteTree(Path path) throws IOException {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
          for (Path entry : entries) {
            deleteTree(entry);
          }
        } catch (DirectoryIteratorException e) {
          throw e.getCause();
        }
      }
      Files.deleteIfExists(path);
    } catch (NoSuchFileException gone) {
      // nothing left to delete
    }
  }
}
