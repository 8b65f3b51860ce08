package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.tree.DecisionTree;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainCommandTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void twoDataSetsBecomeOneBundleOfTheWholeTree() throws Exception {
    Path judged = Files.createDirectory(folder.resolve("judged"));
    Path biased = Files.createDirectory(folder.resolve("biased"));
    DrawnGalaxies.draw(judged, 40);
    DrawnGalaxies.draw(biased, 60);
    Path bundle = folder.resolve("models").resolve("model.zip");

    int status =
        run(
            "--images",
            judged.toString(),
            "--labels",
            DrawnGalaxies.labels(judged).toString(),
            "--images",
            biased.toString(),
            "--labels",
            DrawnGalaxies.labels(biased).toString(),
            "--train-only",
            "--crop-pixels",
            "48",
            "--out",
            bundle.toString(),
            "--epochs",
            "1",
            "--batch",
            "8",
            "--held-out",
            "0.3");

    assertThat(err.toString()).contains("galaxies to learn from", "epoch 1 of 1: loss ");
    assertThat(status).isZero();
    assertThat(out.toString()).startsWith("# alexnet-lite-gz2 1.0.0");
    ModelBundle model = ModelBundle.open(bundle);
    assertThat(model.description().heads()).hasSize(DecisionTree.galaxyZoo2().questions().size());
    assertThat((List<?>) model.description().training().get("data"))
        .extracting(
            set -> ((Map<?, ?>) set).get("trainOnly"), set -> ((Map<?, ?>) set).get("cropPixels"))
        .containsExactly(tuple(false, null), tuple(true, 48));
  }

  @Test
  void withoutDataItSaysWhatIsMissing() {
    assertThat(run("--out", "model")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--images=DIR");
  }

  private int run(String... arguments) {
    return new CommandLine(new TrainCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
