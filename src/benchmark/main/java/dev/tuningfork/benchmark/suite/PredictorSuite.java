package dev.tuningfork.benchmark.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.benchmark.python.Python.Unavailable;
import dev.tuningfork.benchmark.python.PythonPeer;
import dev.tuningfork.benchmark.suite.Blocks.Layout;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The network alone, on batches of images that are prepared already, in each of its forms and
 * beside PyTorch for Python with the same weights. The forms of the product are measured from the
 * pixels' bytes to probabilities in Java; the plain blocks from numbers that are standardised
 * already to logits, and Python from a tensor of bytes to a tensor of probabilities: both do less.
 */
final class PredictorSuite {

  private static final String UNIT = "images/s";
  private static final int BATCH = 32;

  /** How far answers may lie apart that are computed in bfloat16 and in float32. */
  private static final double TOLERANCE = 0.05;

  static final Suite SUITE =
      new Suite(
          "predictor",
          "the network alone, in each form, beside PyTorch for Python",
          Suite.Form.QUICK,
          PredictorSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    List<String> names = workload.modelNames();
    try (PythonPeer peer =
        PythonPeer.start(workload.python(), Runtime.getRuntime().availableProcessors())) {
      for (String name : names) {
        measure(workload, tally, name, peer);
      }
    } catch (Unavailable reason) {
      tally.leaveOut("PyTorch for Python. " + reason.getMessage() + ".");
      for (String name : names) {
        measure(workload, tally, name, null);
      }
    }
  }

  private static void measure(
      Workload workload, Tally tally, String name, @Nullable PythonPeer peer) throws Exception {
    ModelBundle bundle = ModelBundle.named(name);
    if (bundle.description().architecture().equals(ModelDescription.TORCHSCRIPT)) {
      tally.leaveOut("The forms of " + name + ", which is a TorchScript module made elsewhere.");
      return;
    }
    Plan plan = workload.plan();
    List<PreparedImage> batch = batch(workload, bundle);
    List<Measurement> all = new ArrayList<>();
    try (Blocks first =
            new Blocks(
                bundle.description().network(),
                bundle.weights(),
                Layout.CHANNELS_FIRST,
                BATCH,
                false);
        MorphologyModel blocks = load(bundle, Form.BLOCKS);
        MorphologyModel single = load(bundle, Form.FLOAT32);
        MorphologyModel served = served(bundle);
        MorphologyModel half =
            served.form().equals(Form.BFLOAT16.toString()) ? load(bundle, Form.BFLOAT16) : null) {
      all.add(
          new Measurement(
              name + " blocks",
              UNIT,
              "DJL blocks, float32, channels first, as a plain DJL program has them",
              () -> Pace.perSecond(plan.seconds(), first::predict)));
      all.add(form(name + " blocks channels last", "the blocks that train", plan, blocks, batch));
      all.add(form(name + " compiled float32", "the compiled module", plan, single, batch));
      if (half != null) {
        all.add(form(name + " compiled bfloat16", "the compiled module", plan, half, batch));
      } else {
        tally.leaveOut("bfloat16 of %s. %s".formatted(name, whyNotBfloat16()));
      }
      all.add(
          form(
              name + " served",
              "the form that the product chose here, %d batches at once".formatted(served.passes()),
              plan,
              served,
              batch));
      if (peer != null) {
        all.addAll(python(workload, name, bundle, peer, batch, served));
      }
      tally.inTurn(plan, all);
    }
  }

  private static String whyNotBfloat16() throws Exception {
    return Forms.on(new DeviceSetting.Auto())
        .failure(Form.BFLOAT16)
        .map(reason -> "This processor cannot compute in bfloat16: " + reason)
        .orElse(
            "It is not chosen here: it is no faster than float32, or its answers are too far off.");
  }

  private static MorphologyModel load(ModelBundle bundle, Form form) throws Exception {
    return ModelLoader.load(
        bundle, new DeviceSetting.Auto(), ForwardPasses.DEFAULT.in(form).ofImages(BATCH));
  }

