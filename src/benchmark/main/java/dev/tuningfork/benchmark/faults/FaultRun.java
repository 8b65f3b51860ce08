package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import dev.tuningfork.benchmark.faults.Reckoning.Questions;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.file.Sha256;
import dev.tuningfork.model.ModelBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One fault run: references and survey images are published evenly while a schedule of faults goes
 * on, and are waited for when all is well again.
 */
public final class FaultRun {

  private static final int IMAGES = 40;
  private static final int ONE_OF_SO_MANY_IS_SILENT = 500;
  private static final int REFERENCES_A_SURVEY_IMAGE = 250;
  private static final int GALAXIES_A_SURVEY_IMAGE = 50;

  /** Of a survey image, pixels. */
  private static final int SIDE = 1_024;

  static final String SURVEY_IMAGES = "survey-images";

  /** The default. It is not compacted here, so that two outcomes of a survey image are seen. */
  static final String SURVEY_OUTCOMES = "galaxy-survey-images";

  private static final Duration CALM = Duration.ofMinutes(5);

  /** No outcome for so long after the last fault: what is missing then is lost. */
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private static final Duration MEMORY_EVERY = Duration.ofSeconds(5);
  private static final int SHOWN_FLAWS = 20;

  /** A survey image is listed in many transactions, so that faults find it half listed. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("fetch.schemes", "file,http"),
          Map.entry("fetch.hosts", "127.0.0.1:*"),
          Map.entry("fetch.networks", "127.0.0.0/8"),
          Map.entry("fetch.connect-time", "2s"),
          Map.entry("fetch.attempt-time", "3s"),
          Map.entry("fetch.total-time", "15s"),
          Map.entry("tiles.fetch-time", "15s"),
          Map.entry("survey-images.topic", SURVEY_IMAGES),
          Map.entry("survey-images.piece", "5"),
          Map.entry("survey-images.ahead", "20"),
          Map.entry("model.watch", "true"),
          Map.entry("model.poll", "1s"));

  private final Path folder;
  private final List<Path> images;
  private final ModelBundle bundle;
  private final Order order;
  private final Optional<Python> python;
  private final Consumer<String> told;
  private final Consumer<Supplier<String>> progress;

  /**
   * What is wanted.
   *
   * @param references how many are published while things break
   * @param seed of the schedule
   * @param carried whether records carry their images, instead of naming them
   * @param rounds of the schedule
   * @param round how long one lasts
   */
  public record Order(int references, long seed, boolean carried, int rounds, Duration round) {}

  /**
   * What came out.
   *
   * @param report sentences
   * @param flaws how many outcomes were lost, doubled or wrong
   * @param residentMebibytes of the instance that is never killed, over the run
   */
  public record Result(List<String> report, int flaws, List<Double> residentMebibytes) {}

  /**
   * Prepares a run.
   *
   * @param folder where everything is kept
   * @param images JPEG files
   * @param python where the outcomes are counted in the end; Kafka's consumer in Java counts
   *     without it
   * @param told a line
   * @param progress what is under way
   */
  public FaultRun(
      Path folder,
      List<Path> images,
      ModelBundle bundle,
      Order order,
      Optional<Python> python,
      Consumer<String> told,
      Consumer<Supplier<String>> progress) {
    this.folder = folder;
    this.images = images.stream().limit(IMAGES).toList();
    this.bundle = bundle;
    this.order = order;
    this.python = python;
    this.told = told;
    this.progress = progress;
  }

