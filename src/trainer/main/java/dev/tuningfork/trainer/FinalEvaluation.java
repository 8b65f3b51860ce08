package dev.tuningfork.trainer;

import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.Precision;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.evaluate.Evaluator;
import dev.tuningfork.trainer.metrics.IntervalWidths;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.tree.Question;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * How well the weights of a finished training answer on the held-out galaxies, in the form in which
 * they will serve.
 *
 * <p>Learnt weights are first rounded to what a bundle stores and bfloat16 holds, so that what is
 * evaluated is what serves. Then a model is loaded once for each thing that it has to show:
 *
 * <ol>
 *   <li>in float32, whose answers the widths of the intervals are fitted on;
 *   <li>in bfloat16, whose answers are compared with those in float32;
 *   <li>with the fitted widths, as blocks, for the reference answers of the bundle;
 *   <li>with the fitted widths, in the form that the loader chooses, for the figures.
 * </ol>
 *
 * @param bundle the evaluated model with its reference answers; its description has no metrics yet
 * @param findings what was found on the way, by the names that {@code model.json} has for it
 * @param widths how wide the intervals had to become; empty for a model without intervals
 * @param evaluation the figures
 */
record FinalEvaluation(
    ModelBundle bundle,
    SequencedMap<String, Object> findings,
    Optional<IntervalWidths> widths,
    Evaluation evaluation) {

  private static final int LARGEST_BATCH = 64;

  /**
   * Evaluates learnt weights.
   *
   * @param description of a model of one of this product's architectures
   * @param precision in which the bundle stores the weights
   * @param heldOut galaxies that the weights were not trained on, at least one with an image that
   *     can be read
   * @throws ModelException if the model cannot be used
   */
  static FinalEvaluation of(
      ModelDescription description, Weights learnt, Precision precision, List<Member> heldOut)
      throws ModelException {
    Weights weights =
        NetworkModule.rounded(
            description.network(),
            ModelBundle.of(description, learnt, precision).weights(),
            description.input());
    ModelBundle narrow = ModelBundle.of(description, weights, precision);
    boolean intervals = description.output() == Output.CONCENTRATIONS;
    Optional<String> failure = Forms.on(new DeviceSetting.Auto()).failure(Form.BFLOAT16);
    SequencedMap<String, Object> findings = new LinkedHashMap<>();
    List<Judged> exact = intervals || failure.isEmpty() ? exactAnswers(narrow, heldOut) : List.of();
    if (failure.isPresent()) {
      findings.put(
          ModelDescription.BFLOAT16_UNTRIED,
          "The processor used for training cannot compute in bfloat16: " + failure.get());
    } else {
      tryBfloat16(narrow, exact, heldOut, findings);
    }
    Optional<IntervalWidths> widths = Optional.empty();
    if (intervals) {
      IntervalWidths fitted = IntervalWidths.fit(questions(description), exact);
      weights = fitted.applied(weights, description.heads());
      widths = Optional.of(fitted);
    }
    ModelBundle bundle =
        ModelBundle.of(description, weights, precision)
            .trained(findings, new LinkedHashMap<>())
            .withReferenceAnswers();
    Evaluation evaluation;
    try (MorphologyModel model = load(bundle, Form.AUTO)) {
      evaluation = Evaluator.evaluate(model, heldOut, 1, true, done -> {});
    }
    widths.ifPresent(fitted -> add(fitted, findings));
    return new FinalEvaluation(bundle, findings, widths, evaluation);
  }

  /** In float32, or as blocks on a machine where that does not work compiled. */
  private static List<Judged> exactAnswers(ModelBundle bundle, List<Member> galaxies)
      throws ModelException {
    SequencedMap<String, Object> untried = new LinkedHashMap<>();
    untried.put(ModelDescription.BFLOAT16_UNTRIED, "It is tried next.");
    return answers(bundle.trained(untried, new LinkedHashMap<>()), Form.AUTO, galaxies);
  }

  /**
   * Finds by how much an answer in bfloat16 differs from that in float32: the largest difference
   * over all held-out galaxies, since on the few drawn ones of a bundle it may be half as large. A
   * model that fails in bfloat16 serves in float32.
   */
  private static void tryBfloat16(
      ModelBundle bundle,
      List<Judged> exact,
      List<Member> galaxies,
      SequencedMap<String, Object> findings) {
    try {
      List<Judged> rounded = answers(bundle, Form.BFLOAT16, galaxies);
      double largest =
          IntStream.range(0, exact.size())
              .boxed()
              .flatMapToDouble(g -> exact.get(g).upright().differences(rounded.get(g).upright()))
              .max()
              .orElse(0);
      findings.put(ModelDescription.BFLOAT16_ERROR, largest);
    } catch (ModelException | PredictionException | DeviceException e) {
      findings.put(ModelDescription.BFLOAT16_UNTRIED, String.valueOf(e.getMessage()));
    }
  }

  private static List<Judged> answers(ModelBundle bundle, Form form, List<Member> galaxies)
      throws ModelException {
    try (MorphologyModel model = load(bundle, form)) {
      return Evaluator.ask(model, galaxies, false, done -> {});
    }
  }

  private static MorphologyModel load(ModelBundle bundle, Form form) throws ModelException {
    return ModelLoader.load(
        bundle, new DeviceSetting.Auto(), ForwardPasses.DEFAULT.in(form).ofImages(LARGEST_BATCH));
  }

  private static List<Question> questions(ModelDescription description) {
    return description.questions().stream().map(description.tree()::question).toList();
  }

  private static void add(IntervalWidths widths, SequencedMap<String, Object> findings) {
    findings.put("intervalFactors", widths.factors());
    widths.crossFitted().value().ifPresent(share -> findings.put("within90CrossFitted", share));
  }
}
