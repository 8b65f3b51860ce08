package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FormsTest {

  private static final DeviceSetting CPU = new DeviceSetting.Cpu();

  @ParameterizedTest
  @EnumSource(
      value = Form.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16", "BLOCKS"})
  void aModelSaysInWhichFormItComputesAndAnswersNearlyAsTheBlocks(Form form) throws Exception {
    assumeWorks(form);
    List<PreparedImage> images = new ArrayList<>(levels(3));
    images.addAll(TestModels.images(TestModels.SMALL.input(), 2, 1));
    images.addAll(levels(2));
    for (Output output : List.of(Output.LOGITS, Output.CONCENTRATIONS)) {
      ModelBundle bundle =
          ModelBundle.of(TestModels.SMALL.giving(output), TestModels.small().weights());
      try (MorphologyModel model = ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(form));
          MorphologyModel blocks =
              ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(Form.BLOCKS))) {
        assertThat(model.form()).isEqualTo(form.toString());
        double tolerance =
            switch (form) {
              case BFLOAT16 -> 0.01;
              case FLOAT16 -> 0.002;
              default -> 1e-5;
            };
        List<AnswerProbabilities> answers = model.predict(images);
        List<AnswerProbabilities> due = blocks.predict(images);
        assertThat(answers).hasSameSizeAs(images);
        for (int i = 0; i < images.size(); i++) {
          assertSame(answers.get(i), due.get(i), tolerance);
          assertThat(answers.get(i).interval(TestModels.TREE.root(), 0).isPresent())
              .isEqualTo(output == Output.CONCENTRATIONS);
        }
      }
    }
  }

  @Test
  void withoutAWishAModelIsCompiledAndAModuleFromElsewhereStaysWhatItIs() throws Exception {
    try (MorphologyModel model = ModelLoader.load(TestModels.small(), CPU, 2);
        MorphologyModel module =
            ModelLoader.load(
                ModelBundle.ofTorchScript(TestModels.MODULE, TestModels.resource("logits.pt")),
                CPU,
                2)) {
      assertThat(model.form()).isIn("bfloat16", "float32");
      assertThat(module.form()).isEqualTo("module");
    }
  }

  @Test
  void aModelThatLosesTooMuchInBfloat16IsNotComputedSoUnlessThatIsDemanded() throws Exception {
    ModelBundle small = TestModels.small();
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put(ModelDescription.BFLOAT16_ERROR, 0.011);
    ModelBundle bundle =
        ModelBundle.of(
            small.description().trained(training, new LinkedHashMap<>()), small.weights());

    try (MorphologyModel model = ModelLoader.load(bundle, CPU, 2)) {
      assertThat(model.form()).isEqualTo("float32");
    }
    assumeWorks(Form.BFLOAT16);
    try (MorphologyModel demanded =
        ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(Form.BFLOAT16).ofImages(2))) {
      assertThat(demanded.form()).isEqualTo("bfloat16");
    }
  }

  @Test
  void aModelThatWasNotTriedInBfloat16IsNotComputedSoUnlessThatIsDemanded() throws Exception {
    ModelBundle small = TestModels.small();
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put(ModelDescription.BFLOAT16_UNTRIED, "The processor could not.");

    try (MorphologyModel model =
        ModelLoader.load(
            ModelBundle.of(
                small.description().trained(training, new LinkedHashMap<>()), small.weights()),
            CPU,
            2)) {
      assertThat(model.form()).isEqualTo("float32");
    }
  }

  /** Float32 is what every processor has; the others are said to work or why they do not. */
  @Test
  void aFormWorksOrIsRefusedWithTheReasonAndAutoTakesOneThatWorks() throws Exception {
    Forms forms = Forms.on(CPU);

    assertThat(forms.working()).contains(Form.FLOAT32, Form.BLOCKS).doesNotContain(Form.AUTO);
    assertThat(forms.told().keySet()).containsExactlyInAnyOrder("bfloat16", "float32", "blocks");
    for (Form form : List.of(Form.BFLOAT16, Form.FLOAT32, Form.BLOCKS)) {
      Optional<String> failure = forms.failure(form);
      assertThat(failure.isEmpty()).isEqualTo(forms.working().contains(form));
      if (failure.isPresent()) {
        assertThatThrownBy(
                () -> ModelLoader.load(TestModels.small(), CPU, ForwardPasses.DEFAULT.in(form)))
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("The form " + form + " does not work on this machine's processor")
            .hasMessageContaining(failure.get())
            .hasMessageEndingWith("Choose another form: auto, float32, blocks.");
        assertThat(forms.toString()).contains(form + " does not work: " + failure.get());
      }
    }
    try (MorphologyModel model = ModelLoader.load(TestModels.small(), CPU, 2)) {
      assertThat(forms.working().stream().map(Form::toString)).contains(model.form());
    }
  }

  /** A start would take longer with each form that is tried and not used. */
  @Test
  void autoTriesNoFormBehindOneThatIsUsed() {
    List<Form> tried = new ArrayList<>();
    Forms forms =
        new Forms(
            false,
            true,
            List.of(Operators.ONEDNN, Operators.PORTABLE),
            (form, _) -> {
              tried.add(form);
              return Optional.empty();
            });

    assertThat(forms.automatic(true).next()).isEqualTo(Form.FLOAT32);
    assertThat(tried).containsExactly(Form.FLOAT32);
  }

  /** Bfloat16 is used where the model's answers allow it and no form before it works. */
  @ParameterizedTest
  @CsvSource({
    "false, none, true, float32 blocks",
    "false, float32, true, bfloat16 blocks",
    "false, float32, false, blocks",
    "true, none, true, bfloat16 float32 blocks",
    "true, none, false, float32 blocks",
    "true, bfloat16, true, float32 blocks"
  })
  void autoTakesTheFastestFormThatWorksAndIsRight(
      boolean bfloat16IsFast, String failing, boolean bfloat16IsRight, String expected) {
    Forms forms =
        new Forms(
            bfloat16IsFast,
            true,
            List.of(Operators.PORTABLE),
            (form, _) ->
                form.toString().equals(failing) ? Optional.of("no such thing") : Optional.empty());
    List<String> candidates = new ArrayList<>();
    forms.automatic(bfloat16IsRight).forEachRemaining(form -> candidates.add(form.toString()));

    assertThat(String.join(" ", candidates)).isEqualTo(expected);
  }

  @Test
  void float16IsOfInterestOnAGpuAlone() {
    Forms gpu = new Forms(true, true, List.of(Operators.PORTABLE), (_, _) -> Optional.empty());
    Forms cpu = new Forms(true, false, List.of(Operators.PORTABLE), (_, _) -> Optional.empty());

    assertThat(gpu.working())
        .containsExactly(Form.BFLOAT16, Form.FLOAT16, Form.FLOAT32, Form.BLOCKS);
    assertThat(cpu.working()).containsExactly(Form.BFLOAT16, Form.FLOAT32, Form.BLOCKS);
  }

  @Test
  void gpusMultiplyBfloat16SinceAmpere() {
    assertThat(List.of("80", "86", "89", "90", "100", "120")).allMatch(Processor::isAmpereOrNewer);
    assertThat(List.of("50", "61", "70", "75", "", "unknown"))
        .noneMatch(Processor::isAmpereOrNewer);
  }

  /** In a process of its own, since PyTorch reads these settings once. */
  @ParameterizedTest
  @CsvSource({"avx2, AVX2", "default, SSE41"})
  void withoutTheInstructionsForBfloat16ItFailsWithPyTorchsWholeReason(
      String pytorch, String onednn) throws Exception {
    assumeTrue(
        Set.of("amd64", "x86_64").contains(System.getProperty("os.arch")),
        "PyTorch's settings that hold it to older processors are of x86-64.");
    ProcessBuilder process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ToldForms.class.getName())
            .redirectErrorStream(true);
    process.environment().put("ATEN_CPU_CAPABILITY", pytorch);
    process.environment().put("ONEDNN_MAX_CPU_ISA", onednn);
    Process told = process.start();
    String output = new String(told.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(told.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("told: float32, blocks; bfloat16 does not work: ")
        .contains("bf16 path needs the cpu support", "avx512bw, avx512vl and avx512dq");
  }

  /** Prints the forms of the processor. */
  static final class ToldForms {
    public static void main(String[] arguments) throws Exception {
      System.out.println("told: " + Forms.on(CPU));
    }
  }

  @Test
  void aBundleHoldsItsReferenceAnswersAndAModelIsHeldToThem(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("bundle");
    TestModels.small().withReferenceAnswers().save(path);
    ModelBundle bundle = ModelBundle.open(path);

    assertThat(bundle.files()).contains(ReferenceAnswers.IMAGES, ReferenceAnswers.ANSWERS);
    for (Form form : usable()) {
      try (MorphologyModel model =
          ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(form).ofImages(3))) {
        double distance = ReferenceAnswers.of(bundle).orElseThrow().distance(model);
        assertThat(distance).isLessThan(form == Form.BLOCKS || form == Form.FLOAT32 ? 1e-5 : 0.01);
      }
    }
  }

  @Test
  void otherAnswersThanThePublishedOnesAreRefusedInEveryForm() throws Exception {
    ModelBundle good = steep(1000).withReferenceAnswers();
    ModelBundle other =
        TestModels.small()
            .with(ReferenceAnswers.IMAGES, good.file(ReferenceAnswers.IMAGES))
            .with(ReferenceAnswers.ANSWERS, good.file(ReferenceAnswers.ANSWERS));

    for (Form form : usable()) {
      assertThatThrownBy(
              () -> ModelLoader.load(other, CPU, ForwardPasses.DEFAULT.in(form).ofImages(4)))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(
              "its probabilities of the galaxies in reference.png differ by up to")
          .hasMessageContaining("from those in its bundle");
    }
  }

  @Test
  void invalidReferenceFilesAreNamed() throws Exception {
    ModelBundle good = TestModels.small().withReferenceAnswers();
    byte[] picture = good.file(ReferenceAnswers.IMAGES);
    byte[] answers = good.file(ReferenceAnswers.ANSWERS);

    assertRefused(picture, "[{}".getBytes(StandardCharsets.UTF_8), "Its reference.json is invalid");
    assertRefused(picture, "[]".getBytes(StandardCharsets.UTF_8), "the answers about 0 images");
    assertRefused(
        picture, "[{\"t01\":[1.0]}]".getBytes(StandardCharsets.UTF_8), "is not a PNG of 1 images");
    assertRefused(answers, answers, "Its reference.png is not a PNG of 4 images of 32 × 32 with 1");
  }

  private static void assertRefused(byte[] picture, byte[] answers, String message) {
    ModelBundle bundle =
        TestModels.small()
            .with(ReferenceAnswers.IMAGES, picture)
            .with(ReferenceAnswers.ANSWERS, answers);
    assertThatThrownBy(
            () -> ModelLoader.load(bundle, CPU, ForwardPasses.DEFAULT.in(Form.BLOCKS).ofImages(4)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theSameBundleCompilesToTheSameModuleAndAModuleIsNotCompiled(@TempDir Path folder)
      throws Exception {
    byte[] module =
        TestModels.small().compile(Form.FLOAT32.arithmetic().orElseThrow(), Operators.PORTABLE);
    assertThat(
            TestModels.small().compile(Form.FLOAT32.arithmetic().orElseThrow(), Operators.PORTABLE))
        .isEqualTo(module);
    Files.write(folder.resolve("small.pt"), module);
    ModelBundle elsewhere =
        ModelBundle.ofTorchScript(TestModels.MODULE, TestModels.resource("logits.pt"));
    assertThatThrownBy(
            () -> elsewhere.compile(Form.FLOAT32.arithmetic().orElseThrow(), Operators.PORTABLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a TorchScript module already");
  }

  @Test
  void theProcessorReportsBfloat16Support() {
    assertThat(Processor.multipliesBfloat16("flags\t\t: fpu avx512_bf16 sha_ni\n")).isTrue();
    assertThat(Processor.multipliesBfloat16("processor: 0\nflags\t: fpu amx_bf16\n")).isTrue();
    assertThat(Processor.multipliesBfloat16("Features\t: fp asimd i8mm bf16\n")).isTrue();
    assertThat(Processor.multipliesBfloat16("flags\t\t: fpu avx2\nbugs: bf16\n")).isFalse();
  }

  private static List<Form> usable() throws ModelException {
    List<Form> usable = new ArrayList<>(Forms.on(CPU).working());
    usable.add(Form.AUTO);
    return usable;
  }

  private static void assumeWorks(Form form) throws ModelException {
    Optional<String> failure = Forms.on(CPU).failure(form);
    assumeTrue(failure.isEmpty(), () -> form + " does not work here: " + failure.orElseThrow());
  }

  /** So sure of itself that it says other things than the small model. */
  private static ModelBundle steep(float factor) {
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(TestModels.small().weights().arrays());
    Weights.Array answers = arrays.get("answers.weight");
    float[] steep = answers.values().clone();
    for (int i = 0; i < steep.length; i++) {
      steep[i] *= factor;
    }
    arrays.put("answers.weight", new Weights.Array(answers.shape(), steep));
    return ModelBundle.of(TestModels.SMALL, new Weights(arrays));
  }

  private static List<PreparedImage> levels(int count) {
    SplittableRandom random = new SplittableRandom(count);
    List<PreparedImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] levels = new byte[TestModels.SMALL.input().valueCount()];
      random.nextBytes(levels);
      images.add(new PreparedImage(new Pixels.Levels(levels), 424, 424, Set.of()));
    }
    return images;
  }

  private static void assertSame(
      AnswerProbabilities actual, AnswerProbabilities expected, double tolerance) {
    for (Question question : TestModels.TREE.questions()) {
      assertThat(actual.conditional(question))
          .containsExactly(expected.conditional(question), within(tolerance));
    }
  }
}
