package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.Instance;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One catalogue of half a million galaxies on ten survey images, through one classifier in a
 * process of its own: what its heap holds after a full collection at ten points of the way. It is
 * killed half-way and started again: how long it takes until a reader of committed records has the
 * next morphology, and until it goes on to list galaxies, for which it reads the catalogue again.
 * The squares are small, so that they pass in minutes; how fast it goes is no figure for that
 * reason.
 */
final class CatalogueSuite {

  private static final int IMAGES = 10;
  private static final int GALAXIES = 500_000;
  private static final int GALAXIES_WHEN_QUICK = 5_000;
  private static final int POINTS = 10;
  private static final int SIDE = 1024;
  private static final int RENDERED = 100;

  /** Pixels of a square, and from the edges within which none is listed. */
  private static final int SQUARE = 32;

  /** The default; of few galaxies a smaller part, so that some are not listed when it is killed. */
  private static final int MOST_AHEAD = 5_000;

  private static final int SHARE_AHEAD = 20;
  private static final int PIECE = 50;

  private static final String APPLICATION = "catalogue";
  private static final String LISTED = APPLICATION + "-survey-galaxies";
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double MIB = 1 << 20;

  static final Suite SUITE =
      new Suite(
          "catalogues",
          "heap and restart over a catalogue of half a million galaxies on ten survey images",
          Suite.Form.NAMED,
          CatalogueSuite::measure);

  private final Tally tally;
  private final Path folder;
  private final Path bundle;
  private final int galaxies;

  private CatalogueSuite(Workload workload, Tally tally) throws IOException {
    this.tally = tally;
    this.folder = workload.folder("catalogues");
    this.bundle = workload.saved(workload.bundle());
    this.galaxies = workload.plan().quick() ? GALAXIES_WHEN_QUICK : GALAXIES;
  }

  private static void measure(Workload workload, Tally tally) throws Exception {
    new CatalogueSuite(workload, tally).measure();
  }

