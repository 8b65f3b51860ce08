package dev.tuningfork.benchmark.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the figures were measured on.
 *
 * @param cores processors that this process may use
 * @param features of the processor, those that decide how fast networks are
 * @param memory of the machine, GiB
 * @param system its name and version
 */
public record Machine(
    int cores, String processor, List<String> features, long memory, String system, String java) {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private static final List<String> TELLING =
      List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve");

  public static Machine here() {
    List<String> flags =
        Pattern.compile(" ")
            .splitAsStream(line("flags") + " " + line("Features"))
            .distinct()
            .toList();
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        line("model name").isEmpty() ? System.getProperty("os.arch") : line("model name"),
        TELLING.stream().filter(flags::contains).toList(),
        Math.round(bytesOfMemory() / (double) (1L << 30)),
        System.getProperty("os.name") + " " + version(System.getProperty("os.version")),
        (System.getProperty("java.vendor.version", "") + " " + Runtime.version()).strip());
  }

  /** Without what tells one build of a version from another, such as -generic. */
  private static String version(String system) {
    return system.split("-", 2)[0];
  }

  private static long bytesOfMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  /** Linux tells of the processor in a file; elsewhere it stays unnamed. */
  private static String line(String name) {
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public String toString() {
    return "%d cores of %s (%s), %d GiB, %s, JDK %s"
        .formatted(cores, processor, String.join(", ", features), memory, system, java);
  }
}
