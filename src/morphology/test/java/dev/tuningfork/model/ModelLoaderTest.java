package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.jni.JniUtils;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLoaderTest {

  private static final DeviceSetting CPU = new DeviceSetting.Cpu();

  private static MorphologyModel model;

  @BeforeAll
  static void load() throws ModelException {
    model = ModelLoader.load(TestModels.small(), CPU, 10);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void everyQuestionOfTheTreeIsAnsweredByAVectorThatSumsTo1() {
    for (AnswerProbabilities answers : model.predict(images(10, 1))) {
      for (Question question : TestModels.TREE.questions()) {
        double[] vector = answers.conditional(question);
        assertThat(vector).hasSize(question.answers().size());
        double sum = 0;
        for (double probability : vector) {
          assertThat(probability).isBetween(0.0, 1.0);
          sum += probability;
        }
        assertThat(sum).isEqualTo(1, within(1e-6));
      }
    }
  }

  @Test
  void theModelSaysWhatItIs() {
    assertThat(model.identity()).isEqualTo(TestModels.small().identity());
    assertThat(model.tree()).isSameAs(TestModels.TREE);
    assertThat(model.input()).isEqualTo(TestModels.SMALL.input());
    assertThat(model.device()).isEqualTo("cpu");
    assertThat(model.largestBatch()).isEqualTo(10);
  }

  @Test
  void anImagesAnswersDependNeitherOnItsBatchMatesNorOnThePadding() {
    List<PreparedImage> images = images(10, 2);
    List<AnswerProbabilities> together = model.predict(images);
    for (int size = 1; size < 10; size++) {
      // what an earlier batch left in the buffer is the padding of this one
      model.predict(images(10, 100 + size));
      List<AnswerProbabilities> some = model.predict(images.subList(10 - size, 10));
      for (int i = 0; i < size; i++) {
        assertSame(some.get(i), together.get(10 - size + i));
      }
    }
  }

  @Test
  void imagesThatDifferGetAnswersThatDiffer() {
    List<AnswerProbabilities> answers = model.predict(images(2, 3));
    Question root = TestModels.TREE.root();
    assertThat(answers.get(0).conditional(root)).isNotEqualTo(answers.get(1).conditional(root));
  }

  @Test
  void aModelThatWasSavedAndLoadedGivesTheSameAnswers(@TempDir Path temporary) throws Exception {
    Path zip = temporary.resolve("small.zip");
    TestModels.small().save(zip);
    List<PreparedImage> images = images(3, 4);
    try (MorphologyModel loaded = ModelLoader.load(ModelBundle.open(zip), CPU, 10)) {
      List<AnswerProbabilities> again = loaded.predict(images);
      List<AnswerProbabilities> before = model.predict(images);
      for (int i = 0; i < images.size(); i++) {
        assertSame(again.get(i), before.get(i));
      }
    }
  }

  @Test
  void anyThreadGetsTheSameAnswersAndKeepsItsGradientMode() throws Exception {
    List<PreparedImage> images = images(1, 5);
    AnswerProbabilities here = model.predict(images).getFirst();
    for (ExecutorService threads :
        List.of(Executors.newSingleThreadExecutor(), Executors.newVirtualThreadPerTaskExecutor())) {
      try (threads) {
        threads
            .submit(
                () -> {
                  boolean before = JniUtils.isGradMode();
                  assertSame(model.predict(images).getFirst(), here);
                  assertThat(JniUtils.isGradMode()).isEqualTo(before);
                })
            .get();
      }
    }
  }

  @Test
  void aModelMayAnswerOneQuestion() throws ModelException {
    ModelDescription one = TestModels.SMALL.answering(List.of("t02"));
    ModelBundle bundle = ModelBundle.of(one, Weights.initial(one.network(), 1));
    try (MorphologyModel loaded = ModelLoader.load(bundle, CPU, 1)) {
      AnswerProbabilities answers = loaded.predict(images(1, 6)).getFirst();
      for (Question question : TestModels.TREE.questions()) {
        assertThat(answers.answers(question)).isEqualTo(question.id().equals("t02"));
      }
      double[] edgeOn = answers.conditional(TestModels.TREE.question("t02"));
      assertThat(edgeOn[0] + edgeOn[1]).isEqualTo(1, within(1e-6));
    }
  }

  @Test
  void answersStandAtTheirQuestionInWhateverOrderTheModelGivesThem() throws ModelException {
    ModelDescription turned = TestModels.SMALL.answering(List.of("t06", "t01"));
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(Weights.initial(turned.network(), 1).arrays());
    arrays.put("answers.weight", new Weights.Array(List.of(5, 1000), new float[5000]));
    // two answers of t06, then three of t01
    float[] logits = {(float) Math.log(3), 0, 0, (float) Math.log(2), 0};
    arrays.put("answers.bias", new Weights.Array(List.of(5), logits));
    try (MorphologyModel loaded =
        ModelLoader.load(ModelBundle.of(turned, new Weights(arrays)), CPU, 1)) {
      AnswerProbabilities answers = loaded.predict(images(1, 6)).getFirst();
      assertThat(answers.conditional(TestModels.TREE.question("t06")))
          .containsExactly(new double[] {0.75, 0.25}, within(1e-6));
      assertThat(answers.conditional(TestModels.TREE.question("t01")))
          .containsExactly(new double[] {0.25, 0.5, 0.25}, within(1e-6));
    }
  }

  @Test
  void concentrationsAnswerAsLogitsDoAndGiveIntervalsBesides() throws ModelException {
    ModelBundle sure =
        ModelBundle.of(
            TestModels.SMALL.giving(Output.CONCENTRATIONS), TestModels.small().weights());
    List<PreparedImage> images = images(2, 6);
    try (MorphologyModel loaded = ModelLoader.load(sure, CPU, 2)) {
      List<AnswerProbabilities> answers = loaded.predict(images);
      List<AnswerProbabilities> plain = model.predict(images);
      for (int i = 0; i < images.size(); i++) {
        assertSame(answers.get(i), plain.get(i));
        for (Question question : TestModels.TREE.questions()) {
          assertThat(answers.get(i).interval(question, 0)).isPresent();
          assertThat(plain.get(i).interval(question, 0)).isEmpty();
        }
      }
    }
  }

  @Test
  void aConcentrationIsThePowerOfItsOutputWithinBounds() throws ModelException {
    ModelDescription one = TestModels.SMALL.answering(List.of("t02")).giving(Output.CONCENTRATIONS);
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(Weights.initial(one.network(), 1).arrays());
    arrays.put("answers.weight", new Weights.Array(List.of(2, 1000), new float[2000]));
    Question edgeOn = TestModels.TREE.question("t02");
    for (float[] outputs :
        new float[][] {{(float) Math.log(3), (float) Math.log(6)}, {11, -40}, {1e30f, 1e20f}}) {
      arrays.put("answers.bias", new Weights.Array(List.of(2), outputs));
      double[] expected = new double[TestModels.TREE.answerCount()];
      Arrays.fill(expected, Double.NaN);
      for (int a = 0; a < 2; a++) {
        expected[TestModels.TREE.firstAnswer(edgeOn) + a] =
            Math.exp(Math.clamp(outputs[a], -10, 10));
      }
      try (MorphologyModel loaded =
          ModelLoader.load(ModelBundle.of(one, new Weights(arrays)), CPU, 1)) {
        AnswerProbabilities answers = loaded.predict(images(1, 6)).getFirst();
        AnswerProbabilities due = AnswerProbabilities.ofConcentrations(TestModels.TREE, expected);
        assertThat(answers.conditional(edgeOn))
            .containsExactly(due.conditional(edgeOn), within(1e-6));
        assertThat(answers.interval(edgeOn, 0).orElseThrow().lower90())
            .isCloseTo(due.interval(edgeOn, 0).orElseThrow().lower90(), within(1e-6));
      }
    }
  }

  @Test
  void anImageOfAnotherSizeIsRefusedAndTheNextBatchIsNotHarmed() {
    List<PreparedImage> images = new ArrayList<>(images(3, 7));
    images.set(1, TestModels.image(new float[5]));
    assertThatThrownBy(() -> model.predict(images))
        .isInstanceOf(PredictionException.class)
        .hasMessage("Image 1 of the batch has 5 numbers, but the model needs 1 × 32 × 32.");
    assertThat(model.predict(images(3, 7))).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aNumberThatIsNoneIsRefusedAndTheNextBatchIsNotHarmed(float poison) {
    List<PreparedImage> images = images(3, 8);
    values(images.get(2))[17] = poison;
    assertThatThrownBy(() -> model.predict(images))
        .isInstanceOf(PredictionException.class)
        .hasMessage("Image 2 of the batch contains the number " + poison + ".");
    assertThat(model.predict(images(3, 8))).hasSize(3);
  }

  @Test
  void anOutputThatIsNotANumberIsReportedWithItsImage() throws ModelException {
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(TestModels.small().weights().arrays());
    float[] large = new float[37 * 1000];
    Arrays.fill(large, 1e33f);
    arrays.put("answers.weight", new Weights.Array(List.of(37, 1000), large));
    List<PreparedImage> images = images(3, 9);
    Arrays.fill(values(images.get(1)), 1e6f);
    try (MorphologyModel loaded =
        ModelLoader.load(ModelBundle.of(TestModels.SMALL, new Weights(arrays)), CPU, 4)) {
      assertThatThrownBy(() -> loaded.predict(images))
          .isInstanceOf(PredictionException.class)
          .hasMessage("For image 1 of the batch the network's output for question t01 is NaN.");
      assertThat(loaded.predict(List.of(images.get(0), images.get(2)))).hasSize(2);
    }
  }

  @Test
  void aBatchThatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> model.predict(images(11, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The model takes 10 images at a time, not 11.");
    assertThat(model.predict(List.of())).isEmpty();
  }

  @Test
  void batchesThatAreComputedAtOnceHaveTheAnswersOfBatchesInTurn() throws Exception {
    List<List<PreparedImage>> batches =
        IntStream.range(0, 24).mapToObj(seed -> images(1 + seed % 7, seed)).toList();
    try (MorphologyModel several =
            ModelLoader.load(TestModels.small(), CPU, new ForwardPasses(Form.AUTO, 64, 1, 3));
        ExecutorService callers = Executors.newFixedThreadPool(6)) {
      assertThat(several.passes()).isEqualTo(3);
      List<Future<List<AnswerProbabilities>>> answers = new ArrayList<>();
      for (List<PreparedImage> batch : batches) {
        answers.add(callers.submit(() -> several.predict(batch)));
      }
      for (int i = 0; i < batches.size(); i++) {
        List<AnswerProbabilities> due = model.predict(batches.get(i));
        for (int image = 0; image < due.size(); image++) {
          assertSame(answers.get(i).get().get(image), due.get(image));
        }
      }
    }
  }

  @Test
  void onACpuOneBatchACoreIsComputedUnlessSaidOtherwise() throws ModelException {
    try (MorphologyModel byDevice =
        ModelLoader.load(
            TestModels.small(),
            CPU,
            new ForwardPasses(Form.AUTO, 64, 1, ForwardPasses.BY_DEVICE))) {
      assertThat(byDevice.passes()).isEqualTo(Math.min(8, PyTorch.threads()));
    }
    assertThat(model.passes()).isEqualTo(1);
  }

  @Test
  void onACpuBatchesHaveUpTo32ImagesUnlessTheyAreMeasured() throws ModelException {
    ForwardPasses byDevice = ForwardPasses.DEFAULT.ofImages(ForwardPasses.BY_DEVICE);
    try (MorphologyModel usual = ModelLoader.load(TestModels.small(), CPU, byDevice)) {
      assertThat(usual.largestBatch()).isEqualTo(32);
    }
    ForwardPasses measured = new ForwardPasses(Form.AUTO, ForwardPasses.MEASURED, 1, 2);
    try (MorphologyModel fastest = ModelLoader.load(TestModels.small(), CPU, measured)) {
      assertThat(fastest.largestBatch()).isIn(1, 2, 4, 8, 16, 32, 64, 128, 256);
      List<PreparedImage> batch = images(fastest.largestBatch(), 1);
      assertThat(fastest.predict(batch)).hasSize(batch.size());
    }
  }

  @Test
  void fewImagesNeedNoLargerBatches() {
    ForwardPasses measured = ForwardPasses.DEFAULT.ofImages(ForwardPasses.MEASURED);
    assertThat(measured.forImages(5).images()).isEqualTo(5);
    assertThat(measured.forImages(32)).isEqualTo(measured);
    assertThat(measured.forImages(Integer.MAX_VALUE)).isEqualTo(measured);
    assertThat(measured.ofViews(8).forImages(3).images()).isEqualTo(24);
    assertThat(measured.ofViews(8).forImages(4)).isEqualTo(measured.ofViews(8));
    assertThat(ForwardPasses.DEFAULT.forImages(7).images()).isEqualTo(7);
    assertThat(ForwardPasses.DEFAULT.forImages(64)).isEqualTo(ForwardPasses.DEFAULT);
  }

  @Test
  void whatWasMeasuredIsNotMeasuredAgain() {
    ForwardPasses measured = ForwardPasses.DEFAULT.ofImages(ForwardPasses.MEASURED);
    assertThat(measured.decided(16).images()).isEqualTo(16);
    assertThat(measured.ofViews(8).decided(16).images()).isEqualTo(128);
    assertThat(ForwardPasses.DEFAULT.decided(16)).isEqualTo(ForwardPasses.DEFAULT);
  }

  @Test
  void aClosedModelSaysSo() throws ModelException {
    MorphologyModel closed = ModelLoader.load(TestModels.small(), CPU, 1);
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.predict(images(1, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The model small is closed.");
  }

  @Test
  void autoComputesOnAGpuWhereThereIsOneAndADemandedGpuIsNeverReplaced() throws ModelException {
    int gpus = PyTorch.engine().getGpuCount();
    try (MorphologyModel auto = ModelLoader.load(TestModels.small(), new DeviceSetting.Auto(), 1)) {
      assertThat(auto.device()).isEqualTo(gpus > 0 ? "gpu:0" : "cpu");
    }
    assertThatThrownBy(() -> ModelLoader.load(TestModels.small(), new DeviceSetting.Gpu(gpus), 1))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("The device gpu:%d was requested, but PyTorch finds", gpus);
  }

  @Test
  void aTorchScriptModuleThatWasMadeElsewhereAnswers() throws ModelException {
    List<PreparedImage> images = TestModels.images(TestModels.MODULE.input(), 5, 1);
    try (MorphologyModel logits = ModelLoader.load(module(Output.LOGITS, "logits.pt"), CPU, 8);
        MorphologyModel probabilities =
            ModelLoader.load(module(Output.PROBABILITIES, "probabilities.pt"), CPU, 8)) {
      List<AnswerProbabilities> softmaxHere = logits.predict(images);
      List<AnswerProbabilities> softmaxInside = probabilities.predict(images);
      for (int i = 0; i < images.size(); i++) {
        assertSame(softmaxHere.get(i), softmaxInside.get(i));
      }
    }
  }

  @Test
  void aTorchScriptModuleWithOtherOutputsIsRefusedWhenItIsLoaded() {
    assertThatThrownBy(() -> ModelLoader.load(module(Output.LOGITS, "two_outputs.pt"), CPU, 8))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "The model elsewhere 1 cannot be used. The network returns (1, 2) numbers of type float32 for 1 images instead of float32 (1, 37)");
  }

  @Test
  void aTorchScriptModuleWithAnotherInputIsRefusedWhenItIsLoaded() {
    ModelDescription larger =
        ModelDescription.of(
            "elsewhere",
            "1",
            TestModels.TREE,
            ModelDescription.TORCHSCRIPT,
            TestModels.MODULE.input().withSize(20));
    assertThatThrownBy(
            () ->
                ModelLoader.load(
                    ModelBundle.ofTorchScript(larger, TestModels.resource("logits.pt")), CPU, 8))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "The model elsewhere 1 cannot be used. The forward pass of 1 images of 1 × 20 × 20"
                + " failed:");
  }

  @Test
  void outputsThatAreNoProbabilitiesAreRefusedWhereProbabilitiesArePromised() {
    assertThatThrownBy(() -> ModelLoader.load(module(Output.PROBABILITIES, "logits.pt"), CPU, 1))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "The model elsewhere 1 cannot be used. It fails on a test image. For image 0 of the"
                + " batch the network's outputs are not probabilities.");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void aModelThatAnswersNanIsRefusedWhenItIsLoaded(Form form) {
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(TestModels.small().weights().arrays());
    float[] nan = new float[37];
    Arrays.fill(nan, Float.NaN);
    arrays.put("answers.bias", new Weights.Array(List.of(37), nan));
    ModelBundle bundle = ModelBundle.of(TestModels.SMALL, new Weights(arrays));

    assertThatThrownBy(() -> ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(form)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("The model small 1.2.3 cannot be used.")
        .hasMessageMatching(".*(question t01 is NaN|The form b?float16 does not work).*");
  }

  @Test
  void aFileThatIsNoTorchScriptModuleIsRefused() {
    ModelBundle bundle = ModelBundle.ofTorchScript(TestModels.MODULE, new byte[100]);
    assertThatThrownBy(() -> ModelLoader.load(bundle, CPU, 1))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "The model elsewhere 1 cannot be used. Its file model.pt is not a TorchScript module")
        .message()
        .hasLineCount(1);
  }

  private static ModelBundle module(Output output, String resource) {
    return ModelBundle.ofTorchScript(
        TestModels.MODULE.giving(output), TestModels.resource(resource));
  }

  private static List<PreparedImage> images(int count, long seed) {
    return TestModels.images(TestModels.SMALL.input(), count, seed);
  }

  private static float[] values(PreparedImage image) {
    return ((Pixels.Brightness) image.pixels()).values();
  }

  private static void assertSame(AnswerProbabilities actual, AnswerProbabilities expected) {
    for (Question question : TestModels.TREE.questions()) {
      assertThat(actual.conditional(question))
          .containsExactly(expected.conditional(question), within(1e-5));
    }
  }
}
