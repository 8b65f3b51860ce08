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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Read, decode, prepare and predict, and nothing else: no Kafka, no messages, no ledger. A thread
 * for each core prepares images, and one for each pass of the model predicts full batches of them.
 */
record Roofline(List<Path> images, MorphologyModel model) {

  static final String DESCRIPTION =
      "read, decode, prepare and predict in full batches, without Kafka";

  double imagesPerSecond(int galaxies) throws Exception {
    int batch = model.largestBatch();
    Preprocessor preprocessor = new Preprocessor(model.input(), ImageLimits.DEFAULT);
    BlockingQueue<PreparedImage> prepared = new ArrayBlockingQueue<>(2 * batch * model.passes());
    AtomicInteger decoded = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    Callable<Void> decoder =
        () -> {
          for (int n = decoded.getAndIncrement(); n < galaxies; n = decoded.getAndIncrement()) {
            byte[] file = Files.readAllBytes(images.get(n % images.size()));
            prepared.put(preprocessor.prepare(file, ImageDescription.NONE));
          }
          return null;
        };
    Callable<Void> predictor =
        () -> {
          for (int n = taken.getAndAdd(batch); n < galaxies; n = taken.getAndAdd(batch)) {
            predict(prepared, Math.min(batch, galaxies - n), preprocessor);
          }
          return null;
        };
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      work.add(decoder);
    }
    for (int i = 0; i < model.passes(); i++) {
      work.add(predictor);
    }
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    }
    return galaxies / Pace.secondsSince(start);
  }

  private void predict(BlockingQueue<PreparedImage> prepared, int count, Preprocessor preprocessor)
      throws InterruptedException {
    List<PreparedImage> images = new ArrayList<>(count);
    while (images.size() < count) {
      images.add(prepared.take());
    }
    if (model.predict(images).size() != count) {
      throw new IllegalStateException("The model left galaxies without an answer.");
    }
    images.forEach(preprocessor::recycle);
  }
}
