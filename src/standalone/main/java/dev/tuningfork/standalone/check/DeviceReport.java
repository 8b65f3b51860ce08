package dev.tuningfork.standalone.check;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.network.Cuda;
import dev.tuningfork.standalone.check.DeviceCheck.Findings;
import dev.tuningfork.standalone.check.DeviceCheck.FormCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a check of a device found, as Markdown.
 *
 * @param good whether the device answers as the CPU does
 */
public record DeviceReport(List<String> lines, boolean good) {

  public DeviceReport {
    lines = List.copyOf(lines);
  }

  /**
   * Checks a device that is here.
   *
   * @param progress takes a line for each part that is done
   */
  public static DeviceReport of(DeviceCheck check, Cuda cuda, Consumer<String> progress)
      throws Exception {
    List<String> lines = new ArrayList<>(heading(check, cuda));
    Findings findings = check.find(progress);
    answers(check, findings, lines);
    if (!findings.forms().isEmpty()) {
      speed(check, findings, lines);
      feeding(check, findings, lines);
      stream(check, findings, lines);
      forBenchmarks(check, findings, lines);
    }
    return new DeviceReport(lines, findings.good());
  }

  /** Says what is missing, and what would be checked. */
  public static DeviceReport ofMissing(DeviceCheck check, Cuda cuda, ModelException why) {
    List<String> lines = new ArrayList<>(heading(check, cuda));
    lines.add("## Missing");
    lines.add("");
    lines.add(String.valueOf(why.getMessage()));
    lines.add("");
    lines.add("## What would be checked");
    lines.add("");
    lines.add(
        "1. The answers to %d galaxies in each form (bfloat16, float16, float32, blocks), beside those of the CPU."
            .formatted(check.galaxies().size()));
    lines.add(
        "2. Images a second in each form, in batches of 1 to %d images, two batches at once."
            .formatted(check.largestBatch()));
    lines.add("3. How many cores it takes to decode images as fast as the device classifies them.");
    lines.add(
        "4. The stream: the classifier on a broker in this process, beside the same work without Kafka.");
    return new DeviceReport(lines, false);
  }

  private static List<String> heading(DeviceCheck check, Cuda cuda) {
    ModelDescription model = check.bundle().description();
    List<String> lines = new ArrayList<>();
    lines.add("# The device " + named(check.device()));
    lines.add("");
    lines.add("- Model: %s %s".formatted(model.name(), model.version()));
    cuda.inWords().forEach(line -> lines.add("- " + line));
    lines.add("- Processors of this process: " + Runtime.getRuntime().availableProcessors());
    lines.add("");
    return lines;
  }

  private static String named(DeviceSetting device) {
    return switch (device) {
      case DeviceSetting.Auto _ -> "auto";
      case DeviceSetting.Cpu _ -> "cpu";
      case DeviceSetting.Gpu(int index) -> "gpu:" + index;
    };
  }

  private static void answers(DeviceCheck check, Findings findings, List<String> lines) {
    lines.add("## Answers");
    lines.add("");
    lines.add(
        "Conditional probabilities of %d galaxies, beside those that the CPU computes in float32:"
            .formatted(check.galaxies().size()));
    lines.add("");
    lines.add("| form | device | largest difference | mean | allowed | |");
    lines.add("|---|---|---:|---:|---:|---|");
    for (FormCheck form : findings.forms()) {
      Difference difference = form.difference();
      lines.add(
          "| %s | %s | %.5f | %.6f | %.3f | %s |"
              .formatted(
                  form.form(),
                  form.place(),
                  difference.largest(),
                  difference.mean(),
                  difference.allowed(),
                  difference.holds() ? "agrees" : "**too far off**"));
    }
    lines.add("");
    findings.refused().forEach(why -> lines.addAll(List.of("- " + why, "")));
  }

  private static void speed(DeviceCheck check, Findings findings, List<String> lines) {
    List<String> sizes = new ArrayList<>();
    for (int size = 1; size <= check.largestBatch(); size *= 2) {
      sizes.add(String.valueOf(size));
    }
    lines.add("## Images a second by batch size");
    lines.add("");
    lines.add("| form | %s | enough |".formatted(String.join(" | ", sizes)));
    lines.add("|---|%s---:|".formatted("---:|".repeat(sizes.size())));
    for (FormCheck form : findings.forms()) {
      String rates =
          form.sizes().rates().stream()
              .map(rate -> "%,.0f".formatted(rate))
              .collect(Collectors.joining(" | "));
      lines.add("| %s | %s | %d |".formatted(form.form(), rates, form.sizes().enough()));
    }
    lines.add("");
    lines.add(
        "*Enough* is the smallest batch within 5 %% of the fastest; for %s, that is %d. `batch.size: auto` measures it on a GPU."
            .formatted(fastest(findings).form(), fastest(findings).sizes().enough()));
    lines.add("");
  }

