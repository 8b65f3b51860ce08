package dev.tuningfork.classifier.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the process takes of the machine's memory, under the name that Prometheus's own libraries
 * give it. PyTorch's share is invisible to the JVM's measures, and a container's limit counts it.
 *
 * <p>Linux tells it; elsewhere the measure is missing.
 */
public final class ResidentMemory implements MeterBinder {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String LINE = "VmRSS:";

  @Override
  public void bindTo(MeterRegistry registry) {
    if (Files.isReadable(STATUS)) {
      Gauge.builder("process.resident.memory", ResidentMemory::bytes)
          .description("Resident memory of the process, including its libraries")
          .baseUnit("bytes")
          .register(registry);
    }
  }

  private static double bytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(LINE))
          .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
