package dev.tuningfork.network;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What this process has of what a GPU needs: PyTorch's library, NVIDIA's runtime, its driver, and
 * devices.
 *
 * @param folder where PyTorch's native library is
 * @param library whether that library is built with CUDA
 * @param runtime the version of CUDA's runtime library, such as 12060 for 12.6; empty if DJL does
 *     not find it
 * @param driver the newest CUDA that the driver supports, in the same form; empty if the driver's
 *     library cannot be loaded
 * @param failure what the driver fails with, for people; empty if it works, or there is none
 * @param devices how many the driver finds
 * @param usable how many PyTorch finds
 */
public record Cuda(
    Path folder,
    boolean library,
    OptionalInt runtime,
    OptionalInt driver,
    Optional<String> failure,
    int devices,
    int usable) {

  private static final int PER_MAJOR = 1000;
  private static final int PER_MINOR = 10;

  /**
   * Looks at this process and this machine.
   *
   * @throws ai.djl.engine.EngineException if PyTorch cannot be loaded
   */
  public static Cuda here() {
    Engine engine = PyTorch.engine();
    Path folder = Path.of(LibUtils.getLibtorchPath());
    CudaDriver driver = CudaDriver.here(CudaDriver.LIBRARY);
    return new Cuda(
        folder,
        Files.exists(folder.resolve(System.mapLibraryName("torch_cuda"))),
        runtimeVersion(),
        driver.version(),
        driver.failure(),
        driver.devices(),
        engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0);
  }

  /** Whether PyTorch can compute on a GPU here. */
  public boolean works() {
    return usable > 0;
  }

  /** What is missing first, and how to get it, in sentences; empty where a GPU works. */
  public Optional<String> missing() {
    if (works()) {
      return Optional.empty();
    }
    if (!library) {
      return Optional.of(
          "PyTorch's native library in %s is built for the CPU alone: set PYTORCH_LIBRARY_PATH to one with CUDA, and PYTORCH_FLAVOR to cu128, or take the image whose tag ends in -gpu."
              .formatted(folder));
    }
    if (driver.isEmpty()) {
      return Optional.of(
          "NVIDIA's driver is missing: %s cannot be loaded. Install the driver on this machine. A container gets it from its host by NVIDIA's container toolkit (docker run --gpus all)."
              .formatted(CudaDriver.LIBRARY));
    }
    if (failure.isPresent()) {
      return Optional.of(
          "NVIDIA's driver fails: %s. Does nvidia-smi work here? After an update of the driver, restart the machine. A container needs the driver of its host (docker run --gpus all)."
              .formatted(failure.get()));
    }
    if (runtime.isEmpty()) {
      return Optional.of(
          "CUDA's runtime library is missing: DJL counts GPUs with libcudart, and does not find it."
              + " Start Java with -Djna.library.path=FOLDER, where FOLDER holds it.");
    }
    if (driver.getAsInt() / PER_MAJOR < runtime.getAsInt() / PER_MAJOR) {
      return Optional.of(
          "NVIDIA's driver is too old: it supports CUDA %s, and the libraries here need %s. Update the driver."
              .formatted(version(driver.getAsInt()), version(runtime.getAsInt())));
    }
    if (devices == 0) {
      return Optional.of(
          "The driver finds no device. Does nvidia-smi -L list one? A container must be given its"
              + " devices: docker run --gpus all, or nvidia.com/gpu among the limits of a Pod.");
    }
    return Optional.of(
        "The driver finds devices: %d. PyTorch finds none it can use: the driver may be too old for CUDA %s, or a device may be in use exclusively."
            .formatted(devices, version(runtime.getAsInt())));
  }

  /** What there is, a line for each part, for people to read. */
  public List<String> inWords() {
    List<String> lines = new ArrayList<>();
    lines.add("PyTorch's library: %s, in %s".formatted(library ? "with CUDA" : "CPU only", folder));
    lines.add("CUDA's runtime: " + inWords(runtime, "not found"));
    lines.add(
        "NVIDIA's driver: "
            + inWords(driver, CudaDriver.LIBRARY + " cannot be loaded")
            + failure.map(why -> ", but it fails: " + why).orElse(""));
    lines.add("Devices: %d found by the driver, %d by PyTorch".formatted(devices, usable));
    return lines;
  }

  private static String inWords(OptionalInt version, String otherwise) {
    return version.isPresent() ? "CUDA " + version(version.getAsInt()) : otherwise;
  }

  /** 12060 is version 12.6. */
  private static String version(int number) {
    return number == 0
        ? "of no known version"
        : number / PER_MAJOR + "." + number % PER_MAJOR / PER_MINOR;
  }

  private static OptionalInt runtimeVersion() {
    try {
      return OptionalInt.of(CudaUtils.getCudaVersion());
    } catch (IllegalStateException e) {
      return OptionalInt.empty(); // DJL has found no such library
    }
  }
}