  private static void feeding(DeviceCheck check, Findings findings, List<String> lines) {
    FormCheck fastest = fastest(findings);
    double cores = fastest.sizes().best() / findings.decodedPerCore();
    lines.add("## Feeding it");
    lines.add("");
    lines.add(
        ("One core decodes and prepares %,.0f of these images a second, so %.1f cores decode as"
                + " fast as %s classifies in %s. This process has %d.")
            .formatted(
                findings.decodedPerCore(),
                cores,
                fastest.place(),
                fastest.form(),
                Runtime.getRuntime().availableProcessors()));
    double multiplyAdds =
        check.bundle().isTorchScript()
            ? 0
            : (double) check.bundle().description().network().multiplyAdds();
    if (multiplyAdds > 0) {
      lines.add(
          ("The network takes %.3f GFLOP an image, so this is %.3f TFLOP/s, and %.1f MB/s of"
                  + " pixels go to the device.")
              .formatted(
                  2 * multiplyAdds / 1e9,
                  2 * multiplyAdds * fastest.sizes().best() / 1e12,
                  check.bundle().description().input().valueCount()
                      * fastest.sizes().best()
                      / 1e6));
    }
    lines.add("");
  }

  private static void stream(DeviceCheck check, Findings findings, List<String> lines) {
    lines.add("## The stream");
    lines.add("");
    if (findings.stream().isEmpty()) {
      lines.addAll(List.of("**It failed.** " + findings.streamFailure(), ""));
      return;
    }
    StreamCheck stream = findings.stream().get();
    lines.add(
        ("The classifier with the settings that `run` starts with: %s, batches of up to %d images,"
                + " %d at once. Each of %,d references (to %d images, in turn) has one answer.")
            .formatted(
                stream.form(),
                stream.batch(),
                stream.passes(),
                stream.galaxies(),
                check.galaxies().size()));
    lines.add("");
    lines.add("| | images/s |");
    lines.add("|---|---:|");
    lines.add("| roofline: %s | %,.0f |".formatted(Roofline.DESCRIPTION, stream.roofline()));
    lines.add(
        "| stream: references in, answers out, exactly once, with the broker on the same cores | %,.0f |"
            .formatted(stream.stream()));
    lines.add("| stream ÷ roofline | %.2f |".formatted(stream.ratio()));
    lines.add("");
  }

  private static void forBenchmarks(DeviceCheck check, Findings findings, List<String> lines) {
    ModelDescription model = check.bundle().description();
    lines.add("## For docs/benchmarks.md");
    lines.add("");
    lines.add("| device | model | form | batch | images/s | largest difference |");
    lines.add("|---|---|---|---:|---:|---:|");
    for (FormCheck form : findings.forms()) {
      lines.add(
          "| %s | %s %s | %s | %d | %,.0f | %.5f |"
              .formatted(
                  form.place(),
                  model.name(),
                  model.version(),
                  form.form(),
                  form.sizes().enough(),
                  form.sizes().rate(form.sizes().enough()),
                  form.difference().largest()));
    }
    findings.stream()
        .ifPresent(
            stream -> {
              lines.add("");
              lines.add(
                  "| device | model | form | batch | stream | roofline | stream ÷ roofline |");
              lines.add("|---|---|---|---:|---:|---:|---:|");
              lines.add(
                  "| %s | %s %s | %s | %d | %,.0f | %,.0f | %.2f |"
                      .formatted(
                          findings.forms().getFirst().place(),
                          model.name(),
                          model.version(),
                          stream.form(),
                          stream.batch(),
                          stream.stream(),
                          stream.roofline(),
                          stream.ratio()));
            });
  }

  private static FormCheck fastest(Findings findings) {
    return Collections.max(
        findings.forms(), Comparator.comparingDouble(form -> form.sizes().best()));
  }
}
