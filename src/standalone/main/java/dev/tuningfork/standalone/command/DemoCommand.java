package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.session.ClassifierSession;
import dev.tuningfork.standalone.session.ImageResult;
import dev.tuningfork.standalone.survey.DemoSurvey;
import dev.tuningfork.standalone.survey.DemoTiles;
import dev.tuningfork.standalone.survey.MockGalaxy;
import dev.tuningfork.tree.Morphology;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A survey without a telescope: galaxies are rendered, published and classified while the user
 * watches.
 */
@Command(
    name = "demo",
    description =
        "Renders galaxies, publishes them at a constant rate, and shows the answers next to the truth: in the terminal and, without --count, on a page on this machine.",
    footer =
        "%nThis command needs no data. Ctrl-C ends it.%n%nThe classes are short forms of the Galaxy Zoo 2"
            + " answers: E smooth, Se a disk seen edge-on, S another disk (SB with a bar, then the"
            + " bulge d-a, the number of arms and their winding), A a star or an artifact.")
final class DemoCommand implements Callable<Integer> {

  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMillis(100);
  private static final String LOOPBACK = "127.0.0.1";
  private static final int USUAL_PORT = 8080;
  private static final String SURVEY_IMAGES = "survey-images";

  /** What rendering was late by, beyond this, is not made up for. */
  private static final long CATCH_UP_NANOS = 1_000_000_000;

