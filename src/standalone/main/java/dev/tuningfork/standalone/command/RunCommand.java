package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.LogFormat;
import dev.tuningfork.classifier.Preflight;
import dev.tuningfork.classifier.Preflight.Finding;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The classifier on a Kafka cluster that exists: what production starts. */
@Command(
    name = "run",
    description =
        "Runs the classifier against a Kafka cluster until it is stopped (SIGTERM, Ctrl-C).",
    footer =
        "%nEach setting of the file can be overridden by an environment variable: TUNING_FORK_ and"
            + " the setting's name in capitals, with _ for each dot and hyphen.")
final class RunCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings: .properties, .yaml or .yml. Default: only environment variables.")
  private @Nullable Path config;

  @Option(
      names = "--check",
      description =
          "Only check the settings, Kafka, the schema registry and the model. Nothing is started, created or registered. The exit code is 1 if a check fails.")
  private boolean check;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (check) {
      return check();
    }
    ClassifierSettings settings = ClassifierSettings.read(config, System.getenv());
    Logging.level(settings.logLevel());
    if (settings.logFormat() == LogFormat.JSON) {
      Logging.inJson();
    }
    ModelBundle bundle = settings.model().bundle(settings.model().name());
    CountDownLatch closed = new CountDownLatch(1);
    try (MorphologyModel model =
            ModelLoader.load(
                bundle, DeviceSetting.parse(settings.model().device()), settings.forwardPasses());
        ClassifierApplication application =
            ClassifierApplication.startWhenReachable(settings, model)) {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> closeAndAwait(application, closed), "shutdown"));
      LoggerFactory.getLogger(RunCommand.class)
          .info(
              "Tuning Fork {} classifies from {} to {} (dead letters: {}) as {} with {} {} on {}.",
              Commands.version(),
              settings.topics().input(),
              settings.topics().output(),
              settings.topics().deadLetters(),
              settings.group().applicationId(),
              model.identity().name(),
              model.identity().version(),
              model.device());
      application.awaitEnd();
      Optional<Throwable> failure = application.failure();
      if (failure.isPresent()) {
        throw new IllegalStateException(
            "The classifier has failed: " + failure.get().getMessage(), failure.get());
      }
      return ExitCode.OK;
    } finally {
      closed.countDown();
    }
  }

  /** A line for each thing that a start needs, which takes the place of Kafka's own warnings. */
  private int check() {
    Logging.errorsOnly();
    PrintWriter out = spec.commandLine().getOut();
    List<Finding> findings = new ArrayList<>();
    try {
      ClassifierSettings settings = ClassifierSettings.read(config, System.getenv());
      findings.add(new Finding("Settings", true, "All are known and fit together."));
      findings.addAll(Preflight.of(settings));
      findings.add(model(settings, settings.model().name()));
      settings.model().rollout().shadow().ifPresent(name -> findings.add(model(settings, name)));
    } catch (SettingsException e) {
      findings.add(new Finding("Settings", false, String.valueOf(e.getMessage())));
    }
    for (Finding finding : findings) {
      out.printf(
          "%-8s  %-4s  %s%n",
          finding.subject(), finding.good() ? "good" : "bad", finding.sentence());
    }
    return findings.stream().allMatch(Finding::good) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static Finding model(ClassifierSettings settings, String name) {
    try (MorphologyModel model =
        ModelLoader.load(
            settings.model().bundle(name),
            DeviceSetting.parse(settings.model().device()),
            settings.forwardPasses())) {
      return new Finding(
          "Model",
          true,
          "%s %s answers on %s."
              .formatted(model.identity().name(), model.identity().version(), model.device()));
    } catch (ModelException | IllegalArgumentException e) {
      return new Finding("Model", false, String.valueOf(e.getMessage()));
    }
  }

  /** The model may be closed only after the classifier, so the process waits for both. */
  private static void closeAndAwait(ClassifierApplication application, CountDownLatch closed) {
    application.close();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
