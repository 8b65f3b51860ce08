package dev.tuningfork.benchmark.report;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the figures were measured on.
 *
 * @param cores processors that this process may use
 * @param features of the processor, those that decide how fast networks are
 * @param forms of models that work on it, the fastest first
 * @param memory of the machine, GiB
 * @param system its name and version
 */
public record Machine(
    int cores,
    String processor,
    List<String> features,
    List<String> forms,
    long memory,
    String system,
    String java) {

  public Machine {
    features = List.copyOf(features);
    forms = Objects.requireNonNullElse(forms, List.of()); // reports of old do not list them
  }

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private static final List<String> TELLING =
      List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve");

  /** This machine; tries the forms if nothing has yet. */
  public static Machine here() throws ModelException {
    List<String> flags =
        Pattern.compile(" ")
            .splitAsStream(line("flags") + " " + line("Features"))
            .distinct()
            .toList();
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        line("model name").isEmpty() ? System.getProperty("os.arch") : line("model name"),
        TELLING.stream().filter(flags::contains).toList(),
        Forms.on(new DeviceSetting.Cpu()).working().stream().map(Form::toString).toList(),
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

  /** Whether networks are computed in bfloat16 because that is faster here than float32. */
  boolean prefersBfloat16() {
    return !forms.isEmpty() && forms.getFirst().equals(Form.BFLOAT16.toString());
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
    return "%d cores of %s (%s; forms: %s), %d GiB, %s, JDK %s"
        .formatted(
            cores,
            processor,
            String.join(", ", features),
            String.join(", ", forms),
            memory,
            system,
            java);
  }
}
