package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Volume;
import dev.tuningfork.tree.AnswerProbabilities;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model does when PyTorch fails for a reason that lies in the device. */
class DeviceFaultTest {

  private static final int LARGEST = 16;

  private static final ForwardPasses MEASURED =
      ForwardPasses.DEFAULT.ofImages(ForwardPasses.MEASURED);

  private static final ForwardPasses TWO_MEASURED =
      new ForwardPasses(Form.AUTO, ForwardPasses.MEASURED, 1, 2);

  private static final ForwardPasses TWO = new ForwardPasses(Form.AUTO, LARGEST, 1, 2);

  private final ModelBundle bundle = TestModels.small();
  private final List<PreparedImage> images =
      TestModels.images(TestModels.SMALL.input(), LARGEST, 1);
  private final FaultyDevice device = new FaultyDevice(bundle);
  private final DjlModel model = model(device);

  private DjlModel model(FaultyDevice device) {
    return model(device, ForwardPasses.DEFAULT.ofImages(LARGEST));
  }

  private DjlModel model(FaultyDevice device, ForwardPasses passes) {
    Model faulty = Model.newInstance("faulty", Device.cpu(), PyTorch.engine().getEngineName());
    Volume input = bundle.description().network().input();
    device.initialize(
        faulty.getNDManager(),
        DataType.FLOAT32,
        new Shape(1, input.channels(), input.height(), input.width()));
    faulty.setBlock(device);
    return new PlainModel(bundle, faulty, passes, device.clock::get);
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void aBatchThatDoesNotFitIsHalvedAndEveryImageIsAnswered() {
    List<AnswerProbabilities> together = model.predict(images);
    device.fits = 4;
    device.sizes.clear();

    List<AnswerProbabilities> inParts = model.predict(images);

    assertThat(device.sizes).containsExactly(16, 8, 4, 4, 4, 4);
    assertThat(inParts).hasSize(LARGEST);
    for (int i = 0; i < LARGEST; i++) {
      assertThat(inParts.get(i).conditional(TestModels.TREE.questions().getFirst()))
          .containsExactly(
              together.get(i).conditional(TestModels.TREE.questions().getFirst()), offset(1e-5));
    }

    device.sizes.clear();
    assertThat(model.predict(images.subList(0, 6))).hasSize(6);
    assertThat(device.sizes).as("what did not fit is not tried again").containsExactly(4, 2);
  }

  @Test
  void theWarmUpEndsAtTheLargestBatchThatFits() {
    device.fits = 8;
    model.warmUp();
    assertThat(device.sizes).containsExactly(1, 2, 4, 8, 16);
    device.sizes.clear();
    assertThat(model.predict(images)).hasSize(LARGEST);
    assertThat(device.sizes).containsExactly(8, 8);
  }

  @Test
  void theLargestBatchThatStillPaysIsMeasured() {
    FaultyDevice saturated = new FaultyDevice(bundle);
    saturated.fits = Integer.MAX_VALUE;
    saturated.pays = 8;
    try (DjlModel measured = model(saturated, MEASURED)) {
      measured.warmUp();
      assertThat(measured.largestBatch()).isEqualTo(8);
      assertThat(Collections.max(saturated.sizes))
          .as("three doublings that bring nothing are enough")
          .isEqualTo(64);
      saturated.sizes.clear();
      assertThat(measured.predict(images.subList(0, 8))).hasSize(8);
      assertThat(saturated.sizes).containsExactly(8);
      assertThatThrownBy(() -> measured.predict(images.subList(0, 9)))
          .hasMessage("The model takes 8 images at a time, not 9.");
    }
  }

  @Test
  void memoryBoundsTheBatchThatIsMeasured() {
    FaultyDevice small = new FaultyDevice(bundle);
    small.pays = 64;
    small.fits = 4;
    try (DjlModel measured = model(small, MEASURED)) {
      measured.warmUp();
      assertThat(measured.largestBatch()).isEqualTo(4);
      assertThat(measured.predict(images.subList(0, 4))).hasSize(4);
    }
  }

  @Test
  void asManyBatchesAreTriedAtOnceAsAreComputedLater() {
    FaultyDevice saturated = new FaultyDevice(bundle);
    saturated.fits = Integer.MAX_VALUE;
    saturated.pays = 8;
    try (DjlModel two = model(saturated, TWO_MEASURED)) {
      two.warmUp();
      assertThat(saturated.sizes).endsWith(64, 8, 8);
    }
  }

  @Test
  void memoryMustSufficeForAllBatchesThatAreComputedAtOnce() {
    FaultyDevice shared = new FaultyDevice(bundle);
    shared.fitsInAll = 2 * LARGEST - 1;
    try (DjlModel two = model(shared, TWO)) {
      shared.passesMeet(2);
      two.warmUpAtOnce();
      assertThat(shared.sizes).containsExactly(16, 16, 8, 8);
      shared.sizes.clear();
      shared.passesMeet(1);
      assertThat(two.predict(images)).hasSize(LARGEST);
      assertThat(shared.sizes).containsExactly(8, 8);
    }
  }

  @Test
  void twoBatchesAreComputedAtOnceInMemoryOfTheirOwnAndAThirdWaits() throws Exception {
    FaultyDevice hanging = new FaultyDevice(bundle);
    try (DjlModel two = model(hanging, TWO);
        ExecutorService callers = Executors.newFixedThreadPool(3)) {
      hanging.gate = new Semaphore(0);
      List<Future<List<AnswerProbabilities>>> answers = new ArrayList<>();
      for (int caller = 0; caller < 3; caller++) {
        answers.add(callers.submit(() -> two.predict(images)));
      }
      hanging.entered.acquire(2);
      assertThat(hanging.inAll).hasValue(2 * LARGEST);
      hanging.gate.release(100);
      for (Future<List<AnswerProbabilities>> answer : answers) {
        assertThat(answer.get()).hasSize(LARGEST);
      }
      assertThat(hanging.sizes).hasSize(3);
      for (int i = 0; i < 20; i++) {
        two.predict(images);
      }
      assertThat(hanging.addresses)
          .as("the network reads the buffers themselves, of which there are as many as passes")
          .hasSize(2);
    }
  }

  @Test
  void bothOfTwoBatchesForWhichThereIsNoMemoryAreAnswered() throws Exception {
    FaultyDevice shared = new FaultyDevice(bundle);
    shared.fits = 4;
    try (DjlModel two = model(shared, TWO);
        ExecutorService callers = Executors.newFixedThreadPool(2)) {
      Callable<List<AnswerProbabilities>> batch = () -> two.predict(images);
      for (Future<List<AnswerProbabilities>> answer : callers.invokeAll(List.of(batch, batch))) {
        assertThat(answer.get()).hasSize(LARGEST);
      }
      assertThat(shared.sizes).filteredOn(size -> size <= 4).hasSize(8);
    }
  }

  @Test
  void buffersForWhichJavaHasNoMemoryAreRefusedInASentence() {
    FaultyDevice unused = new FaultyDevice(bundle);
    assertThatThrownBy(() -> model(unused, ForwardPasses.DEFAULT.ofImages(10_000_000)))
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "There is no memory outside Java's heap for 1 batches of 10,000,000 images at once, of"
                + " 39,062 MiB each. Let the model compute smaller batches, or fewer at once, or"
                + " start Java with a larger -XX:MaxDirectMemorySize.");
  }

