package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.page.Watcher.Event;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Samples the stream for the page, at a pace that eyes can follow.
 *
 * <pre>{@code
 * model answers ─► sample: whose filter? ─► committed ─► gallery, watchers ─► browsers
 *   (every galaxy)     (few are kept)     (stream thread)  (bounded queues)
 * }</pre>
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A galaxy that passes no filter costs a few comparisons for each client; one that passes a
 *       filter also costs a copy of its pixels. Each client has a rate limit, so these are about
 *       ten a second. Without clients, one galaxy a second is kept, so that a page shows something
 *       when it is opened.
 *   <li>A galaxy is shown when its morphology is committed, and not before.
 *   <li>Memory is bounded by the settings: the gallery by its galaxies and its bytes, a client by
 *       its queue, and the clients by their number.
 *   <li>The stream never waits for a browser.
 * </ul>
 *
 * <p>Safe for use by many threads at once.
 */
public final class LiveFeed implements Sampler, AutoCloseable {

  /** How many of the newest a client is shown at first: as many as a page has, in cards.js. */
  static final int CARDS = 60;

  /** How many galaxies a second are kept without a client. */
  private static final double UNASKED = 1;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final PageSettings settings;
  private final ClassifierMetrics metrics;
  private final Optional<SteeredSurvey> survey;
  private final Gallery gallery;
  private final TokenBucket unasked = new TokenBucket(UNASKED, 4, System.nanoTime());
  private final AtomicLong seen = new AtomicLong();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final StreamFigures figures = new StreamFigures();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("page-figures").factory());

  /**
   * @param survey what the page may steer
   */
  public LiveFeed(
      PageSettings settings, ClassifierMetrics metrics, Optional<SteeredSurvey> survey) {
    this.settings = settings;
    this.metrics = metrics;
    this.survey = survey;
    gallery = new Gallery(settings.galaxies(), settings.memory());
  }

  /**
   * Starts to send the stream's figures to the clients once a second.
   *
   * @param lag how many references are published and not yet read; negative where not known
   */
  void start(LongSupplier lag, BooleanSupplier ready) {
    var _ =
        clock.scheduleAtFixedRate(
            () -> tellFigures(lag, ready), 1_000, 1_000, TimeUnit.MILLISECONDS);
  }

  @Override
  public @Nullable Sample sample(PreparedImage image, AnswerProbabilities answers) {
    long now = System.nanoTime();
    List<Watcher> wanting = List.of();
    for (Watcher watcher : watchers) {
      if (watcher.wants(answers, image.flags(), now)) {
        wanting = wanting.isEmpty() ? new ArrayList<>() : wanting;
        wanting.add(watcher);
      }
    }
    if (wanting.isEmpty() && !unasked.take(now)) {
      return null;
    }
    DisplayImage picture = DisplayImage.of(image);
    List<Watcher> asked = wanting;
    return (morphology, origin) ->
        show(
            new SeenGalaxy(seen.incrementAndGet(), morphology, answers, origin, picture),
            // a client that came after the others were asked would miss it
            watcher -> asked.contains(watcher) || watcher.cameAfter(now));
  }

  private void show(SeenGalaxy galaxy, Predicate<Watcher> isAsked) {
    synchronized (watchers) { // a client that comes now finds it in the gallery, or is sent it
      gallery.add(galaxy);
      for (Watcher watcher : watchers) {
        if (isAsked.test(watcher) && watcher.filter.wants(galaxy)) {
          watcher.tell(new Event.Galaxy(galaxy));
        }
      }
    }
  }

  /** The newest galaxies that were shown. */
  Gallery gallery() {
    return gallery;
  }

  Optional<SteeredSurvey> survey() {
    return survey;
  }

  /**
   * Registers a client on the calling thread, which must {@link #leave}. The galaxies that are kept
   * and pass its filter come first, the oldest before the others.
   *
   * @return empty where there are as many clients as the settings allow
   */
  Optional<Watcher> watch(Filter filter) {
    synchronized (watchers) {
      if (watchers.size() >= settings.clients() || clock.isShutdown()) {
        return Optional.empty();
      }
      Watcher watcher = new Watcher(filter, settings.cards());
      List<SeenGalaxy> kept = gallery.all().stream().filter(filter::wants).toList();
      kept.stream()
          .skip(Math.max(0, kept.size() - CARDS))
          .forEach(galaxy -> watcher.tell(new Event.Galaxy(galaxy)));
      watchers.add(watcher);
      return Optional.of(watcher);
    }
  }

  void leave(Watcher watcher) {
    watchers.remove(watcher);
  }

  /** Another model answers from now on. */
  public void exchanged() {
    watchers.forEach(watcher -> watcher.tell(new Event.Exchange()));
  }

  /** Ends all connections. */
  @Override
  public void close() {
    synchronized (watchers) {
      clock.shutdownNow();
    }
    watchers.forEach(Watcher::end);
  }

  private void tellFigures(LongSupplier lag, BooleanSupplier ready) {
    if (watchers.isEmpty()) {
      figures.forget();
      return;
    }
    StreamFigures.Snapshot stream =
        figures.next(metrics.read(), lag.getAsLong(), ready.getAsBoolean());
    Optional<SteeredSurvey.State> state = survey.map(SteeredSurvey::state);
    for (Watcher watcher : watchers) {
      if (watcher.hangs(PATIENCE_NANOS)) {
        watcher.cutOff();
        continue;
      }
      watcher.tell(
          new Event.Figures(
              "figures", new StreamFigures.OfClient(stream, watcher.matched(), watcher.dropped())));
      state.ifPresent(now -> watcher.tell(new Event.Figures("survey", now)));
    }
  }
}
