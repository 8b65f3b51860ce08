package dev.tuningfork.model;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.tuningfork.network.module.Operators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is fast on a processor, as its name and its flags say. It orders what {@link Forms} tries;
 * whether something works is never concluded from it.
 */
final class Processor {

  /** Linux lists a processor's features here. Other systems are taken to have none of them. */
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Intel's and AMD's names, and Arm's. */
  private static final Pattern BFLOAT16 =
      Pattern.compile("^(flags|Features)\\b.*\\b(avx512_bf16|amx_bf16|bf16)\\b", Pattern.MULTILINE);

  /** Its compute capability is 8.0. */
  private static final int AMPERE = 80;

  /** As JVMs call it. */
  private static final Set<String> X86_64 = Set.of("amd64", "x86_64");

  private Processor() {}

  /**
   * The operators worth trying, the fastest first. On Arm the portable ones choose between oneDNN,
   * Arm's library and PyTorch's own code for each layer, so they are not bypassed there.
   */
  static List<Operators> operators(Device device) {
    boolean x86 = X86_64.contains(System.getProperty("os.arch"));
    return x86 && !device.isGpu()
        ? List.of(Operators.ONEDNN, Operators.PORTABLE)
        : List.of(Operators.PORTABLE);
  }

  /** Whether a device multiplies bfloat16 faster than float32, where it can at all. */
  static boolean multipliesBfloat16(Device device) {
    if (device.isGpu()) {
      return isAmpereOrNewer(CudaUtils.getComputeCapability(device.getDeviceId()));
    }
    try {
      return multipliesBfloat16(Files.readString(CPU_INFO));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The first GPUs of NVIDIA's that multiply bfloat16.
   *
   * @param computeCapability two digits or three, such as {@code 75} for 7.5
   */
  static boolean isAmpereOrNewer(String computeCapability) {
    return computeCapability.matches("\\d{2,4}") && Integer.parseInt(computeCapability) >= AMPERE;
  }

  /**
   * @param cpuInfo what /proc/cpuinfo says
   */
  static boolean multipliesBfloat16(String cpuInfo) {
    return BFLOAT16.matcher(cpuInfo).find();
  }
}
