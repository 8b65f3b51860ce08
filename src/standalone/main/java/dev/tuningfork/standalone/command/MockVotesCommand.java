package dev.tuningfork.standalone.command;

import dev.tuningfork.file.WholeFile;
import dev.tuningfork.trainer.data.LabelKind;
import dev.tuningfork.trainer.data.MockVotes;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.Reading;
import dev.tuningfork.trainer.data.VoteTables;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork mock-votes}: vote counts of volunteers that are simulated. */
@Command(
    name = "mock-votes",
    description =
        "Simulates volunteers: writes vote counts for galaxies whose vote fractions are known, to see"
            + " what a number of volunteers is worth.",
    sortOptions = false)
final class MockVotesCommand implements Callable<Integer> {

  private static final Pattern VOLUNTEERS = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The images of the galaxies; those without an image are left out.")
  private Path images = Path.of("");

  @Option(
      names = "--labels",
      required = true,
      split = ",",
      paramLabel = "TABLE",
      description = "Vote fractions or counts, in the forms that train takes.")
  private List<Path> labels = List.of();

  @Option(
      names = "--label-kind",
      paramLabel = "KIND",
      description = "Which of the columns of --labels are the votes, as for train.")
  private @Nullable String labelKind;

  @Option(
      names = "--tree",
      paramLabel = "NAME|FILE",
      description = "The decision tree of the labels. Default: ${DEFAULT-VALUE}.")
  private String tree = "gz2";

  @Option(
      names = "--volunteers",
      paramLabel = "N[-N]",
      description =
          "Volunteers per galaxy. With two numbers, each galaxy gets a random number between them. Default:"
              + " ${DEFAULT-VALUE}.")
  private String volunteers = "40";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same votes. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.csv",
      description = "The table to write.")
  private Path out = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Logging.errorsOnly();
    OutputFile.check(spec.commandLine(), out);
    DecisionTree asked = NamedTree.of(tree);
    MockVotes votes = votes(asked);
    Reading reading =
        VoteTables.of(images, labels, asked, Optional.ofNullable(labelKind).map(LabelKind::named))
            .read();
    PrintWriter err = spec.commandLine().getErr();
    Problem.sentences(reading.problems()).forEach(err::println);
    WholeFile.write(out, stream -> votes.write(reading.galaxies(), stream));
    err.printf("Wrote %s: votes for %,d galaxies.%n", out, reading.galaxies().size());
    return ExitCode.OK;
  }

  private MockVotes votes(DecisionTree asked) {
    Matcher numbers = VOLUNTEERS.matcher(volunteers);
    if (!numbers.matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "--volunteers is a number such as 40, or two such as 5-80, not %s."
              .formatted(volunteers));
    }
    int fewest = Integer.parseInt(numbers.group(1));
    int most = numbers.group(2) == null ? fewest : Integer.parseInt(numbers.group(2));
    try {
      return new MockVotes(asked, fewest, most, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--volunteers: " + e.getMessage(), e);
    }
  }
}
