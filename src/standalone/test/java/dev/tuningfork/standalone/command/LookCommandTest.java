package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Volume;
import dev.tuningfork.trainer.DrawnGalaxies;
import dev.tuningfork.trainer.chart.Activations;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LookCommandTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path bundle = Path.of("");
  private Path image = Path.of("");

  @BeforeEach
  void drawGalaxies() throws IOException {
    DrawnGalaxies.draw(folder, 1);
    image = folder.resolve("0.png");
    bundle = folder.resolve("tiny.zip");
    TinyModel.bundle().save(bundle);
  }

  @Test
  void itSaysWhatTheModelSeesAndDrawsTheFirstLayers() throws Exception {
    Path sheet = folder.resolve("sheet.png");

    assertThat(run("--model", bundle.toString(), "--sheet", sheet.toString(), image.toString()))
        .isZero();

    assertThat(out.toString().lines().toList()).hasSize(2 + 11);
    assertThat(out.toString())
        .containsPattern("(?m)^t01 smooth-or-featured +asked 100 % +[a-z-]+: \\d+ %, ")
        .containsPattern("(?m)^t11 arms-number .* 2: \\d+ %");
    BufferedImage drawn = ImageIO.read(sheet.toFile());
    assertThat(drawn.getWidth()).isGreaterThan(drawn.getHeight()).isGreaterThan(1000);
    assertThat(err.toString()).contains("Wrote " + sheet + ".");
  }

  @Test
  void theLayersBeforeTheSecondConvolutionAreThoseOfTheNetwork() throws Exception {
    ModelBundle model = ModelBundle.open(bundle);
    List<Activations> layers =
        Activations.ofFirstLayers(
            model,
            new Preprocessor(model.description().input(), ImageLimits.DEFAULT)
                .prepare(Files.readAllBytes(image), ImageDescription.NONE));

    assertThat(layers)
        .extracting(seen -> seen.layer().getClass().getSimpleName())
        .containsExactly("Convolution", "Relu", "MaxPool", "BatchNorm");
    Volume volume = model.description().network().input();
    List<Layer> described = model.description().network().layers();
    for (int i = 0; i < layers.size(); i++) {
      volume = described.get(i).output(volume);
      assertThat(layers.get(i).volume()).isEqualTo(volume);
      assertThat(layers.get(i).values()).hasSize(volume.size());
    }
    float[] before = layers.get(0).values();
    float[] after = layers.get(1).values();
    assertThat(before).as("a convolution's outputs have both signs").isNotEqualTo(after);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).isEqualTo(Math.max(0, before[i]));
    }
  }

  @Test
  void aMissingImageIsNamed() {
    assertThat(run("--model", bundle.toString(), "nowhere.jpg")).isNotZero();
    assertThat(err.toString()).contains("There is no image nowhere.jpg.");
  }

  private int run(String... arguments) {
    return new CommandLine(new LookCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
