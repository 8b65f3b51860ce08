package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import dev.tuningfork.benchmark.faults.Reckoning.Questions;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.ModelBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One large survey image with a catalogue: two instances are killed in turn while they list and
 * classify its galaxies, and a broker is restarted half-way.
 */
public final class SurveyKills {

  private static final int INSTANCES = 2;
  private static final int RESTARTED = 1;
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int LONGEST_WAIT = 400;
  private static final int LONGEST_AWAY = 1_500;
  private static final long SEED = 7;

  /** Its galaxies are listed in many transactions, until the end. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "survey-images.topic", FaultRun.SURVEY_IMAGES,
          "survey-images.piece", "50",
          "survey-images.ahead", "200");

  private final Path folder;
  private final ModelBundle bundle;
  private final Order order;
  private final Consumer<String> told;

  /**
   * What is wanted.
   *
   * @param side of the survey image, pixels
   * @param galaxies how many it has
   * @param kills how many there are
   */
  public record Order(int side, int galaxies, int kills) {}

  /**
   * What came out.
   *
   * @param report sentences
   * @param flaws how many outcomes were lost, doubled or wrong
   */
  public record Result(List<String> report, int flaws) {}

  /**
   * Prepares a run.
   *
   * @param folder where everything is kept
   * @param told what is under way
   */
  public SurveyKills(Path folder, ModelBundle bundle, Order order, Consumer<String> told) {
    this.folder = folder;
    this.bundle = bundle;
    this.order = order;
    this.told = told;
  }

  /** Runs. */
  public Result run() throws Exception {
    Surveys surveys = new Surveys(0, 1, order.galaxies(), _ -> false);
    told.accept("the survey image is rendered");
    SurveyTiles tiles =
        SurveyTiles.write(surveys, order.side(), Files.createDirectory(folder.resolve("survey")));
    Topics topics = Topics.DEFAULT;
    Reckoning.Topics read =
        new Reckoning.Topics(
            topics.output(), topics.deadLetters(), FaultRun.SURVEY_OUTCOMES, References.PARTITIONS);
    told.accept("brokers and instances start");
    try (Cluster cluster = Cluster.start(folder);
        Fleet fleet = fleet(cluster, tiles);
        Publisher publisher =
            new Publisher(cluster.bootstrapServers(), image -> record(tiles, image), 1)) {
      cluster.createTopics(
          List.of(
              topics.input(),
              topics.output(),
              topics.deadLetters(),
              FaultRun.SURVEY_IMAGES,
              FaultRun.SURVEY_OUTCOMES));
      Reckoning reckoning =
          new Reckoning(
              cluster.bootstrapServers(),
              read,
              new Questions(0, List.of(), _ -> false, surveys),
              (_, _) -> {});
      try (Counter counter = new Counter(reckoning)) {
        fleet.start(INSTANCES);
        publisher.publish(0, 1, 0);
        kill(cluster, fleet, counter);
        counter.await(surveys.numbers(), PATIENCE);
      }
      Count count = reckoning.count(number -> Flaw.lost(number, Instant.now(), Duration.ZERO));
      List<String> report = new ArrayList<>();
      report.add(
          "%,d galaxies, %d kills, a broker restarted: %s"
              .formatted(order.galaxies(), order.kills(), count.inWords()));
      count.flaws().forEach(flaw -> report.add(surveys.name(flaw.number()) + " " + flaw.what()));
      return new Result(report, count.flaws().size());
    }
  }

  /** The first as soon as a galaxy is done, the others evenly over all that is left. */
  private void kill(Cluster cluster, Fleet fleet, Counter counter) throws Exception {
    Random random = new Random(SEED);
    for (int kill = 0; kill < order.kills(); kill++) {
      int due = 1 + kill * order.galaxies() / (order.kills() + 1);
      if (!counter.await(due, PATIENCE)) {
        throw new IllegalStateException(
            "No outcome for %d s, after %d; see %s."
                .formatted(PATIENCE.toSeconds(), counter.counted(), folder));
      }
      Thread.sleep(random.nextInt(LONGEST_WAIT));
      told.accept(
          "kill %d of %d, at %,d of %,d galaxies"
              .formatted(kill + 1, order.kills(), counter.counted(), order.galaxies()));
      fleet.kill(kill % INSTANCES, Duration.ofMillis(random.nextInt(LONGEST_AWAY)));
      if (kill == order.kills() / 2) {
        cluster.stop(RESTARTED);
        cluster.restart(RESTARTED);
      }
    }
  }

  private Fleet fleet(Cluster cluster, SurveyTiles tiles) throws IOException {
    Path model = folder.resolve("model-a");
    bundle.save(model);
    return new Fleet(
        folder, cluster.bootstrapServers(), List.of(model), List.of(tiles.folder()), SETTINGS);
  }

  private static ProducerRecord<byte[], byte[]> record(SurveyTiles tiles, int image) {
    return new ProducerRecord<>(
        FaultRun.SURVEY_IMAGES,
        Surveys.id(image).getBytes(StandardCharsets.UTF_8),
        tiles.message(image, Path::toUri));
  }
}
