package dev.tuningfork.standalone.check;

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
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Read, decode, prepare and predict, and nothing else: no Kafka, no messages, no ledger. A thread
 * for each core prepares images, and one for each pass of the model predicts full batches of them.
 *
 * @param images files, which are taken in turn
 */
public record Roofline(List<Path> images, MorphologyModel model) {

  public static final String DESCRIPTION =
      "read, decode, prepare and predict in full batches, without Kafka";

  /** Of so many galaxies. */
  public double imagesPerSecond(int galaxies) throws Exception {
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
      CompletionService<Void> done = new ExecutorCompletionService<>(threads);
      work.forEach(done::submit);
      try {
        for (Callable<Void> _ : work) {
          done.take().get();
        }
      } catch (InterruptedException | ExecutionException e) {
        threads.shutdownNow(); // the others may wait for the one that failed
        throw e;
      }
    }
    return galaxies * 1e9 / (System.nanoTime() - start);
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
