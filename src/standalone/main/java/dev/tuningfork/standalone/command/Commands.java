package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelIdentity;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
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
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:the command failed; standard error says why",
      "2:the command line is wrong",
      "3:some images could not be read, or some dead letters could not be sent; everything else was done"
    })
public final class Commands {

  static final int SOME_LEFT_OUT = 3;

  /** In the order of the help. */
  private static final List<Class<?>> SUBCOMMANDS =
      List.of(
          ClassifyCommand.class,
          CutCommand.class,
          SubjectsCommand.class,
          DemoCommand.class,
          RunCommand.class,
          DeadLettersCommand.class,
          TrainCommand.class,
          TreesCommand.class,
          EvaluateCommand.class,
          LookCommand.class,
          ExportCommand.class,
          MockTileCommand.class,
          MockGalaxiesCommand.class,
          MockVotesCommand.class,
          GpuCheckCommand.class);

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description =
          "Log which forms work on this machine and which one a model computes in. On an error,"
              + " show where in the program it happened.")
  private boolean verbose;

  /** These report by themselves, for as long as they serve. */
  private static final Set<String> SERVING = Set.of("run", "demo");

  /** After so much silence a command says what is under way; zero for never. */
  private final Duration silence;

  /** Whether a command was started, and not only its help printed. */
  private boolean started;

  private Commands(Duration silence) {
    this.silence = silence;
  }

  /**
   * Executes a command line with the process's own streams, and ends the process. Commands that are
   * not among the arguments are only outlined, since reading all their options takes longer than
   * printing the help.
   */
  public static void execute(String... arguments) {
    Commands commands = new Commands(Terminal.isLive() ? Duration.ZERO : Pulse.SILENCE);
    CommandLine line = commands.onStreams(List.of(arguments)::contains);
    int code = line.execute(arguments);
    line.getOut().flush();
    line.getErr().flush();
    Interruption.commandEnded();
    if (!commands.started) {
      // System.exit logs, and would configure the logging only for that
      Runtime.getRuntime().halt(code);
    }
    System.exit(code);
  }

  /** The whole command line, which writes to the process's own streams. */
  public static CommandLine line() {
    return new Commands(Duration.ZERO).onStreams(_ -> true);
  }

  private CommandLine onStreams(Predicate<String> complete) {
    return whole(utf8(System.out), utf8(System.err), complete);
  }

  static CommandLine line(PrintWriter out, PrintWriter err) {
    return line(out, err, _ -> true);
  }

  static CommandLine line(PrintWriter out, PrintWriter err, Predicate<String> complete) {
    return new Commands(Duration.ZERO).whole(out, err, complete);
  }

  /** The same, which says what is under way after so much silence. */
  static CommandLine line(PrintWriter out, PrintWriter err, Duration silence) {
    return new Commands(silence).whole(out, err, _ -> true);
  }

  /**
   * @param complete whether the command with this name is made with its options, and not only
   *     outlined for the help of the whole
   */
  private CommandLine whole(PrintWriter out, PrintWriter err, Predicate<String> complete) {
    CommandLine line = new CommandLine(this);
    for (Class<?> type : SUBCOMMANDS) {
      Command command = type.getAnnotation(Command.class);
      line.addSubcommand(complete.test(command.name()) ? new CommandLine(type) : outline(command));
    }
    provideVersion(line);
    return line.setOut(new Printer(out))
        .setErr(new Printer(err))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(this::run)
        .setParameterExceptionHandler((mistake, arguments) -> explain(mistake))
        .setExecutionExceptionHandler((failure, of, result) -> explain(failure, of.getErr()));
  }

  private static CommandLine outline(Command command) {
    CommandSpec spec = CommandSpec.create().name(command.name());
    spec.usageMessage().description(command.description());
    return new CommandLine(spec);
  }

  /**
   * Picocli asks a provider in an annotation once per command at each start, and this one reads the
   * built-in models.
   */
  private static void provideVersion(CommandLine line) {
    line.getCommandSpec().versionProvider(new Version());
    line.getSubcommands().values().forEach(Commands::provideVersion);
  }

  private int run(ParseResult named) {
    Integer help = CommandLine.executeHelpRequest(named);
    if (help != null) {
      return help;
    }
    started = true;
    Logging.errorsOfLibrariesOnly();
    if (verbose) {
      Logging.forms();
    }
    String command = named.hasSubcommand() ? named.subcommand().commandSpec().name() : "";
    if (silence.isZero()
        || SERVING.contains(command)
        || !(named.commandSpec().commandLine().getErr() instanceof Printer err)) {
      return new RunLast().execute(named);
    }
    try (var _ = new Pulse(err, silence)) {
      return new RunLast().execute(named);
    }
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
  public static final class Version implements IVersionProvider {
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