  private void measure() throws Exception {
    tally.now("rendering survey images");
    List<SurveyImageReference> images = write();
    Topics topics = Topics.DEFAULT;
    List<Double> heaps = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
      String servers = broker.bootstrapServers();
      SurveyBacklog.createTopics(servers, topics);
      SurveyBacklog.publish(servers, images);
      tally.now(() -> "%,d of %,d galaxies".formatted(answers.count(), galaxies));
      JavaProcess first = start(servers);
      watch(first, answers, 1, POINTS / 2, heaps);
      try (JavaProcess second = killAndStart(first, servers, answers)) {
        watch(second, answers, POINTS / 2 + 1, POINTS, heaps);
        outcomes(servers);
      } finally {
        first.close();
      }
      answers.read(Duration.ofSeconds(1), _ -> {}); // would throw where one came twice
    }
    String how = "live after a full collection, after %,d of %,d galaxies";
    tally.add("heap, early", "MiB", how.formatted(galaxies / POINTS, galaxies), heaps.getFirst());
    tally.add("heap, late", "MiB", how.formatted(galaxies, galaxies), heaps.getLast());
    for (double heap : heaps) {
      tally.add("heap", "MiB", "live after a full collection, at ten points of the way", heap);
    }
  }

  private void watch(JavaProcess process, Answers answers, int from, int to, List<Double> heaps)
      throws Exception {
    for (int point = from; point <= to; point++) {
      answers.await((int) ((long) galaxies * point / POINTS));
      heaps.add(process.liveHeapBytes() / MIB);
    }
  }

  /** How long it takes until it answers, and until it lists. */
  private JavaProcess killAndStart(JavaProcess first, String servers, Answers answers)
      throws Exception {
    try (KafkaConsumer<byte[], byte[]> listed = reader(servers, LISTED, References.PARTITIONS)) {
      first.kill();
      Instant kill = Instant.now();
      long killed = System.nanoTime();
      listed.seekToEnd(listed.assignment());
      listed.assignment().forEach(listed::position);
      JavaProcess second = start(servers);
      AtomicLong answered = new AtomicLong();
      long listedAt = 0;
      while (answered.get() == 0 || listedAt == 0) {
        answers.read(
            POLL,
            answer -> {
              if (answered.get() == 0 && classifiedAt(answer).isAfter(kill)) {
                answered.set(System.nanoTime());
              }
            });
        if (listedAt == 0 && !listed.poll(Duration.ZERO).isEmpty()) {
          listedAt = System.nanoTime();
        }
        if (System.nanoTime() - killed > PATIENCE.toNanos()) {
          second.close();
          throw new IllegalStateException("The classifier did not go on after it was killed.");
        }
      }
      tally.add(
          "from kill to the next morphology",
          "s",
          "started again at once, the state folder as it was left",
          (answered.get() - killed) / 1e9);
      tally.add(
          "from kill to the next galaxy listed",
          "s",
          "the catalogue of %,d rows is read again from its beginning".formatted(galaxies),
          (listedAt - killed) / 1e9);
      return second;
    }
  }

  private static Instant classifiedAt(ConsumerRecord<byte[], byte[]> answer) {
    try {
      return GalaxyMorphology.fromJson(answer.value()).classifiedAt();
    } catch (MessageException e) {
      throw new IllegalStateException("An answer is no morphology: " + e.getMessage(), e);
    }
  }

  /** Reads what is committed in a topic from its beginning. */
  private static KafkaConsumer<byte[], byte[]> reader(
      String servers, String topic, int partitions) {
    KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    reader.assign(
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList());
    reader.seekToBeginning(reader.assignment());
    return reader;
  }

  /** Waits for one outcome of each survey image, with the right count. */
  private void outcomes(String servers) throws Exception {
    List<SurveyImageOutcome> outcomes = new ArrayList<>();
    try (var reader = reader(servers, SurveyBacklog.OUTCOMES, References.PARTITIONS)) {
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (outcomes.size() < IMAGES && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          outcomes.add(SurveyImageOutcome.fromJson(record.value()));
        }
      }
    }
    long right =
        outcomes.stream()
            .filter(
                outcome ->
                    outcome.answered() == galaxies / IMAGES
                        && outcome.galaxies() == galaxies / IMAGES
                        && outcome.excluded() == galaxies - galaxies / IMAGES)
            .map(SurveyImageOutcome::surveyImageId)
            .distinct()
            .count();
    if (right != IMAGES || outcomes.size() != IMAGES) {
      throw new IllegalStateException(
          "The outcomes of the survey images are not right: " + outcomes);
    }
  }

  private JavaProcess start(String servers) throws IOException {
    return Instance.start(
        folder,
        "classifier",
        "",
        servers,
        bundle,
        List.of(folder),
        Map.of(
            "application-id",
            APPLICATION,
            "survey-images.topic",
            SurveyBacklog.INPUT,
            "survey-images.ahead",
            String.valueOf(Math.min(MOST_AHEAD, galaxies / SHARE_AHEAD)),
            "survey-images.piece",
            String.valueOf(PIECE)));
  }

  /** Renders the tiles and writes one catalogue, in which the tiles' galaxies take turns. */
  private List<SurveyImageReference> write() throws IOException {
    Path catalogue = folder.resolve("objects.csv");
    List<SurveyImageReference> images = new ArrayList<>();
    List<List<TileGalaxy>> shown = new ArrayList<>();
    for (int image = 0; image < IMAGES; image++) {
      TilePlan plan =
          new TilePlan(TileLayout.PLAIN, SIDE, RENDERED, 1, 0, 150 + image, 2, image + 1);
      Path place = Files.createDirectory(folder.resolve("image-" + image));
      TileWriter writer = new TileWriter(plan, place);
      writer.writeTile(0);
      MockTiles sky = new MockTiles(plan);
      shown.add(
          IntStream.range(0, RENDERED)
              .mapToObj(sky::galaxy)
              .filter(CatalogueSuite::isShown)
              .toList());
      images.add(reference(writer, catalogue, image));
    }
    try (BufferedWriter lines = Files.newBufferedWriter(catalogue)) {
      lines.write("id,ra,dec,image\n");
      for (int n = 0; n < galaxies; n++) {
        List<TileGalaxy> of = shown.get(n % IMAGES);
        TileGalaxy galaxy = of.get(n / IMAGES % of.size());
        lines.write(
            String.format(
                Locale.ROOT, "%d,%.9f,%.9f,%d%n", n, galaxy.ra(), galaxy.dec(), n % IMAGES));
      }
    }
    return images;
  }

  /** Whether a galaxy is off the edges, and off the columns where the gap of a tile lies. */
  private static boolean isShown(TileGalaxy galaxy) {
    return Math.min(galaxy.x(), galaxy.y()) > SQUARE
        && Math.max(galaxy.x(), galaxy.y()) < SIDE - SQUARE
        && (galaxy.x() < 0.5 * SIDE || galaxy.x() > 0.7 * SIDE);
  }

  private static SurveyImageReference reference(TileWriter writer, Path catalogue, int image) {
    return new SurveyImageReference(
        "image-" + image,
        TileWriter.bands(TileLayout.PLAIN).stream()
            .map(band -> new Band(band, writer.file(0, band).toUri().toString(), null))
            .toList(),
        List.of(),
        new SurveyImageReference.Catalogue(
            catalogue.toUri().toString(),
            null,
            "image = " + image,
            SQUARE * TileLayout.PLAIN.pixelScale(),
            null,
            null,
            null),
        "sdss-gri",
        null,
        null,
        null,
        null,
        false);
  }
}
