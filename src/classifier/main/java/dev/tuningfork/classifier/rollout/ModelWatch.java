package dev.tuningfork.classifier.rollout;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the path of a bundle repeatedly, and hands over the model of each new bundle: verified,
 * loaded, warmed up and {@linkplain SelfCheck checked}. One that fails in any of this is refused,
 * and tried again when something about it changes.
 *
 * <p>A bundle that is being copied is not taken for a broken one: it is opened when it has looked
 * the same twice in a row.
 *
 * <p>Threads: one of its own, on which models are loaded and handed over, so that nobody waits for
 * it.
 */
public final class ModelWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelWatch.class);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** Brings a bundle into memory. */
  @FunctionalInterface
  public interface Loading {
    MorphologyModel load(ModelBundle bundle) throws ModelException;
  }

  private final String name;
  private final Optional<Duration> poll;
  private final Loading loading;
  private final Consumer<MorphologyModel> onNew;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);

  private String serving;
  private @Nullable Fingerprint seen;
  private @Nullable Fingerprint tried;
  private volatile @Nullable Refusal refusal;
  private final AtomicLong looks = new AtomicLong();

  /**
   * Starts to look.
   *
   * @param name a model that the product ships, or the path of a bundle
   * @param serving the hash of the model that serves from the start; empty: none does
   * @param poll how long between two looks; empty: it looks once
   * @param onNew takes a model over, to be closed by it, on this class's thread
   */
  public ModelWatch(
      String name,
      Optional<String> serving,
      Optional<Duration> poll,
      Loading loading,
      Consumer<MorphologyModel> onNew) {
    this.name = name;
    this.serving = serving.orElse("");
    this.poll = poll;
    this.loading = loading;
    this.onNew = onNew;
    thread = Thread.ofPlatform().daemon().name("watch-model").start(this::watch);
  }

  /** The bundle that is there now and was rejected, with the reason. */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** How often it has looked. */
  long looks() {
    return looks.get();
  }

  /**
   * Stops looking; a model that is being loaded is awaited for five seconds, and not handed over.
   */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      if (poll.isEmpty() || ModelBundle.shipped().contains(name)) {
        exchange();
        return;
      }
      if (serving.isEmpty()) {
        seen = fingerprint(); // there is nothing to be careful about yet
      }
      do {
        look();
      } while (!closed.await(poll.get().toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Fingerprint now = fingerprint();
    if (Objects.equals(now, seen) && !Objects.equals(now, tried)) {
      tried = now;
      exchange();
    }
    seen = now;
    looks.incrementAndGet();
  }

  /** Empty for a place where nothing stands, which is looked at again. */
  private Fingerprint fingerprint() {
    try {
      return Fingerprint.of(Path.of(name));
    } catch (IOException | UncheckedIOException e) {
      return Fingerprint.NOTHING;
    }
  }

  private void exchange() {
    MorphologyModel model = null;
    try {
      ModelBundle bundle = ModelBundle.named(name);
      if (!bundle.identity().sha256().equals(serving)) {
        model = loading.load(bundle);
        SelfCheck.require(model);
        if (closed.getCount() > 0) {
          serving = bundle.identity().sha256();
          onNew.accept(model);
          model = null;
        }
      }
      refusal = null;
    } catch (ModelException | RuntimeException | Error e) {
      refusal =
          new Refusal(
              name,
              Objects.requireNonNullElse(e.getMessage(), e.toString()),
              Instant.now().truncatedTo(ChronoUnit.MILLIS));
      LOG.error("The bundle {} is rejected; the current model keeps serving.", name, e);
    } finally {
      if (model != null) {
        model.close();
      }
    }
  }
}
