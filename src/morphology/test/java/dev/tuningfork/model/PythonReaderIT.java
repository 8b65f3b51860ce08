package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * PyTorch for Python reads an exported module, and it says there what it says here. It needs a
 * Python that has torch, which {@code TUNING_FORK_PYTHON} names.
 */
class PythonReaderIT {

  private static final String SCRIPT =
      """
      import json, sys, torch
      extra = {"model.json": ""}
      model = torch.jit.load(sys.argv[1], _extra_files=extra).eval()
      levels = torch.frombuffer(bytearray(open(sys.argv[2], "rb").read()), dtype=torch.uint8)
      images = levels.reshape(-1, 128, 128, 3)
      with torch.inference_mode():
          bytes_in = model(images)
          floats_in = model(images / 255)
          frozen = torch.jit.freeze(model)(images)
      print(json.dumps({
          "name": json.loads(extra["model.json"])["name"],
          "buffers": len(model.state_dict()),
          "results": [result.tolist() for result in bytes_in],
          "floats": floats_in[0].tolist(),
          "frozen": frozen[0].tolist()}))
      """;

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void pyTorchForPythonSaysTheSame(Arithmetic arithmetic, @TempDir Path folder) throws Exception {
    String python = System.getenv("TUNING_FORK_PYTHON");
    assumeTrue(python != null, "TUNING_FORK_PYTHON names no Python that has torch");
    ModelBundle bundle = ModelBundle.named(ModelBundle.DEFAULT);
    List<PreparedImage> images = ReferenceGalaxies.draw(bundle.description().input());
    Path module =
        Files.write(folder.resolve("fast.pt"), bundle.compile(arithmetic, Operators.PORTABLE));
    ByteArrayOutputStream levels = new ByteArrayOutputStream();
    for (PreparedImage image : images) {
      for (int i = 0; i < image.pixels().count(); i++) {
        levels.write(image.pixels().level(i));
      }
    }
    Path bytes = Files.write(folder.resolve("levels"), levels.toByteArray());

    JsonNode said = run(python, folder, module, bytes);

    assertThat(said.path("name").asText()).isEqualTo("fast");
    assertThat(said.path("buffers").asInt()).isGreaterThan(20);
    Form form = Form.valueOf(arithmetic.name());
    double tolerance = arithmetic == Arithmetic.FLOAT32 ? 1e-5 : 0.01;
    try (MorphologyModel model =
        ModelLoader.load(
            bundle,
            new DeviceSetting.Cpu(),
            ForwardPasses.DEFAULT.in(form).ofImages(images.size()))) {
      List<AnswerProbabilities> due = model.predict(images);
      DecisionTree tree = model.tree();
      for (int i = 0; i < images.size(); i++) {
        for (int q = 0; q < tree.questions().size(); q++) {
          Question question = tree.questions().get(q);
          assertThat(said.path("results").path(1).path(i).path(q).asDouble())
              .isCloseTo(due.get(i).asked(question).orElseThrow(), within(tolerance));
          for (int a = 0; a < question.answers().size(); a++) {
            int at = tree.firstAnswer(question) + a;
            double probability = due.get(i).conditional(question)[a];
            for (JsonNode rows :
                List.of(said.path("results").path(0), said.path("floats"), said.path("frozen"))) {
              assertThat(rows.path(i).path(at).asDouble(-1))
                  .isCloseTo(probability, within(tolerance));
            }
            assertThat(said.path("results").path(2).path(i).path(at).asDouble(-1))
                .isCloseTo(due.get(i).joint(question)[a], within(tolerance));
          }
        }
      }
    }
  }

  private static JsonNode run(String python, Path folder, Path module, Path levels)
      throws Exception {
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(python, "-c", SCRIPT, module.toString(), levels.toString())
            .redirectError(errors.toFile())
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(() -> printed).isZero();
    return new JsonMapper().readTree(printed);
  }
}
