package dev.tuningfork.standalone.survey;

import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.file.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renders tiles and publishes each with its catalogue, as a survey does, one after the other until
 * it is closed. The latest are kept in a temporary folder.
 *
 * <p>Threads: one renders and publishes.
 */
public final class DemoTiles implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DemoTiles.class);
  private static final int SIDE = 1_024;
  private static final int GALAXIES = 60;
  private static final int KEPT = 3;
  private static final Duration PAUSE = Duration.ofSeconds(40);
  private static final long ENDING_MILLIS = 5_000;

  private final ScratchFolder folder;
  private final String topic;
  private final long seed;
  private final Thread thread =
      Thread.ofPlatform().name("mock-tiles").daemon().unstarted(this::run);
  private volatile String servers = "";

  /**
   * @param topic that survey images are read from
   * @throws IOException in a sentence, where there is no temporary folder
   */
  public DemoTiles(String topic, long seed) throws IOException {
    this.folder = ScratchFolder.create("tiles");
    this.topic = topic;
    this.seed = seed;
  }

  /** Where the tiles are. */
  public Path folder() {
    return folder.path();
  }

  /**
   * Begins to publish.
   *
   * @param bootstrapServers where Kafka is
   */
  public void start(String bootstrapServers) {
    servers = bootstrapServers;
    thread.start();
  }

  private void run() {
    Deque<Path> kept = new ArrayDeque<>();
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", (Object) servers),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (int number = 1; ; number++) {
        SurveyImageReference image = render(number, kept);
        var _ =
            producer.send(new ProducerRecord<>(topic, image.surveyImageId(), image.toJson())).get();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      if (!Thread.currentThread().isInterrupted()) { // else it is closed, and its folder is gone
        LOG.error("No more tiles are published.", e);
      }
    }
  }

  private SurveyImageReference render(int number, Deque<Path> kept) throws IOException {
    Path own = Files.createDirectory(folder.path().resolve("tile-" + number));
    kept.addLast(own);
    if (kept.size() > KEPT) {
      ScratchFolder.deleteTree(kept.removeFirst());
    }
    TilePlan plan =
        new TilePlan(
            TileLayout.PLAIN, SIDE, GALAXIES, 1, 0, 150 + 0.12 * number, 2.2, seed + number);
    TileWriter writer = new TileWriter(plan, own);
    writer.writeTile(0);
    writer.writeCatalogues();
    List<Band> bands =
        TileWriter.bands(plan.layout()).stream()
            .map(name -> new Band(name, writer.file(0, name).toUri().toString(), null))
            .toList();
    return new SurveyImageReference(
        "tile-" + number,
        bands,
        List.of(),
        SurveyImageReference.Catalogue.of(own.resolve("objects.fits").toUri().toString()),
        null,
        "Mock",
        null,
        null,
        null,
        false);
  }

  /** Waits for a tile that is being written, so that its folder can be deleted. */
  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join(ENDING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    folder.close();
  }
}