  /** Runs; takes as long as the rounds of the schedule, and what comes before and after. */
  public Result run() throws Exception {
    Topics topics = Topics.DEFAULT;
    Reckoning.Topics read =
        new Reckoning.Topics(
            topics.output(), topics.deadLetters(), SURVEY_OUTCOMES, References.PARTITIONS);
    Questions questions = questions();
    Surveys surveys = questions.surveys();
    int calm = images.size();
    int all = questions.all();
    progress.accept(() -> "a survey image is rendered");
    SurveyTiles tiles =
        SurveyTiles.write(surveys, SIDE, Files.createDirectory(folder.resolve("survey")));
    progress.accept(() -> "brokers and instances start");
    try (Cluster cluster = Cluster.start(folder);
        ImageHost host = ImageHost.start(images, tiles.folder());
        Fleet fleet = fleet(cluster, tiles);
        Publisher publisher =
            new Publisher(
                cluster.bootstrapServers(),
                number -> record(topics, host, number),
                questions.references());
        Publisher ofSurvey =
            new Publisher(
                cluster.bootstrapServers(),
                image -> surveyImage(tiles, host, image),
                surveys.images())) {
      cluster.createTopics(
          List.of(
              topics.input(),
              topics.output(),
              topics.deadLetters(),
              SURVEY_IMAGES,
              read.surveyImages()));
      Reckoning reckoning =
          new Reckoning(cluster.bootstrapServers(), read, questions, (_, _) -> {});
      Schedule schedule = Schedule.of(order.seed(), order.rounds(), order.round());
      double seconds = schedule.lasts().toMillis() / 1e3;
      Memory memory;
      Storm storm;
      try (Counter counter = new Counter(reckoning)) {
        fleet.start(Schedule.MORTAL_INSTANCES + 1);
        publisher.publish(0, calm, 0);
        ofSurvey.publish(0, 1, 0);
        progress.accept(() -> "the first answers come");
        int first = calm + surveys.rows() + 1;
        if (!counter.await(first, CALM)) {
          throw new IllegalStateException(
              "%d of the first %d outcomes came, before anything was broken; see %s."
                  .formatted(counter.counted(), first, folder));
        }
        memory = new Memory(fleet, Schedule.MORTAL_INSTANCES, MEMORY_EVERY);
        storm = new Storm(cluster, fleet, host, List.of(topics.input(), topics.output()), told);
        progress.accept(() -> "%,d of %,d outcomes".formatted(counter.counted(), all));
        List<CompletableFuture<Void>> publishing =
            List.of(
                inBackground(() -> publisher.publish(calm, questions.references(), seconds)),
                inBackground(() -> ofSurvey.publish(1, surveys.images(), seconds)));
        storm.rage(schedule);
        publishing.forEach(CompletableFuture::join);
        told.accept("all faults are over; %,d of %,d outcomes".formatted(counter.counted(), all));

        counter.await(all, SILENCE);
        memory.close();
      }
      IntFunction<Flaw> lost =
          number ->
              Flaw.lost(
                  number,
                  number < questions.references()
                      ? publisher.publishedAt(number)
                      : ofSurvey.publishedAt(surveys.imageOf(number)),
                  order.round());
      List<Count> counts = new ArrayList<>();
      counts.add(reckoning.count(lost));
      if (python.isPresent()) {
        progress.accept(() -> "confluent-kafka counts");
        counts.add(
            new ConfluentCount(python.get())
                .count(cluster.bootstrapServers(), read, questions, lost));
      }
      return result(counts, questions, schedule, storm, fleet, memory);
    }
  }

  private Questions questions() throws IOException {
    int references = images.size() + order.references();
    Surveys surveys =
        new Surveys(
            references,
            Math.max(3, order.references() / REFERENCES_A_SURVEY_IMAGE),
            GALAXIES_A_SURVEY_IMAGE,
            SurveyTiles::isRemote);
    return new Questions(references, hashes(images), number -> way(number) != Way.FILE, surveys);
  }

  private Fleet fleet(Cluster cluster, SurveyTiles tiles) throws IOException {
    Path one = folder.resolve("model-a");
    Path other = folder.resolve("model-b");
    bundle.save(one);
    bundle.with("NOTE.md", "The same weights.".getBytes(StandardCharsets.UTF_8)).save(other);
    List<Path> folders =
        Stream.concat(images.stream().map(Path::getParent), Stream.of(tiles.folder()))
            .flatMap(Stream::ofNullable)
            .distinct()
            .toList();
    return new Fleet(folder, cluster.bootstrapServers(), List.of(one, other), folders, SETTINGS);
  }

  private static ProducerRecord<byte[], byte[]> surveyImage(
      SurveyTiles tiles, ImageHost host, int image) {
    return new ProducerRecord<>(
        SURVEY_IMAGES,
        Surveys.id(image).getBytes(StandardCharsets.UTF_8),
        tiles.message(image, file -> host.file(file, image)));
  }

