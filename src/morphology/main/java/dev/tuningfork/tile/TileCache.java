package dev.tuningfork.tile;

import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.image.FitsImage;
import dev.tuningfork.image.FitsImage.Piece;
import dev.tuningfork.image.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.GZIPInputStream;

/**
 * What tiles share: a bounded memory of decompressed pieces, least recently used first out, and a
 * folder for files that are decompressed as a whole.
 *
 * <p>Galaxies are cut out from the lowest row up, and what was passed is not needed again. So the
 * memory begins small: pieces that live long are dear, since the collector moves them. It doubles,
 * up to its bound, when a piece is needed that was put out.
 *
 * <p>Thread-safe. A piece that several threads need at once is decompressed by one of them, while
 * the others wait. The bound counts pieces that are ready; each thread may hold one more.
 */
public final class TileCache {

  /** The largest decompressed file, 64 GiB. */
  private static final long MOST_SCRATCH = 64L << 30;

  /** With so many bytes a cache begins: 64 MiB. */
  private static final long FIRST = 64L << 20;

  private record Key(FitsImage image, int piece) {}

  private final long bytes;
  private final Path scratch;
  private final Map<Key, CompletableFuture<Piece>> pieces = new LinkedHashMap<>(64, 0.75f, true);
  private final Set<Key> putOut = new HashSet<>();

  /** The most bytes that are held now. */
  private long most;

  private long held;
  private long decompressed;

  /**
   * A cache.
   *
   * @param bytes the most bytes of decompressed pixels that are kept
   * @param scratch an existing folder for decompressed files, each deleted when its tile is closed,
   *     or, where the process was killed, when a later one decompresses a file
   */
  public TileCache(long bytes, Path scratch) {
    this(FIRST, bytes, scratch);
  }

  TileCache(long first, long bytes, Path scratch) {
    if (bytes < 0) {
      throw new IllegalArgumentException("A cache cannot have " + bytes + " bytes.");
    }
    this.bytes = bytes;
    this.most = Math.min(first, bytes);
    this.scratch = scratch;
  }

  /** A cache of a quarter of the heap, and the system's folder for temporary files. */
  public static TileCache ofDefaults() {
    return new TileCache(
        Runtime.getRuntime().maxMemory() / 4, Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** How many pieces have been decompressed so far, each as often as that happened. */
  public synchronized long decompressed() {
    return decompressed;
  }

  /** The piece of a compressed image that holds a pixel. */
  Piece piece(FitsImage image, int x, int y) throws ImageException {
    Key key = new Key(image, image.pieceOf(x, y));
    CompletableFuture<Piece> mine = new CompletableFuture<>();
    CompletableFuture<Piece> known;
    synchronized (this) {
      known = pieces.get(key);
      if (known == null) {
        pieces.put(key, mine);
        decompressed++;
        growIfPutOut(key);
      }
    }
    if (known == null) {
      return decompress(image, x, y, key, mine);
    }
    try {
      return known.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ImageException damaged) {
        throw damaged;
      }
      throw e;
    }
  }

  private void growIfPutOut(Key key) {
    if (putOut.contains(key)) {
      most = Math.min(bytes, 2 * most);
      putOut.clear(); // the others were put out for the same reason
    }
  }

  private Piece decompress(
      FitsImage image, int x, int y, Key key, CompletableFuture<Piece> promised)
      throws ImageException {
    try {
      Piece piece = image.piece(x, y);
      promised.complete(piece);
      admit(piece);
      return piece;
    } catch (ImageException | RuntimeException | Error e) {
      synchronized (this) {
        pieces.remove(key);
      }
      promised.completeExceptionally(e);
      throw e;
    }
  }

  private static long size(Piece piece) {
    return (long) Float.BYTES * piece.values().length;
  }

  private synchronized void admit(Piece piece) {
    held += size(piece);
    var eldest = pieces.entrySet().iterator();
    while (held > most && eldest.hasNext()) {
      Map.Entry<Key, CompletableFuture<Piece>> one = eldest.next();
      if (one.getValue().state() == CompletableFuture.State.SUCCESS) {
        held -= size(one.getValue().resultNow());
        putOut.add(one.getKey());
        eldest.remove();
      }
    }
  }

  /** Forgets the pieces of an image. */
  synchronized void forget(FitsImage image) {
    putOut.removeIf(key -> key.image == image);
    pieces
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone =
                  entry.getKey().image == image
                      && entry.getValue().state() == CompletableFuture.State.SUCCESS;
              held -= gone ? size(entry.getValue().resultNow()) : 0;
              return gone;
            });
  }

  /**
   * A folder for one decompressed file.
   *
   * @throws IOException in a sentence, where it cannot be made
   */
  ScratchFolder scratchFolder() throws IOException {
    return ScratchFolder.create(scratch, "tile");
  }

  /** Decompresses a gzipped file into a folder. */
  static Path inflated(Path gzipped, Path folder) throws IOException {
    Path file = folder.resolve("tile.fits");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gzipped), 1 << 16);
        OutputStream out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      long written = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        written += count;
        if (written > MOST_SCRATCH) {
          throw new IOException("it inflates to more than " + (MOST_SCRATCH >> 30) + " GiB");
        }
        out.write(buffer, 0, count);
      }
    }
    return file;
  }
}
