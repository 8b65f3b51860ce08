package dev.tuningfork.benchmark.suite;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Read, decode, prepare and predict, and nothing else: no Kafka, no messages, no ledger. A thread
 * for each core prepares images, and this one predicts full batches of them.
 */
record Roofline(List<Path> images, MorphologyModel model) {

  static final String DESCRIPTION =
      "read, decode, prepare and predict in full batches, without Kafka";

  double imagesPerSecond(int galaxies) throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    Preprocessor preprocessor = new Preprocessor(model.input(), ImageLimits.DEFAULT);
    BlockingQueue<PreparedImage> prepared = new ArrayBlockingQueue<>(2 * model.largestBatch());
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    try (ExecutorService decoders = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> decoding = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        decoding.add(
            decoders.submit(
                () -> {
                  for (int n = next.getAndIncrement(); n < galaxies; n = next.getAndIncrement()) {
                    byte[] file = Files.readAllBytes(images.get(n % images.size()));
                    prepared.put(preprocessor.prepare(file, ImageDescription.NONE));
                  }
                  return null;
                }));
      }
      List<PreparedImage> batch = new ArrayList<>(model.largestBatch());
      for (int predicted = 0; predicted < galaxies; predicted += batch.size()) {
        batch.clear();
        int size = Math.min(model.largestBatch(), galaxies - predicted);
        while (batch.size() < size) {
          batch.add(prepared.take());
        }
        if (model.predict(batch).size() != size) {
          throw new IllegalStateException("The model left galaxies without an answer.");
        }
      }
      for (Future<?> decoder : decoding) {
        decoder.get();
      }
    }
    return galaxies / ((System.nanoTime() - start) / 1e9);
  }
}
