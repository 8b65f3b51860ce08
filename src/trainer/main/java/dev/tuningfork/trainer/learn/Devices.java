package dev.tuningfork.trainer.learn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import dev.tuningfork.network.Cuda;
import dev.tuningfork.network.PyTorch;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a network learns: on one device, or on several that share each batch.
 *
 * @param list at least one
 */
public record Devices(List<Device> list) {

  /** The name of a GPU where there is one, else of the CPU. */
  public static final String AUTO = "auto";

  public Devices {
    list = List.copyOf(list);
    if (list.isEmpty()) {
      throw new IllegalArgumentException("Training needs at least one device.");
    }
  }

  /**
   * Devices by name: {@code auto} (a GPU where there is one), {@code cpu}, {@code gpu} or {@code
   * gpu:1}.
   *
   * @throws IllegalArgumentException if a name is none of these, or there is no such GPU
   */
  public static Devices named(List<String> names) {
    Engine engine = PyTorch.engine();
    int gpus = engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
    return new Devices(names.stream().map(name -> named(name, gpus)).toList());
  }

  private static Device named(String name, int gpus) {
    if (name.equals(AUTO)) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    if (!name.matches("gpu(:\\d{1,3})?")) {
      throw new IllegalArgumentException(
          "There is no device '%s'; there are auto, cpu, gpu, gpu:0, gpu:1 and so on."
              .formatted(name));
    }
    int number = name.equals("gpu") ? 0 : Integer.parseInt(name.substring(4));
    if (number >= gpus) {
      throw new IllegalArgumentException(
          "There is no %s here: PyTorch finds %s"
              .formatted(
                  name,
                  gpus == 0
                      ? "no GPU. " + Cuda.here().missing().orElse("")
                      : gpus + " GPUs, counted from 0."));
    }
    return Device.gpu(number);
  }

  /** Such as {@code cpu} or {@code gpu:0, gpu:1}. */
  @Override
  public String toString() {
    return list.stream()
        .map(device -> device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu")
        .collect(Collectors.joining(", "));
  }
}
