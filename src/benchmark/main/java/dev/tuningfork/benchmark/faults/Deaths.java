package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.Reckoning.Outcome;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.ModelBundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How long answers stop when one broker or one instance dies: two instances work at half of what
 * they can, one thing is killed with SIGKILL, and what counts is when a reader of committed records
 * has answers to references that were published after that.
 */
public final class Deaths {

  private static final int INSTANCES = 2;
  private static final int WARM_UP = 2_000;
  private static final int FROM = 500;
  private static final int MOST_REFERENCES = 1_000_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration CALM = Duration.ofSeconds(8);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private final Path folder;
  private final List<Path> images;
  private final ModelBundle bundle;
  private final Consumer<String> progress;

  /** When each partition first answered a reference from {@link #from} on, nanoseconds. */
  private final Map<Integer, Long> answered = new ConcurrentHashMap<>();

  private volatile int from = Integer.MAX_VALUE;

  /**
   * How long one death held answers up, seconds.
   *
   * @param next until any partition answers
   * @param all until each partition answers
   */
  public record Gap(double next, double all) {}

  /**
   * Prepares a measurement.
   *
   * @param folder where everything is kept
   * @param images JPEG files
   * @param progress what is under way
   */
  public Deaths(Path folder, List<Path> images, ModelBundle bundle, Consumer<String> progress) {
    this.folder = folder;
    this.images = images;
    this.bundle = bundle;
    this.progress = progress;
  }

  /**
   * Kills brokers, freezes brokers and kills instances in turn, so many of each, and hands each gap
   * over. A frozen broker is as one whose machine lost power: no connection is closed.
   */
  public void measure(
      int deaths, Consumer<Gap> ofBroker, Consumer<Gap> ofFrozenBroker, Consumer<Gap> ofInstance)
      throws Exception {
    progress.accept("brokers and instances start");
    Topics topics = Topics.DEFAULT;
    List<String> hashes = FaultRun.hashes(images);
    Path model = folder.resolve("model");
    bundle.save(model);
    List<Path> folders =
        images.stream().map(Path::getParent).flatMap(Stream::ofNullable).distinct().toList();
    try (Cluster cluster = Cluster.start(folder);
        Fleet fleet =
            new Fleet(folder, cluster.bootstrapServers(), List.of(model), folders, Map.of());
        Publisher publisher =
            new Publisher(cluster.bootstrapServers(), n -> record(topics, n), MOST_REFERENCES)) {
      cluster.createTopics(List.of(topics.input(), topics.output(), topics.deadLetters()));
      Reckoning reckoning =
          new Reckoning(
              cluster.bootstrapServers(),
              new Reckoning.Topics(
                  topics.output(), topics.deadLetters(), "", References.PARTITIONS),
              new Reckoning.Questions(MOST_REFERENCES, hashes, _ -> false, Surveys.NONE),
              this::note);
      try (Counter counter = new Counter(reckoning)) {
        fleet.start(INSTANCES);
        progress.accept("the first %,d references are answered".formatted(WARM_UP));
        publisher.publish(0, WARM_UP, 0);
        require(counter.await(FROM, PATIENCE));
        long start = System.nanoTime();
        require(counter.await(WARM_UP, PATIENCE));
        double halfLoad = (WARM_UP - FROM) / 2.0 / ((System.nanoTime() - start) / 1e9);
        AtomicBoolean enough = new AtomicBoolean();
        Thread publishing =
            Thread.ofPlatform().daemon().start(() -> publish(publisher, halfLoad, enough));
        for (int n = 0; n < deaths; n++) {
          calm(counter, publisher);
          progress.accept(
              "broker %d of %d dies, at %.0f references/s".formatted(n + 1, deaths, halfLoad));
          int dead = cluster.leader(topics.output(), n % References.PARTITIONS);
          ofBroker.accept(gap(publisher, () -> cluster.kill(dead)));
          cluster.restart(dead);
          cluster.awaitInSync(PATIENCE, topics.input(), topics.output());
          calm(counter, publisher);
          progress.accept("broker %d of %d freezes".formatted(n + 1, deaths));
          int frozen = cluster.leader(topics.output(), n % References.PARTITIONS);
          ofFrozenBroker.accept(gap(publisher, () -> cluster.freeze(frozen)));
          cluster.thaw(frozen);
          cluster.awaitInSync(PATIENCE, topics.input(), topics.output());
          calm(counter, publisher);
          int instance = n % INSTANCES;
          progress.accept("instance %d of %d dies".formatted(n + 1, deaths));
          ofInstance.accept(gap(publisher, () -> fleet.end(instance)));
          fleet.revive(instance);
        }
        enough.set(true);
        publishing.join();
        require(counter.await(publisher.published(), PATIENCE));
      }
      if (!reckoning.flaws().isEmpty()) {
        throw new IllegalStateException("Not every answer was right: " + reckoning.flaws());
      }
    }
  }

  private void note(int number, Outcome outcome) {
    if (number >= from) {
      answered.putIfAbsent(outcome.place().partition(), System.nanoTime());
    }
  }

  /** Something dies. */
  private interface Death {
    void happen() throws Exception;
  }

  private Gap gap(Publisher publisher, Death death) throws Exception {
    long killed = System.nanoTime();
    death.happen();
    answered.clear();
    from = publisher.published();
    while (answered.size() < References.PARTITIONS) {
      require(System.nanoTime() - killed < PATIENCE.toNanos());
      Thread.sleep(LOOK_EVERY);
    }
    from = Integer.MAX_VALUE;
    List<Long> times = answered.values().stream().sorted().toList();
    return new Gap((times.getFirst() - killed) / 1e9, (times.getLast() - killed) / 1e9);
  }

  /** Until what was published is answered, and some time more. */
  private static void calm(Counter counter, Publisher publisher) throws InterruptedException {
    require(counter.await(publisher.published(), PATIENCE));
    Thread.sleep(CALM);
    require(counter.await(publisher.published(), PATIENCE));
  }

  private static void publish(Publisher publisher, double perSecond, AtomicBoolean enough) {
    try {
      int second = (int) Math.max(1, perSecond);
      for (int n = WARM_UP; n + second < MOST_REFERENCES && !enough.get(); n += second) {
        publisher.send(n, n + second, 1);
      }
    } catch (Exception e) {
      throw new IllegalStateException("A reference could not be published.", e);
    }
  }

  private ProducerRecord<byte[], byte[]> record(Topics topics, int number) {
    String id = String.valueOf(number);
    String uri = images.get(number % images.size()).toUri().toString();
    return new ProducerRecord<>(
        topics.input(),
        id.getBytes(StandardCharsets.UTF_8),
        GalaxyImageReference.of(id, uri).toJson());
  }

  private static void require(boolean inTime) {
    if (!inTime) {
      throw new IllegalStateException("No answer came for %d s.".formatted(PATIENCE.toSeconds()));
    }
  }
}
