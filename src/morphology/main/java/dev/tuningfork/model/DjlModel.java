package dev.tuningfork.model;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that DJL computes.
 *
 * <p>Invariants: a call has a direct buffer to itself, of which there are as many as there may be
 * passes at once; a call that finds none waits, and so does {@link #close} until it has all. The
 * native array of a batch is a view of that buffer; it and whatever is computed from it belong to a
 * manager that lives no longer than the call. PyTorch keeps two modes for each thread, so each call
 * sets them: no gradient is recorded, and the passes at once share the threads that PyTorch may
 * use. Images are checked before they come near the network: a TorchScript module that fails keeps
 * its input for ever.
 *
 * <p>A batch is padded, so that PyTorch sees few sizes, since it keeps kernels and memory for each:
 * on a CPU to a multiple of four, on a GPU to a power of two, or to the largest size. The padding
 * contains the rest of an earlier batch: it is computed and ignored.
 *
 * <p>A batch for which the device has no memory is halved, and so is every later one: what did not
 * fit once would fail again, and on a GPU each failure costs as much as a pass.
 *
 * <p>The largest batch is fixed once the model is {@linkplain #warmUp warm}. Where it is measured,
 * there is one buffer before, and none that a call could use.
 */
abstract sealed class DjlModel implements MorphologyModel permits PlainModel, CompiledModel {

  /** Of a concentration's logarithm: within it, every sum and quotient of them is a number. */
  static final double LARGEST_LOG = 10;

  private static final Logger LOG = LoggerFactory.getLogger(DjlModel.class);

  /** As PyTorch's allocators, CUDA's and its libraries' say it. */
  private static final Pattern NO_MEMORY =
      Pattern.compile(
          "out of memory|can't allocate memory|not enough memory|STATUS_ALLOC_FAILED",
          Pattern.CASE_INSENSITIVE);

  /** How PyTorch reports an error of CUDA or of cuDNN. After most of them, every call fails. */
  private static final Pattern OF_THE_DEVICE = Pattern.compile("CUDA error: |cuDNN error: ");

  /** Between the sizes of larger batches on a CPU. */
  private static final int STEP = 4;

  /** Each size is measured for so long, and in so many passes, of which the fastest counts. */
  private static final long MEASURING_NANOS = 100_000_000;

  private static final int MEASURED_PASSES = 3;

  final ModelDescription description;
  final List<Head> heads;
  final int outputs;

  private final ModelIdentity identity;
  private final Model model;
  private final ParameterStore parameters;
  private final LongSupplier nanoTime;
  private final boolean gpu;
  private final int passes;
  private final boolean measured;
  private volatile int largestBatch;
  private final int threadsOfOnePass;

  /** One for each buffer. */
  private final Semaphore places;

  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private boolean closed; // written with all places held, read with one

  /** The most images of one pass: fewer than {@link #largestBatch} where memory did not suffice. */
  private final AtomicInteger fitting;

  /**
   * Takes over the model, whose block is ready, and closes it with itself.
   *
   * @param nanoTime the clock that batches are measured with
   * @throws DeviceMemoryException if there is no memory for the buffers
   */
  DjlModel(ModelBundle bundle, Model model, ForwardPasses passes, LongSupplier nanoTime) {
    this.description = bundle.description();
    this.identity = bundle.identity();
    this.heads = description.heads();
    this.outputs = heads.stream().mapToInt(Head::answers).sum();
    this.model = model;
    this.nanoTime = nanoTime;
    this.parameters = new ParameterStore(model.getNDManager(), false);
    int threads = PyTorch.threads();
    this.gpu = model.getNDManager().getDevice().isGpu();
    this.passes = passes.atOnce(gpu, threads);
    this.threadsOfOnePass = Math.max(1, threads / this.passes);
    this.places = new Semaphore(this.passes);
    this.largestBatch = passes.images(gpu);
    this.fitting = new AtomicInteger(largestBatch);
    this.measured = passes.measured(gpu);
    if (!measured) {
      buffers.addAll(buffers(this.passes, largestBatch));
    }
  }

  /**
   * Memory for batches of so many images, or of half as many and so on, where there is no more.
   *
   * @throws DeviceMemoryException if there is none for a single image
   */
  private List<ByteBuffer> buffersThatFit(int count, int most) {
    int images = most;
    while (true) {
      try {
        return buffers(count, images);
      } catch (DeviceMemoryException e) {
        images = half(images, e);
      }
    }
  }

  private List<ByteBuffer> buffers(int count, int images) {
    long bytes = images * bytesOfImage();
    List<ByteBuffer> made = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        made.add(ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder()));
      }
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new DeviceMemoryException(
          ("There is no memory outside Java's heap for %d batches of %,d images at once, of %,d MiB"
                  + " each. Let the model compute smaller batches, or fewer at once, or start Java"
                  + " with a larger -XX:MaxDirectMemorySize.")
              .formatted(count, images, bytes >> 20),
          e);
    }
    return made;
  }

  /** How many images a buffer takes. */
  private int images(ByteBuffer buffer) {
    return Math.toIntExact(buffer.capacity() / bytesOfImage());
  }

  /** Its numbers take the most room as float32. */
  private long bytesOfImage() {
    return (long) description.input().valueCount() * Float.BYTES;
  }

  /** Sends blank images through the network: a batch of this size, which is a padded one. */
  abstract void computeBlank(int images, ByteBuffer buffer);

  /** After how many passes of a size the next one is as fast as all later ones. */
  abstract int passesUntilWarm();

  /** What the network says about images that can be used, as many as the buffer takes. */
  abstract List<AnswerProbabilities> answers(List<PreparedImage> images, ByteBuffer buffer);

  @Override
  public ModelIdentity identity() {
    return identity;
  }

  @Override
  public DecisionTree tree() {
    return description.tree();
  }

  @Override
  public InputSpec input() {
    return description.input();
  }

  @Override
  public String device() {
    return ModelLoader.name(model.getNDManager().getDevice());
  }

  @Override
  public int passes() {
    return passes;
  }

  @Override
  public int largestBatch() {
    return largestBatch;
  }

  /**
   * Sends batches through, each twice as large as the one before, until PyTorch has made up its
   * mind about the network, or the device has no memory for the next one. Where the largest batch
   * is to be measured, it is decided by this.
   *
   * @throws DeviceException if it has none for a single image, or fails otherwise
   */
  void warmUp() {
    if (measured) {
      decideLargestBatch();
    } else {
      withBuffer(
          buffer -> {
            for (int size = 1; size <= fitting.get(); size = next(size)) {
              try {
                warmUp(size, buffer);
              } catch (DeviceMemoryException e) {
                halve(size, e);
              }
            }
            return null;
          });
    }
    if (passes > 1 && (gpu || measured)) {
      warmUpAtOnce();
    }
    if (measured) {
      largestBatch = Math.min(largestBatch, fitting.get());
    }
  }

  private void warmUp(int images, ByteBuffer buffer) {
    for (int pass = 0; pass < passesUntilWarm(); pass++) {
      computeBlank(images, buffer);
    }
  }

  private void decideLargestBatch() {
    ByteBuffer blank = buffersThatFit(1, largestBatch).getFirst();
    BatchSizes sizes = BatchSizes.measure(images(blank), images -> rate(images, blank));
    List<ByteBuffer> fit = buffersThatFit(passes, sizes.enough());
    buffers.addAll(fit);
    largestBatch = images(fit.getFirst());
    fitting.set(largestBatch);
    LOG.info(
        "The model {} computes batches of up to {} images on {}. Measured in batches of {}.",
        identity.name(),
        largestBatch,
        device(),
        sizes);
  }

  /** Images a second, in batches of this size, one after the other. */
  private double rate(int images, ByteBuffer buffer) {
    try {
      warmUp(images, buffer);
      long fastest = Long.MAX_VALUE;
      long all = 0;
      for (int pass = 0; pass < MEASURED_PASSES || all < MEASURING_NANOS; pass++) {
        long start = nanoTime.getAsLong();
        computeBlank(images, buffer);
        long took = Math.max(1, nanoTime.getAsLong() - start);
        fastest = Math.min(fastest, took);
        all += took;
      }
      return images * 1e9 / fastest;
    } catch (DeviceMemoryException e) {
      forgetFreed();
      throw e;
    }
  }

  /** Memory that suffices for one batch need not suffice for as many as are computed at once. */
  void warmUpAtOnce() {
    CyclicBarrier together = new CyclicBarrier(passes);
    Callable<Void> pass =
        () -> {
          together.await();
          withBuffer(
              buffer -> {
                int size = fitting.get();
                while (!computesBlank(size, buffer)) {
                  size = fitting.get();
                }
                return null;
              });
          return null;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(passes)) {
      for (Future<Void> one : threads.invokeAll(Collections.nCopies(passes, pass))) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the model was warmed up.", e);
    }
  }

  /** False where the device has no memory for it; later batches are smaller then. */
  private boolean computesBlank(int images, ByteBuffer buffer) {
    try {
      computeBlank(images, buffer);
      return true;
    } catch (DeviceMemoryException e) {
      halve(images, e);
      return false;
    }
  }

  /** The largest size follows on the last power of two below it. */
  private int next(int size) {
    return size < largestBatch ? Math.min(2 * size, largestBatch) : largestBatch + 1;
  }

  @Override
  public List<AnswerProbabilities> predict(List<PreparedImage> images) {
    if (images.size() > largestBatch) {
      throw new IllegalArgumentException(
          "The model takes %d images at a time, not %d.".formatted(largestBatch, images.size()));
    }
    if (images.isEmpty()) {
      return List.of();
    }
    for (int i = 0; i < images.size(); i++) {
      requireUsable(images.get(i).pixels(), i);
    }
    return withBuffer(buffer -> inPasses(images, buffer));
  }

  private List<AnswerProbabilities> inPasses(List<PreparedImage> images, ByteBuffer buffer) {
    List<AnswerProbabilities> answers = new ArrayList<>(images.size());
    while (answers.size() < images.size()) {
      int from = answers.size();
      int to = Math.min(images.size(), from + fitting.get());
      try {
        answers.addAll(answers(images.subList(from, to), buffer));
      } catch (DeviceMemoryException e) {
        halve(to - from, e);
      }
    }
    return answers;
  }

  /**
   * Makes batches smaller than one that did not fit.
   *
   * @throws DeviceMemoryException if that was one image
   */
  private void halve(int images, DeviceMemoryException failure) {
    int fewer = half(images, failure);
    if (fitting.getAndUpdate(now -> Math.min(now, fewer)) > fewer) {
      LOG.warn(
          "{} has no memory for {} images at once, so the model {} computes {} at most from now on."
              + " To have larger batches again, free memory on it and restart. {}",
          device(),
          images,
          identity.name(),
          fewer,
          failure.getMessage());
    }
    forgetFreed();
  }

  /**
   * The next smaller power of two.
   *
   * @throws DeviceMemoryException if that was one image
   */
  private static int half(int images, DeviceMemoryException failure) {
    if (images == 1) {
      throw failure;
    }
    return Integer.highestOneBit(images - 1);
  }

  /** PyTorch keeps memory of a GPU that it has freed, in pieces that may all be too small. */
  private void forgetFreed() {
    if (gpu) {
      JniUtils.emptyCudaCache();
    }
  }

  /** The test image is none of one value, whose noise some networks divide by. */
  @Override
  public void selfTest() {
    InputSpec input = description.input();
    byte[] levels = new byte[input.valueCount()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i * 37);
    }
    PreparedImage test =
        new PreparedImage(new Pixels.Levels(levels), input.size(), input.size(), Set.of());
    try {
      predict(List.of(test));
    } catch (PredictionException e) {
      throw new PredictionException("It fails on a test image. " + e.getMessage(), e);
    }
  }

  private <T> T withBuffer(Function<ByteBuffer, T> pass) {
    places.acquireUninterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("The model " + identity.name() + " is closed.");
      }
      ByteBuffer buffer = buffers.remove();
      try {
        return pass.apply(buffer);
      } finally {
        buffers.add(buffer);
      }
    } finally {
      places.release();
    }
  }

  private void requireUsable(Pixels pixels, int place) {
    InputSpec input = description.input();
    if (pixels.count() != input.valueCount()) {
      throw new PredictionException(
          "Image %d of the batch has %d numbers, but the model needs %d × %d × %d."
              .formatted(
                  place, pixels.count(), input.channels().count(), input.size(), input.size()));
    }
    if (pixels instanceof Pixels.Brightness(float[] values)) {
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new PredictionException(
              "Image %d of the batch contains the number %s.".formatted(place, value));
        }
      }
    }
  }

  final int paddedSize(int images) {
    int size = gpu || images <= STEP ? powerOfTwo(images) : Math.ceilDiv(images, STEP) * STEP;
    return Math.min(size, largestBatch);
  }

  private static int powerOfTwo(int images) {
    return images == 1 ? 1 : Integer.highestOneBit(images - 1) << 1;
  }

  /** Takes what is wanted from the outputs of a network, which do not outlive it. */
  @FunctionalInterface
  interface Reading<T> {
    T of(NDList outputs);
  }

  /**
   * One forward pass of what stands first in a buffer.
   *
   * @param shape of the batch, images first
   * @param type of its numbers
   * @throws PredictionException if PyTorch fails
   * @throws DeviceException if it fails for a reason that lies in the device
   */
  final <T> T forward(ByteBuffer buffer, Shape shape, DataType type, Reading<T> reading) {
    boolean gradients = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    JniUtils.setNumThreads(threadsOfOnePass);
    try (NDManager batch = model.getNDManager().newSubManager()) {
      int bytes = Math.toIntExact(shape.size() * type.getNumOfBytes());
      NDArray made =
          batch.create(buffer.slice(0, bytes).order(ByteOrder.nativeOrder()), shape, type);
      return reading.of(model.getBlock().forward(parameters, new NDList(made), false));
    } catch (EngineException e) {
      throw failed(shape.get(0), e);
    } finally {
      JniUtils.setGradMode(gradients);
    }
  }

  private RuntimeException failed(long images, EngineException failure) {
    InputSpec input = description.input();
    String reason = PyTorch.reason(failure);
    String sentence =
        "The forward pass of %d images of %d × %d × %d failed: %s"
            .formatted(images, input.channels().count(), input.size(), input.size(), reason);
    if (NO_MEMORY.matcher(reason).find()) {
      return new DeviceMemoryException(sentence, failure);
    }
    return OF_THE_DEVICE.matcher(reason).find()
        ? new DeviceException("The device " + device() + " has failed. " + sentence, failure)
        : new PredictionException(sentence, failure);
  }

  /**
   * The numbers of an output, row by row.
   *
   * @throws PredictionException if it is not of the shape that is due: images × numbers of float32
   */
  final float[] numbers(NDArray output, int images, int numbers) {
    Shape due = new Shape(images, numbers);
    if (!output.getShape().equals(due) || output.getDataType() != DataType.FLOAT32) {
      throw new PredictionException(
          "The network returns %s numbers of type %s for %d images instead of float32 %s: one for each answer of %s."
              .formatted(
                  output.getShape(), output.getDataType(), images, due, description.questions()));
    }
    return output.toFloatArray();
  }

  /**
   * Lays the numbers of one image into a vector of the tree's answers; questions that the model
   * does not answer are NaN there.
   *
   * @param row of the image
   * @param place of the image in the batch, to tell it by
   */
  final double[] vector(float[] rows, int row, int place) {
    DecisionTree tree = description.tree();
    double[] vector = new double[tree.answerCount()];
    Arrays.fill(vector, Double.NaN);
    int from = row * outputs;
    for (Head head : heads) {
      int first = tree.firstAnswer(tree.question(head.question()));
      for (int a = 0; a < head.answers(); a++) {
        if (!Float.isFinite(rows[from])) {
          throw new PredictionException(
              "For image %d of the batch the network's output for question %s is %s."
                  .formatted(place, head.question(), rows[from]));
        }
        vector[first + a] = rows[from++];
      }
    }
    return vector;
  }

  static PredictionException noProbabilities(int place, IllegalArgumentException e) {
    return new PredictionException(
        "For image %d of the batch the network's outputs are not probabilities. %s"
            .formatted(place, e.getMessage()),
        e);
  }

  @Override
  public void close() {
    places.acquireUninterruptibly(passes);
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      places.release(passes);
    }
  }
}
