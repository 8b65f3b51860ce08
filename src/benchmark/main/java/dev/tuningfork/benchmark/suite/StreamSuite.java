package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.python.Python.Unavailable;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.check.Roofline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A backlog of references through the classifier, beside what bounds it and what replaces it. */
final class StreamSuite {

  private static final String UNIT = "images/s";

  /** How many times more galaxies the fast ones get: they begin and end with idle cores. */
  private static final int BACKLOGS = 2;

  /** How many times fewer galaxies the slow ones get. */
  private static final int NAIVE_SHARE = 10;

  private static final int PYTHON_SHARE = 3;

  static final Suite SUITE =
      new Suite(
          "stream",
          "roofline, pipeline, the naive mapValues, and the same in Python",
          Suite.Form.QUICK,
          StreamSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    List<Path> images = workload.images();
    int backlog = BACKLOGS * plan.galaxies();
    try (MorphologyModel model = workload.model();
        MorphologyModel asItComes = ModelLoader.load(workload.bundle(), new DeviceSetting.Auto())) {
      Roofline roofline = new Roofline(images, model);
      Pipeline pipeline = new Pipeline(workload, model);
      Naive naive = new Naive(images, asItComes);
      List<Measurement> all = new ArrayList<>();
      all.add(
          new Measurement(
              "roofline", UNIT, Roofline.DESCRIPTION, () -> roofline.imagesPerSecond(backlog)));
      all.add(
          new Measurement(
              "pipeline", UNIT, Pipeline.DESCRIPTION, () -> pipeline.imagesPerSecond(backlog)));
      all.add(
          new Measurement(
              "naive",
              UNIT,
              Naive.DESCRIPTION,
              () -> naive.imagesPerSecond(plan.share(NAIVE_SHARE))));
      try {
        Python python = workload.python();
        Path bundle = workload.saved(workload.bundle());
        Object questions = Workload.questions(workload.bundle());
        var usual = new PythonConsumer(python, "usual", images, bundle, questions);
        var best = new PythonConsumer(python, "best", images, bundle, questions);
        all.add(
            new Measurement(
                "Python usual",
                UNIT,
                "confluent-kafka, Pillow, eager PyTorch in float32, batches of 32, at least once",
                () -> usual.imagesPerSecond(plan.share(PYTHON_SHARE))));
        all.add(
            new Measurement(
                "Python best",
                UNIT,
                "confluent-kafka, simplejpeg, frozen TorchScript, channels last, in bfloat16 where the processor has it",
                () -> best.imagesPerSecond(plan.share(PYTHON_SHARE))));
      } catch (Unavailable reason) {
        tally.leaveOut("the Python consumer. " + reason.getMessage() + ".");
      }
      tally.inTurn(plan, all);
      tally.add(
          "morphology", "bytes", "a message of the output topic, mean", pipeline.bytesOfAnswers());
      tally.add("image", "bytes", "an image file, mean", meanSize(images));
      tally.add(
          "reference",
          "bytes",
          "a message of the input topic that names a file",
          GalaxyImageReference.of("587722952767439450", images.getFirst().toUri().toString())
              .toJson()
              .length);
    }
  }

  private static double meanSize(List<Path> images) throws Exception {
    long bytes = 0;
    for (Path image : images) {
      bytes += Files.size(image);
    }
    return (double) bytes / images.size();
  }
}
