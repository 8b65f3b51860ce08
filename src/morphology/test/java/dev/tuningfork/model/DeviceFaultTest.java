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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model does when PyTorch fails for a reason that lies in the device. */
class DeviceFaultTest {

  private static final int LARGEST = 16;

  private final ModelBundle bundle = TestModels.small();
  private final List<PreparedImage> images =
      TestModels.images(TestModels.SMALL.input(), LARGEST, 1);
  private final FaultyDevice device = new FaultyDevice(bundle);
  private final DjlModel model = model(device);

  private DjlModel model(FaultyDevice device) {
    Model faulty = Model.newInstance("faulty", Device.cpu(), PyTorch.engine().getEngineName());
    Volume input = bundle.description().network().input();
    device.initialize(
        faulty.getNDManager(),
        DataType.FLOAT32,
        new Shape(1, input.channels(), input.height(), input.width()));
    faulty.setBlock(device);
    return new PlainModel(bundle, faulty, ForwardPasses.DEFAULT.ofImages(LARGEST));
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

    /** Of each pass, in images. */
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();

    FaultyDevice(ModelBundle bundle) {
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
      if (!says.isEmpty()) {
        throw new EngineException(says);
      }
      if (images > fits) {
        allocateMoreThanThereIs(inputs.getManager());
      }
      return network.forward(store, inputs, training, parameters);
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
