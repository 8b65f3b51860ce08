package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.standalone.survey.MockCutouts;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork mock-galaxies}: cutouts of rendered galaxies, with labels. */
@Command(
    name = "mock-galaxies",
    description =
        "Renders cutouts of galaxies whose truth is known (images), with a table of votes for it (labels.csv),"
            + " to train on or to judge a model by.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class MockGalaxiesCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FOLDER", description = "Where the files go; made if it is missing.")
  private Path folder = Path.of("");

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many galaxies. Default: ${DEFAULT-VALUE}.")
  private int galaxies;

  @Option(
      names = "--questions",
      split = ",",
      paramLabel = "ID[,ID...]",
      description =
          "Only these questions of the tree gz2, such as t10,t11: the table has votes for no others, and galaxies"
              + " that none of them is asked about are not written. Default: all.")
  private List<String> questions = List.of();

  @Option(
      names = "--votes",
      paramLabel = "N",
      defaultValue = "40",
      description =
          "How many volunteers there are, who all see what was drawn. Default: ${DEFAULT-VALUE}.")
  private int votes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same files. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--overwrite", description = "Write into a folder that holds files already.")
  private boolean overwrite;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine line = spec.commandLine();
    Terminal terminal = Terminal.of(line.getOut(), line.getErr());
    MockCutouts cutouts;
    try {
      cutouts = new MockCutouts(seed, galaxies, asked(), votes);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, e.getMessage(), e);
    }
    OutputFile.checkNewFolder(line, folder, overwrite);
    cutouts.write(
        folder, done -> terminal.status("Rendering galaxy %,d of %,d …".formatted(done, galaxies)));
    terminal.line(
        "Wrote %s to %s.".formatted(Terminal.galaxies(galaxies), ImageFormat.spelled(folder)));
    return ExitCode.OK;
  }

  private List<Question> asked() {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    return questions.isEmpty() ? tree.questions() : questions.stream().map(tree::question).toList();
  }
}
