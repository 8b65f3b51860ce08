package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CudaTest {

  private static final OptionalInt NONE = OptionalInt.empty();
  private static final OptionalInt CUDA_12_6 = OptionalInt.of(12_060);
  private static final OptionalInt CUDA_12_8 = OptionalInt.of(12_080);
  private static final OptionalInt CUDA_11_4 = OptionalInt.of(11_040);

  @Test
  void theFirstThingThatIsMissingIsNamed() {
    assertThat(missing(false, NONE, NONE, 0))
        .isEqualTo(
            "PyTorch's native library in /torch is built for the CPU alone: set"
                + " PYTORCH_LIBRARY_PATH to one with CUDA, and PYTORCH_FLAVOR to cu128, or take the"
                + " image whose tag ends in -gpu.");
    assertThat(missing(true, CUDA_12_6, NONE, 0))
        .startsWith("NVIDIA's driver is missing: ")
        .endsWith("NVIDIA's container toolkit (docker run --gpus all).");
    assertThat(missing(true, NONE, CUDA_12_8, 1))
        .startsWith("CUDA's runtime library is missing: DJL counts GPUs with libcudart");
    assertThat(missing(true, CUDA_12_6, CUDA_11_4, 1))
        .isEqualTo(
            "NVIDIA's driver is too old: it supports CUDA 11.4, and the libraries here need 12.6."
                + " Update the driver.");
    assertThat(missing(true, CUDA_12_6, CUDA_12_8, 0))
        .startsWith("The driver finds no device. ")
        .contains("nvidia.com/gpu");
    assertThat(missing(true, CUDA_12_6, CUDA_12_8, 2)).startsWith("The driver finds devices: 2.");
  }

  @Test
  void aDriverThatFailsIsNamedWithItsReason() {
    Cuda cuda =
        new Cuda(
            Path.of("/torch"),
            true,
            CUDA_12_6,
            CUDA_12_8,
            Optional.of("cuInit returns 803 (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)"),
            0,
            0);
    assertThat(cuda.missing().orElseThrow())
        .isEqualTo(
            "NVIDIA's driver fails: cuInit returns 803 (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH). Does"
                + " nvidia-smi work here? After an update of the driver, restart the machine. A"
                + " container needs the driver of its host (docker run --gpus all).");
    assertThat(cuda.inWords())
        .contains(
            "NVIDIA's driver: CUDA 12.8, but it fails: cuInit returns 803"
                + " (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)");
  }

  @Test
  void nothingIsMissingWherePyTorchFindsADevice() {
    Cuda cuda = new Cuda(Path.of("/torch"), true, CUDA_12_6, CUDA_12_8, Optional.empty(), 1, 1);
    assertThat(cuda.works()).isTrue();
    assertThat(cuda.missing()).isEmpty();
    assertThat(cuda.inWords())
        .containsExactly(
            "PyTorch's library: with CUDA, in /torch",
            "CUDA's runtime: CUDA 12.6",
            "NVIDIA's driver: CUDA 12.8",
            "Devices: 1 found by the driver, 1 by PyTorch");
  }

  @Test
  void thisMachineIsLookedAt() {
    Cuda here = Cuda.here();
    assertThat(here.works()).isEqualTo(here.missing().isEmpty());
    assertThat(here.folder().resolve(System.mapLibraryName("torch"))).exists();
    assertThat(here.usable()).isLessThanOrEqualTo(here.devices());
  }

  private static String missing(
      boolean library, OptionalInt runtime, OptionalInt driver, int devices) {
    return new Cuda(Path.of("/torch"), library, runtime, driver, Optional.empty(), devices, 0)
        .missing()
        .orElseThrow();
  }
}
