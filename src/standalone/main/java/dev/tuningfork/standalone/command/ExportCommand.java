package dev.tuningfork.standalone.command;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tuning-fork export}: a model as a file that PyTorch opens. */
@Command(
    name = "export",
    description =
        "Writes a model as a TorchScript module, for PyTorch in any language, Triton or DJL"
            + " Serving: pixels in, probabilities out.",
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {

  @Mixin private NamedModel model = new NamedModel();

  @Option(
      names = "--to",
      paramLabel = "FILE.pt",
      required = true,
      description = "The file to write; an existing file is replaced.")
  private Path file = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "NUMBERS",
      description =
          "The arithmetic: ${COMPLETION-CANDIDATES}. bfloat16 is faster on a GPU, and on a"
              + " CPU with avx512_bf16 or amx_bf16. Default: ${DEFAULT-VALUE}.")
  private Arithmetic precision = Arithmetic.FLOAT32;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    OutputFile.check(spec.commandLine(), file);
    ModelBundle bundle = model.bundle();
    byte[] module = bundle.compile(precision, Operators.PORTABLE);
    Files.write(file, module);
    InputSpec input = bundle.description().input();
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        "Wrote %s: %s %s in %s, %.1f MB. It takes N × %d × %d × %d uint8 (or float32 of 0 to 1).%n",
        file,
        bundle.description().name(),
        bundle.description().version(),
        precision,
        module.length / 1e6,
        input.size(),
        input.size(),
        input.channels().count());
    return 0;
  }
}
