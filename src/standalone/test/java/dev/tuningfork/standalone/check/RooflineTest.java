package dev.tuningfork.standalone.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RooflineTest {

  @TempDir private Path folder;

  @Test
  void whatFailsEndsItAndLeavesNobodyWaiting() throws Exception {
    Path galaxy = Files.write(folder.resolve("galaxy"), new MockSurvey(1).galaxy(0).jpeg());
    Path broken = Files.writeString(folder.resolve("broken"), "no image");
    try (MorphologyModel model =
        ModelLoader.load(ModelBundle.named("fast"), new DeviceSetting.Cpu(), 4)) {
      assertThat(new Roofline(List.of(galaxy), model).imagesPerSecond(10)).isPositive();

      assertThatThrownBy(() -> new Roofline(List.of(galaxy, broken), model).imagesPerSecond(400))
          .hasCauseInstanceOf(ImageException.class);
    }
  }
}