  private ProducerRecord<byte[], byte[]> record(Topics topics, ImageHost host, int number) {
    byte[] key = String.valueOf(number).getBytes(StandardCharsets.UTF_8);
    Path file = images.get(number % images.size());
    if (order.carried()) {
      var record = new ProducerRecord<>(topics.input(), key, bytes(file));
      record.headers().add("content-type", "image/jpeg".getBytes(StandardCharsets.UTF_8));
      return record;
    }
    String uri =
        switch (way(number)) {
          case FILE -> file.toUri().toString();
          case HTTP -> host.image(number % images.size()).toString();
          case SILENT -> host.silent().toString();
        };
    String json = "{\"objectId\":\"%d\",\"image\":{\"uri\":\"%s\"}}".formatted(number, uri);
    return new ProducerRecord<>(topics.input(), key, json.getBytes(StandardCharsets.UTF_8));
  }

  private enum Way {
    FILE,
    HTTP,
    SILENT
  }

  private Way way(int number) {
    if (order.carried() || number < images.size()) {
      return Way.FILE;
    }
    return number % ONE_OF_SO_MANY_IS_SILENT == 0
        ? Way.SILENT
        : number % 2 == 0 ? Way.FILE : Way.HTTP;
  }

  /** The SHA-256 of each file, hexadecimal. */
  static List<String> hashes(List<Path> images) throws IOException {
    List<String> hashes = new ArrayList<>();
    for (Path image : images) {
      hashes.add(Sha256.hex(Files.readAllBytes(image)));
    }
    return hashes;
  }

  /** None of the counts may have found a flaw; those of the one that found most are named. */
  private Result result(
      List<Count> counts,
      Questions questions,
      Schedule schedule,
      Storm storm,
      Fleet fleet,
      Memory memory) {
    List<String> report = new ArrayList<>();
    counts.forEach(
        count ->
            report.add(
                "%,d references and %,d survey images of %d galaxies: %s"
                    .formatted(
                        questions.references(),
                        questions.surveys().images(),
                        questions.surveys().rows(),
                        count.inWords())));
    report.add(
        "seed %d: %d instances killed, %d frozen, %d joined and left; %d brokers killed, %d stopped, %d frozen; %d disturbed connections to brokers, %d to the image host; %d models; %d rolling restarts; %d instances ended unexpectedly"
            .formatted(
                order.seed(),
                schedule.count(Fault.KillInstance.class),
                schedule.count(Fault.FreezeInstance.class),
                schedule.count(Fault.Guest.class),
                schedule.count(Fault.KillBroker.class),
                schedule.count(Fault.StopBroker.class),
                schedule.count(Fault.FreezeBroker.class),
                schedule.count(Fault.BrokerLine.class),
                schedule.count(Fault.HostLine.class),
                schedule.count(Fault.TurnModel.class),
                schedule.count(Fault.RollInstances.class),
                fleet.endings().size()));
    report.addAll(fleet.endings());
    report.add(
        FalseClock.isAvailable()
            ? "clocks of instances were wrong %d times"
                .formatted(schedule.count(Fault.JumpClock.class))
            : "clocks were right all the time: Debian's package libfaketime is not installed");
    Count worst =
        counts.reversed().stream()
            .max(Comparator.comparingInt(count -> count.flaws().size()))
            .orElseThrow();
    worst.flaws().stream()
        .limit(SHOWN_FLAWS)
        .forEach(flaw -> report.add(inWords(flaw, questions.surveys(), storm)));
    return new Result(report, worst.flaws().size(), memory.mebibytes());
  }

  private static String inWords(Flaw flaw, Surveys surveys, Storm storm) {
    return "%s %s. Under way: %s"
        .formatted(
            surveys.name(flaw.number()),
            flaw.what(),
            storm.incidents().stream()
                .filter(incident -> incident.overlaps(flaw.from(), flaw.to()))
                .map(incident -> incident.fault().inWords())
                .collect(Collectors.joining("; ")));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Work that may fail. */
  private interface Work {
    void go() throws Exception;
  }

  private static CompletableFuture<Void> inBackground(Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("fault-publisher")
        .start(
            () -> {
              try {
                work.go();
                done.complete(null);
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }
}
