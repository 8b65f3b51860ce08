package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.tree.AnswerProbabilities;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The models that come with the product, in each form, on real galaxies. */
class ShippedFormsIT {

  private static final int GALAXIES = 64;

  static List<String> shipped() {
    return ModelBundle.shipped();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void theFormsAgreeOnRealGalaxies(String name) throws Exception {
    Path folder = Path.of(System.getProperty("tuningfork.data", ""), "kaggle", "images");
    assumeTrue(Files.isDirectory(folder), () -> "There are no real galaxies at " + folder);
    ModelBundle bundle = ModelBundle.named(name);
    Preprocessor preprocessor = new Preprocessor(bundle.description().input(), ImageLimits.DEFAULT);
    List<PreparedImage> images = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.sorted().limit(GALAXIES).toList()) {
        images.add(preprocessor.prepare(Files.readAllBytes(file), ImageDescription.NONE));
      }
    }
    List<AnswerProbabilities> blocks = answers(bundle, Form.BLOCKS, images);

    assertThat(distance(name, Form.FLOAT32, answers(bundle, Form.FLOAT32, images), blocks))
        .isLessThan(1e-5);
    if (Forms.on(new DeviceSetting.Cpu()).working().contains(Form.BFLOAT16)) {
      distance(name, Form.BFLOAT16, answers(bundle, Form.BFLOAT16, images), blocks);
    }
    assertThat(distance(name, Form.AUTO, answers(bundle, Form.AUTO, images), blocks))
        .as("in the form that is chosen")
        .isLessThan(0.01);
  }

  private static List<AnswerProbabilities> answers(
      ModelBundle bundle, Form form, List<PreparedImage> images) throws ModelException {
    List<AnswerProbabilities> answers = new ArrayList<>();
    try (MorphologyModel model =
        ModelLoader.load(
            bundle, new DeviceSetting.Cpu(), ForwardPasses.DEFAULT.in(form).ofImages(64))) {
      for (int from = 0; from < images.size(); from += 64) {
        answers.addAll(model.predict(images.subList(from, from + 64)));
      }
    }
    return answers;
  }

  private static double distance(
      String name, Form form, List<AnswerProbabilities> some, List<AnswerProbabilities> others) {
    double largest = 0;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < some.size(); i++) {
      for (var question : some.get(i).tree().questions()) {
        double[] one = some.get(i).conditional(question);
        double[] other = others.get(i).conditional(question);
        for (int a = 0; a < one.length; a++) {
          double difference = Math.abs(one[a] - other[a]);
          largest = Math.max(largest, difference);
          sum += difference;
          count++;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s in %s: probabilities differ from the blocks' by %.2g in the mean, %.2g at most%n",
        name,
        form,
        sum / count,
        largest);
    return largest;
  }
}
