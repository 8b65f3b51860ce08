package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelIdentity;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The command line as a whole. */
@Command(
    name = "tuning-fork",
    description = "Galaxy morphology as a stream: survey images in, Galaxy Zoo probabilities out.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    subcommands = {
      ClassifyCommand.class,
      CutCommand.class,
      DemoCommand.class,
      RunCommand.class,
      DeadLettersCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      LookCommand.class,
      ExportCommand.class,
      MockTileCommand.class,
      GpuCheckCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:the command failed; standard error says why",
      "2:the command line is wrong",
      "3:some images could not be read, or some dead letters not be sent; all else is done"
    })
public final class Commands {

  static final int SOME_LEFT_OUT = 3;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description =
          "Log which forms work on this machine and which one a model computes in. On an error,"
              + " show where in the program it happened.")
  private boolean verbose;

  private Commands() {}

  /** A command line that writes to the process's own streams. */
  public static CommandLine line() {
    // table and plot libraries chat through java.util.logging
    Logger.getLogger("").setLevel(Level.SEVERE);
    return line(utf8(System.out), utf8(System.err));
  }

  static CommandLine line(PrintWriter out, PrintWriter err) {
    Commands commands = new Commands();
    CommandLine line = new CommandLine(commands);
    giveVersion(line);
    return line.setOut(new Printer(out))
        .setErr(new Printer(err))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(commands::run)
        .setParameterExceptionHandler((mistake, arguments) -> explain(mistake))
        .setExecutionExceptionHandler(
            (failure, named, result) -> commands.explain(failure, named.getErr()));
  }

  /** As an annotation, picocli would read the models for each subcommand at every start. */
  private static void giveVersion(CommandLine line) {
    line.getCommandSpec().versionProvider(new Version());
    line.getSubcommands().values().forEach(Commands::giveVersion);
  }

  private int run(ParseResult named) {
    if (verbose) {
      Logging.forms();
    }
    return new RunLast().execute(named);
  }

  /** The product's. */
  static String version() {
    return Objects.requireNonNullElse(
        Commands.class.getPackage().getImplementationVersion(), "in development");
  }

  private static int explain(ParameterException mistake) {
    CommandLine line = mistake.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("tuning-fork: " + mistake.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err)) {
      err.println("Try: " + line.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE;
  }

  private int explain(Exception failure, PrintWriter err) {
    err.println("tuning-fork: " + Sentence.of(failure));
    if (verbose) {
      failure.printStackTrace(err);
    }
    return ExitCode.SOFTWARE;
  }

  private static PrintWriter utf8(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
  }

  /** The product's version and those of the models within, which are read when it is printed. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Stream.concat(
              Stream.of("Tuning Fork " + version()),
              ModelBundle.shipped().stream().map(name -> "model " + name + ": " + model(name)))
          .toArray(String[]::new);
    }

    private static String model(String name) {
      try {
        ModelIdentity identity = ModelBundle.named(name).identity();
        return identity.name() + " " + identity.version() + " (" + identity.sha256() + ")";
      } catch (ModelException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }
}