  @Test
  void oneImageForWhichThereIsNoMemoryIsNotToBlame() {
    device.fits = 0;
    assertThatThrownBy(() -> model.predict(images))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("The forward pass of 1 images of 1 × 32 × 32 failed: ")
        .hasMessageContaining("can't allocate memory");
    assertThatThrownBy(model::warmUp).isInstanceOf(DeviceException.class);
    device.fits = LARGEST;
    assertThat(model.predict(images)).as("memory was freed elsewhere").hasSize(LARGEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: an illegal memory access was encountered\n"
            + "CUDA kernel errors might be asynchronously reported at some other API call.",
        "CUDA error: unspecified launch failure",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "The following operation failed in the TorchScript interpreter.\n"
            + "Traceback of TorchScript (most recent call last):\n"
            + "RuntimeError: CUDA error: device-side assert triggered"
      })
  void aLostDeviceIsNamedAndNoSmallerBatchIsTried(String reason) {
    device.says = reason;
    assertThatThrownBy(() -> model.predict(images))
        .isExactlyInstanceOf(DeviceException.class)
        .hasMessageStartingWith(
            "The device cpu has failed. The forward pass of 16 images of 1 × 32 × 32 failed: ")
        .hasMessageContaining(
            reason.lines().toList().getLast().replaceFirst("^RuntimeError: ", ""));
    assertThat(device.sizes).containsExactly(16);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 139.81 GiB"
            + " of which 3.19 MiB is free.",
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "[enforce fail at alloc_cpu.cpp:116] data. DefaultCPUAllocator: not enough memory: you"
            + " tried to allocate 8 bytes."
      })
  void allOutOfMemoryErrorsAreRecognised(String reason) {
    device.says = reason;
    assertThatThrownBy(() -> model.predict(images)).isInstanceOf(DeviceMemoryException.class);
    assertThat(device.sizes).containsExactly(16, 8, 4, 2, 1);
  }

  @Test
  void everyOtherFailureIsThatOfTheBatch() {
    device.says = "mat1 and mat2 shapes cannot be multiplied (1x2 and 3x4)";
    assertThatThrownBy(() -> model.predict(images)).isInstanceOf(PredictionException.class);
  }

  /** Computes as the bundle's network does, but fails as it is told to. */
  private static final class FaultyDevice extends AbstractBlock {
    private final NetworkBlock network;

    /** The most images for which there is memory. */
    private volatile int fits = LARGEST;

    /** With which words each pass fails; none for not at all. */
    private volatile String says = "";

    /** The most images of all passes at once for which there is memory. */
    private volatile int fitsInAll = Integer.MAX_VALUE;

    /** A pass of so many images takes as long as one of a single image; larger ones take longer. */
    private volatile int pays = 1;

    /** What each pass waits for. */
    private volatile Semaphore gate = new Semaphore(Integer.MAX_VALUE);

    /** Of each pass, in images. */
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();

    /** Where the numbers of the batches were. */
    private final Set<Long> addresses = ConcurrentHashMap.newKeySet();

    /** In nanoseconds, as the passes take them. */
    private final AtomicLong clock = new AtomicLong();

    /** The images of all passes that are under way. */
    private final AtomicInteger inAll = new AtomicInteger();

    /** The same when so many passes had met. */
    private final AtomicInteger together = new AtomicInteger();

    private final Semaphore entered = new Semaphore(0);
    private volatile CyclicBarrier meeting;

    FaultyDevice(ModelBundle bundle) {
      passesMeet(1);
      network = new NetworkBlock(bundle.description().network(), bundle.weights());
      network.freezeParameters(true);
      addChildBlock("network", network);
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        PairList<String, Object> parameters) {
      int images = (int) inputs.head().getShape().get(0);
      sizes.add(images);
      addresses.add(MemorySegment.ofBuffer(inputs.head().toByteBuffer(true)).address());
      inAll.addAndGet(images);
      entered.release();
      try {
        meeting.await();
        gate.acquireUninterruptibly();
        clock.addAndGet(1_000_000L * Math.ceilDiv(images, pays));
        if (!says.isEmpty()) {
          throw new EngineException(says);
        }
        if (images > fits || together.get() > fitsInAll) {
          allocateMoreThanThereIs(inputs.getManager());
        }
        return network.forward(store, inputs, training, parameters);
      } catch (InterruptedException | BrokenBarrierException e) {
        throw new AssertionError(e);
      } finally {
        inAll.addAndGet(-images);
      }
    }

    /** Each pass waits until so many are under way. */
    void passesMeet(int passes) {
      meeting = new CyclicBarrier(passes, () -> together.set(inAll.get()));
    }

    /** 256 TiB, more than any process can have: PyTorch's own allocator fails. */
    private static void allocateMoreThanThereIs(NDManager manager) {
      manager.zeros(new Shape(1L << 46));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
      network.initialize(manager, type, shapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
      return network.getOutputShapes(shapes);
    }
  }
}
