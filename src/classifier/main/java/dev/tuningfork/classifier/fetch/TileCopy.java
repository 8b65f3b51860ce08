package dev.tuningfork.classifier.fetch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a file elsewhere: its copy, or the failure to get one.
 *
 * <p>Threads: the futures and the claim are safe for use by many. What concerns the folder is
 * guarded by {@link CopyFolder}'s lock, and all else by the copy's own.
 */
final class TileCopy {

  final String uri;
  final CompletableFuture<RemoteTile> tile = new CompletableFuture<>();
  private final AtomicBoolean claimed = new AtomicBoolean();

  /** Set once somebody fetches the file as a whole. */
  @Nullable CompletableFuture<RemoteTile> whole;

  /** How many galaxies of it were asked for. */
  int wishes;

  long comparedAt = System.nanoTime();

  /** Why it was last taken for another file than a message means. */
  String doubt = "";

  // guarded by the folder's lock

  int users;

  /** On the disk. */
  long bytes;

  /** Which a transfer is about to write. */
  long reserved;

  /** It is no longer in the folder's list: who uses it last deletes it. */
  boolean dropped;

  TileCopy(String uri) {
    this.uri = uri;
  }

  /** Whether the caller is the first, who must complete {@link #tile}. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  boolean isHere() {
    return tile.state() == CompletableFuture.State.SUCCESS;
  }
}
