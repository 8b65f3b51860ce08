package dev.tuningfork.standalone.check;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.BatchSizes;
import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Asks a model about the same galaxies on a device and on the CPU, and measures how fast each form
 * and batch size is there.
 *
 * @param device the one to check; the CPU may be checked as well
 * @param galaxies image files, at least one
 * @param largestBatch up to which batch sizes are tried, a power of two
 * @param seconds that each measurement takes, about
 */
public record DeviceCheck(
    ModelBundle bundle,
    DeviceSetting device,
    List<byte[]> galaxies,
    int largestBatch,
    double seconds) {

  /** The stream takes longer to settle than a batch size: so many times. */
  private static final int STREAMED = 5;

  public DeviceCheck {
    galaxies = List.copyOf(galaxies);
    if (galaxies.isEmpty()) {
      throw new IllegalArgumentException("A device is checked on one galaxy or more.");
    }
    if (largestBatch < 1 || Integer.bitCount(largestBatch) != 1) {
      throw new IllegalArgumentException(
          "The largest batch is a power of two, not " + largestBatch + ".");
    }
  }

  /**
   * What was found of one form.
   *
   * @param place the device that computed, such as {@code gpu:0}
   * @param sizes images a second, by batch size
   */
  record FormCheck(String form, String place, Difference difference, BatchSizes sizes) {}

  /**
   * Everything that was found.
   *
   * @param forms those that could be computed
   * @param refused why other forms could not, a sentence each
   * @param decodedPerCore images a second that one core reads, decodes and prepares
   * @param stream empty where it failed
   * @param streamFailure why, or nothing
   */
  record Findings(
      List<FormCheck> forms,
      List<String> refused,
      double decodedPerCore,
      Optional<StreamCheck> stream,
      String streamFailure) {

    boolean good() {
      return stream.isPresent() && forms.stream().allMatch(form -> form.difference().holds());
    }
  }

  /**
   * Does it, which takes some minutes.
   *
   * @param progress takes a line for each part that is done
   * @throws ModelException if the device is missing, or the model cannot be loaded on the CPU
   * @throws ImageException if a galaxy cannot be decoded
   */
  Findings find(Consumer<String> progress)
      throws ModelException, ImageException, InterruptedException {
    Preprocessor preprocessor = new Preprocessor(bundle.description().input(), ImageLimits.DEFAULT);
    List<PreparedImage> images = new ArrayList<>();
    for (byte[] file : galaxies) {
      images.add(preprocessor.prepare(file, ImageDescription.NONE));
    }
    List<AnswerProbabilities> expected;
    try (MorphologyModel cpu = load(new DeviceSetting.Cpu(), exact(), 1)) {
      expected = cpu.predictAll(images);
    }
    List<FormCheck> checks = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Forms forms = Forms.on(device);
    for (Form form : bundle.isTorchScript() ? List.of(Form.AUTO) : forms.working()) {
      try (MorphologyModel model = load(device, form, ForwardPasses.BY_DEVICE)) {
        Difference difference =
            Difference.of(model.predictAll(images), expected, form.tolerance(true));
        BatchSizes sizes = rates(model, images);
        checks.add(new FormCheck(model.form(), model.device(), difference, sizes));
        progress.accept(
            "%s on %s: the largest difference is %.5f. In batches of %s."
                .formatted(model.form(), model.device(), difference.largest(), sizes));
      } catch (ModelException | PredictionException | DeviceException e) {
        refused.add("The form %s fails: %s".formatted(form, e.getMessage()));
      }
    }
    if (!bundle.isTorchScript()) {
      for (Form form : List.of(Form.BFLOAT16, Form.FLOAT16, Form.FLOAT32, Form.BLOCKS)) {
        forms
            .failure(form)
            .ifPresent(why -> refused.add("The form %s does not work: %s".formatted(form, why)));
      }
    }
    double decoded = decodedPerSecond(preprocessor);
    if (checks.isEmpty()) {
      return new Findings(checks, refused, decoded, Optional.empty(), "No form works.");
    }
    try {
      StreamCheck stream = StreamCheck.measure(bundle, device, galaxies, STREAMED * seconds);
      return new Findings(checks, refused, decoded, Optional.of(stream), "");
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) { // what was found before is not lost for it
      return new Findings(
          checks, refused, decoded, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /** What other forms and devices are compared with. */
  private Form exact() {
    return bundle.isTorchScript() ? Form.AUTO : Form.BLOCKS;
  }

  private MorphologyModel load(DeviceSetting where, Form form, int atOnce) throws ModelException {
    return ModelLoader.load(bundle, where, new ForwardPasses(form, largestBatch, 1, atOnce));
  }

  private BatchSizes rates(MorphologyModel model, List<PreparedImage> images)
      throws InterruptedException {
    List<Double> rates = new ArrayList<>();
    for (int size = 1; size <= largestBatch; size *= 2) {
      List<PreparedImage> batch = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        batch.add(images.get(i % images.size()));
      }
      rates.add(perSecond(model.passes(), () -> model.predict(batch).size()));
    }
    return new BatchSizes(rates);
  }

  private double decodedPerSecond(Preprocessor preprocessor) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    return perSecond(
        1,
        () -> {
          byte[] file = galaxies.get(next.getAndIncrement() % galaxies.size());
          preprocessor.recycle(preprocessor.prepare(file, ImageDescription.NONE));
          return 1;
        });
  }

  /** Of all threads together, each of which works once to warm up and then so many seconds. */
  private double perSecond(int threads, Callable<Integer> work) throws InterruptedException {
    Callable<Double> thread =
        () -> {
          work.call();
          long start = System.nanoTime();
          long done = 0;
          double took;
          do {
            done += work.call();
            took = (System.nanoTime() - start) / 1e9;
          } while (took < seconds);
          return done / took;
        };
    double sum = 0;
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (Future<Double> one : workers.invokeAll(Collections.nCopies(threads, thread))) {
        sum += one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
    return sum;
  }
}
