package dev.tuningfork.standalone.command;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.network.Cuda;
import dev.tuningfork.standalone.check.DeviceCheck;
import dev.tuningfork.standalone.check.DeviceReport;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tuning-fork gpu-check}: whether a GPU answers as the CPU does, and how fast it is. */
@Command(
    name = "gpu-check",
    description =
        "Checks a GPU: its driver and libraries, its answers compared with the CPU's, its speed by form"
            + " and batch size, and the stream's. Without a GPU, says what is missing.",
    sortOptions = false)
final class GpuCheckCommand implements Callable<Integer> {

  private static final long SEED = 26;

  @Mixin private NamedModel model = new NamedModel();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "The device to check: " + DeviceSetting.FORMS + ". Default: ${DEFAULT-VALUE}.")
  String device = "gpu";

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "A folder with images of galaxies. Default: rendered galaxies.")
  @Nullable Path images;

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      description = "How many galaxies to compare answers on. Default: ${DEFAULT-VALUE}.")
  int galaxies = 200;

  @Option(
      names = "--largest-batch",
      paramLabel = "N",
      description = "The largest batch to try, a power of two. Default: ${DEFAULT-VALUE}.")
  int largestBatch = 512;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "How long to measure each form and batch size. Default: ${DEFAULT-VALUE}.")
  double seconds = 2;

  @Option(
      names = "--report",
      paramLabel = "FILE.md",
      description = "Also write the report to a file; one of that name is replaced.")
  @Nullable Path report;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    OutputFile.check(spec.commandLine(), report);
    DeviceSetting setting = DeviceSetting.parse(device);
    DeviceCheck check = new DeviceCheck(model.bundle(), setting, files(), largestBatch, seconds);
    DeviceReport found = check(check, setting, spec.commandLine().getErr());
    PrintWriter out = spec.commandLine().getOut();
    found.lines().forEach(out::println);
    if (report != null) {
      Files.write(report, found.lines());
      spec.commandLine().getErr().println("Wrote " + report + ".");
    }
    return found.good() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static DeviceReport check(DeviceCheck check, DeviceSetting device, PrintWriter err)
      throws Exception {
    Cuda cuda = Cuda.here();
    try {
      Forms.on(device); // which finds out whether it is there
    } catch (ModelException e) {
      return DeviceReport.ofMissing(check, cuda, e);
    }
    return DeviceReport.of(check, cuda, err::println);
  }

  private List<byte[]> files() throws IOException {
    List<byte[]> files = new ArrayList<>();
    if (images == null) {
      MockSurvey survey = new MockSurvey(SEED);
      for (int number = 0; number < galaxies; number++) {
        files.add(survey.galaxy(number).jpeg());
      }
      return files;
    }
    List<ImageFiles.Named> found = ImageFiles.find(List.of(images)).images();
    if (found.isEmpty()) {
      throw new IOException("There is no image in " + images + ".");
    }
    for (ImageFiles.Named image : found.subList(0, Math.min(galaxies, found.size()))) {
      files.add(Files.readAllBytes(image.path()));
    }
    return files;
  }
}