  /** How soon a change of the rate takes effect. */
  private static final long REACTION_NANOS = 100_000_000;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Number of galaxies. Default: until Ctrl-C.")
  private int count = Integer.MAX_VALUE;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "Port of the page, on this machine only; 0 for any free port. Default: 8080, or another one if it is in use; with --count, no page.")
  private @Nullable Integer port;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "4",
      description = "Galaxies per second. Default: ${DEFAULT-VALUE}.")
  private double rate = 4;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the random galaxies. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description = "Also draw the first twelve galaxies with their answers into a picture.")
  private @Nullable Path sheet;

  @Mixin private final ModelOptions model = new ModelOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
    if (count < 1 || !(rate > 0)) {
      throw new ParameterException(commandLine, "--count and --rate must be more than 0.");
    }
    OutputFile.check(commandLine, sheet);
    DemoSurvey survey = new DemoSurvey(seed, rate);
    Terminal terminal = Terminal.of(commandLine.getOut(), commandLine.getErr());
    terminal.status("Starting the broker and the model …");
    try (Interruption stop = new Interruption();
        DemoTiles tiles = new DemoTiles(SURVEY_IMAGES, seed);
        MorphologyModel loaded = model.load(model.bundle());
        ClassifierSession session =
            ClassifierSession.start(loaded, settings(tiles), COMMIT_INTERVAL, survey)) {
      terminal.status("");
      session
          .servicePort()
          .ifPresent(
              free -> {
                terminal.line("The page: http://%s:%d/".formatted(LOOPBACK, free));
                tiles.start(session.bootstrapServers());
                terminal.line(
                    "The stream: topic %s at %s"
                        .formatted(Topics.DEFAULT.output(), session.bootstrapServers()));
              });
      Tally tally = new Tally(terminal, survey);
      watch(session, survey, tally, stop);
      tally.printSummary();
      if (sheet != null) {
        tally.sheet.write(sheet);
      }
    }
    return ExitCode.OK;
  }

  private ClassifierSettings settings(DemoTiles tiles) {
    if (port == null && count < Integer.MAX_VALUE) {
      return ClassifierSettings.DEFAULT;
    }
    int wanted = port != null ? port : isFree(USUAL_PORT) ? USUAL_PORT : 0;
    return ClassifierSettings.DEFAULT
        .with(
            ServiceSettings.ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved(LOOPBACK, wanted)))
        .with(ServiceSettings.MORPHOLOGIES, true) // so that each galaxy of the sky can be opened
        .with(PageSettings.REPLAY, true)
        .with(SurveySettings.TOPIC, Optional.of(SURVEY_IMAGES))
        .withFolders(List.of(tiles.folder()));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private void watch(ClassifierSession session, DemoSurvey survey, Tally tally, Interruption stop)
      throws IOException {
    Map<String, MockGalaxy> inFlight = new ConcurrentHashMap<>();
    CompletableFuture<Void> observing =
        CompletableFuture.runAsync(
            () -> observe(session, survey, inFlight, stop),
            task -> Thread.ofPlatform().name("mock-survey").daemon().start(task));
    while (!stop.requested() && !(observing.isDone() && inFlight.isEmpty())) {
      for (ImageResult result : session.poll(PATIENCE)) {
        switch (result) {
          case ImageResult.Classified classified -> {
            MockGalaxy galaxy = inFlight.remove(classified.morphology().objectId());
            if (galaxy != null) {
              tally.add(galaxy, classified.morphology());
            }
          }
          case ImageResult.Failed failure -> {
            if (inFlight.remove(failure.objectId()) != null) { // else it is of a tile
              tally.addFailed(failure);
            }
          }
        }
      }
      if (observing.isCompletedExceptionally()
          && observing.exceptionNow() instanceof RuntimeException failure) {
        throw failure;
      }
    }
  }

  /**
   * Renders and publishes, each galaxy at its time; where rendering is slower, as fast as it goes.
   */
  private void observe(
      ClassifierSession session,
      DemoSurvey survey,
      Map<String, MockGalaxy> inFlight,
      Interruption stop) {
    long last = System.nanoTime();
    try {
      for (int number = 0; number < count; number++) {
        MockGalaxy galaxy = survey.observe(number);
        long left;
        do { // in short waits, since the pace may change meanwhile
          left = last + (long) (1e9 / survey.pace()) - System.nanoTime();
          if (stop.await(Math.min(left, REACTION_NANOS))) {
            return;
          }
        } while (left > REACTION_NANOS);
        last = Math.max(last + (long) (1e9 / survey.pace()), System.nanoTime() - CATCH_UP_NANOS);
        inFlight.put(galaxy.objectId(), galaxy);
        session.publishImage(galaxy.objectId(), "image/jpeg", galaxy.jpeg());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The lines that are printed, and how often the classifier was right. */
  private static final class Tally {

    private final Terminal terminal;
    private final PrintWriter out;
    private final DemoSurvey survey;
    private final ContactSheet sheet = new ContactSheet();
    private int seen;
    private int sameForm;
    private int sameClass;

    Tally(Terminal terminal, DemoSurvey survey) {
      this.terminal = terminal;
      this.out = terminal.out();
      this.survey = survey;
      out.println(
          terminal.dim(
              "%-16s  %-9s  %-9s  %-9s  %s"
                  .formatted("galaxy", "truth", "seen as", "right", "in words")));
    }

    void add(MockGalaxy galaxy, GalaxyMorphology answer) throws IOException {
      sheet.add(galaxy, answer);
      Morphology truth = galaxy.morphology();
      String answered = Objects.requireNonNullElse(answer.morphology().classString(), "–");
      boolean exact = answered.equals(truth.classString());
      boolean form = DemoSurvey.form(answered).equals(DemoSurvey.form(truth.classString()));
      survey.answered(galaxy, answered);
      seen++;
      sameForm += form ? 1 : 0;
      sameClass += exact ? 1 : 0;
      String mark = exact ? "✓✓" : form ? "✓ " : "· ";
      String right = mark + " " + percent(sameForm, seen);
      String shown = "%-9s".formatted(right);
      out.println(
          "%-16s  %-9s  %s  %s  %s"
              .formatted(
                  galaxy.objectId(),
                  truth.classString(),
                  terminal.bold("%-9s".formatted(answered)),
                  form ? terminal.green(shown) : terminal.yellow(shown),
                  terminal.dim(answer.morphology().description())));
    }

    void addFailed(ImageResult.Failed failure) {
      terminal.err().println(failure.objectId() + ": " + failure.reason());
    }

    void printSummary() {
      out.println();
      out.println(
          seen == 0
              ? "No galaxy was classified."
              : "Of %,d galaxies, %,d (%s) were given the right form (smooth, edge-on, other disk, star), and %,d (%s) exactly the class they were rendered from."
                  .formatted(
                      seen,
                      sameForm,
                      percent(sameForm, seen),
                      sameClass,
                      percent(sameClass, seen)));
    }

    private static String percent(int part, int of) {
      return Math.round(100.0 * part / of) + " %";
    }
  }
}