  private static MorphologyModel served(ModelBundle bundle) throws Exception {
    return ModelLoader.load(
        bundle,
        new DeviceSetting.Auto(),
        ClassifierSettings.DEFAULT.forwardPasses().ofImages(BATCH));
  }

  private static Measurement form(
      String name,
      String description,
      Plan plan,
      MorphologyModel model,
      List<PreparedImage> batch) {
    return new Measurement(
        name,
        UNIT,
        description,
        () -> Pace.perSecond(plan.seconds(), model.passes(), () -> model.predict(batch).size()));
  }

  private static List<PreparedImage> batch(Workload workload, ModelBundle bundle) throws Exception {
    Preprocessor preprocessor = new Preprocessor(bundle.description().input(), ImageLimits.DEFAULT);
    List<PreparedImage> batch = new ArrayList<>();
    for (int n = 0; n < BATCH; n++) {
      Path file = workload.images().get(n % workload.images().size());
      batch.add(preprocessor.prepare(Files.readAllBytes(file), ImageDescription.NONE));
    }
    return batch;
  }

  private static List<Measurement> python(
      Workload workload,
      String name,
      ModelBundle bundle,
      PythonPeer peer,
      List<PreparedImage> batch,
      MorphologyModel served)
      throws Exception {
    InputSpec input = bundle.description().input();
    Path folder = workload.saved(bundle);
    Files.write(
        folder.resolve("exported.pt"),
        bundle.compile(
            served.form().equals(Form.BFLOAT16.toString())
                ? Arithmetic.BFLOAT16
                : Arithmetic.FLOAT32,
            Operators.PORTABLE));
    Path levels = Files.write(folder.resolve("levels"), levels(batch));
    List<Integer> shape = List.of(BATCH, input.size(), input.size(), input.channels().count());
    Map<String, Object> loading =
        Map.of(
            "do",
            "load",
            "model",
            folder.toString(),
            "questions",
            Workload.questions(bundle),
            "batch",
            BATCH);
    List<Measurement> all = new ArrayList<>();
    Map.of(
            "eager", "float32, channels first, not compiled",
            "best",
                "traced and frozen TorchScript, channels last, bfloat16 where the processor has it",
            "exported", "the module that the product exports, frozen")
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            form ->
                all.add(
                    new Measurement(
                        name + " PyTorch " + form.getKey(),
                        UNIT,
                        "Python: " + form.getValue(),
                        () ->
                            peer.ask(
                                    predicting(
                                        form.getKey(), levels, shape, workload.plan().seconds()))
                                .get("perSecond")
                                .doubleValue())));
    peer.ask(loading);
    requireSameAnswers(
        peer.ask(predicting("eager", levels, shape, 0)), served.predict(batch), bundle);
    return all;
  }

  private static Map<String, Object> predicting(
      String form, Path levels, List<Integer> shape, double seconds) {
    return Map.of(
        "do",
        "predict",
        "form",
        form,
        "levels",
        levels.toString(),
        "shape",
        shape,
        "seconds",
        seconds);
  }

  private static byte[] levels(List<PreparedImage> batch) {
    int count = batch.getFirst().pixels().count();
    byte[] levels = new byte[batch.size() * count];
    for (int n = 0; n < batch.size(); n++) {
      for (int i = 0; i < count; i++) {
        levels[n * count + i] = (byte) batch.get(n).pixels().level(i);
      }
    }
    return levels;
  }

  /** What is compared must be the same network, or the comparison says nothing. */
  private static void requireSameAnswers(
      JsonNode python, List<AnswerProbabilities> java, ModelBundle bundle) throws IOException {
    DecisionTree tree = bundle.description().tree();
    for (int n = 0; n < java.size(); n++) {
      int at = 0;
      for (String id : bundle.description().questions()) {
        Question question = tree.question(id);
        for (double expected : java.get(n).conditional(question)) {
          double said = python.get("probabilities").get(n).get(at).doubleValue();
          if (Math.abs(said - expected) > TOLERANCE) {
            throw new IOException(
                "Python's network of %s says %.4f of answer %d of image %d, where the product says %.4f: they are not the same network."
                    .formatted(bundle.description().name(), said, at, n, expected));
          }
          at++;
        }
      }
    }
  }
}
