package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.LogFormat;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The classifier on a Kafka cluster that exists: what production starts. */
@Command(
    name = "run",
    description =
        "Runs the classifier against a Kafka cluster until it is told to stop (SIGTERM, Ctrl-C).",
    footer =
        "%nEach setting of the file can be overridden by an environment variable: TUNING_FORK_ and"
            + " the setting's name in capitals, with _ for each dot and hyphen.")
final class RunCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings: .properties, .yaml or .yml. Without it, the environment's alone.")
  private @Nullable Path config;

  @Override
  public Integer call() throws Exception {
    ClassifierSettings settings = ClassifierSettings.read(config, System.getenv());
    if (settings.logFormat() == LogFormat.JSON) {
      Logging.inJson();
    }
    ModelBundle bundle = ModelBundle.named(settings.model().name());
    CountDownLatch closed = new CountDownLatch(1);
    try (MorphologyModel model =
            ModelLoader.load(
                bundle, DeviceSetting.parse(settings.model().device()), settings.forwardPasses());
        ClassifierApplication application = ClassifierApplication.start(settings, model)) {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> closeAndAwait(application, closed), "shutdown"));
      LOG.info(
          "Classifying from {} to {} with {} {} on {}.",
          settings.topics().input(),
          settings.topics().output(),
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
