package dev.tuningfork.benchmark.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * What one writes first: {@code mapValues} that reads a file with ImageIO and asks the model about
 * it, one record after the other. Same broker, topics and guarantee as the pipeline, and the same
 * model, loaded without a thought of how it computes; the preprocessing is a plain crop, done pixel
 * by pixel.
 */
record Naive(List<Path> images, MorphologyModel model) {

  static final String DESCRIPTION =
      "one record at a time in mapValues, ImageIO, batches of 1, exactly once";

  private static final ObjectMapper JSON = new ObjectMapper();

  double imagesPerSecond(int galaxies) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Topics topics = Topics.DEFAULT;
      References.createTopics(broker.bootstrapServers(), topics);
      References.publish(broker.bootstrapServers(), topics, images, 0, galaxies);
      StreamsBuilder builder = new StreamsBuilder();
      builder.stream(topics.input(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
          .mapValues(this::classify)
          .to(topics.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
      try (KafkaStreams streams = new KafkaStreams(builder.build(), settings(broker));
          Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
        CountDownLatch running = new CountDownLatch(1);
        streams.setStateListener(
            (now, _) -> {
              if (now == KafkaStreams.State.RUNNING) {
                running.countDown();
              }
            });
        streams.start();
        running.await();
        long start = System.nanoTime();
        answers.await(galaxies);
        return galaxies / Pace.secondsSince(start);
      }
    }
  }

  private static Properties settings(EmbeddedBroker broker) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "naive");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    return settings;
  }

  private byte[] classify(byte[] message) {
    try {
      GalaxyImageReference reference = GalaxyImageReference.fromJson(message);
      BufferedImage image = ImageIO.read(Path.of(URI.create(reference.image().uri())).toFile());
      AnswerProbabilities answers = model.predict(List.of(prepare(image))).getFirst();
      Map<String, double[]> questions = new LinkedHashMap<>();
      for (Question question : answers.tree().questions()) {
        if (answers.answers(question)) {
          questions.put(question.id(), answers.conditional(question));
        }
      }
      return JSON.writeValueAsBytes(
          Map.of("objectId", reference.objectId(), "questions", questions));
    } catch (JsonProcessingException | MessageException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The central square, not resampled, as luminance or in three colours. */
  private PreparedImage prepare(BufferedImage image) {
    int size = model.input().size();
    boolean grey = model.input().channels() == Channels.LUMINANCE;
    int left = (image.getWidth() - size) / 2;
    int top = (image.getHeight() - size) / 2;
    byte[] levels = new byte[model.input().valueCount()];
    int at = 0;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        Color colour = new Color(image.getRGB(left + x, top + y));
        if (grey) {
          levels[at++] =
              (byte)
                  Math.round(
                      0.299f * colour.getRed()
                          + 0.587f * colour.getGreen()
                          + 0.114f * colour.getBlue());
        } else {
          levels[at++] = (byte) colour.getRed();
          levels[at++] = (byte) colour.getGreen();
          levels[at++] = (byte) colour.getBlue();
        }
      }
    }
    return new PreparedImage(
        new Pixels.Levels(levels), image.getWidth(), image.getHeight(), Set.of());
  }
}
