package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelDescription.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The memory of the whole process, as Linux counts it (VmRSS), while 50,000 images pass in batches
 * of many sizes. Their numbers are 195 MiB for the blocks and 49 MiB for the module, so one array
 * that is kept from each batch shows.
 */
class NativeMemoryIT {

  private static final int IMAGES = 50_000;
  private static final int LARGEST_BATCH = 32;
  private static final long ALLOWED_GROWTH = 32L << 20;
  private static final Path STATUS = Path.of("/proc/self/status");

  @Test
  void staysFlatOverManyImagesOfAModelOfBlocks() throws Exception {
    assertFlat(TestModels.small(), Form.BLOCKS);
  }

  @Test
  void staysFlatOverManyImagesOfACompiledModel() throws Exception {
    assertFlat(TestModels.small(), Form.AUTO);
  }

  @Test
  void staysFlatOverManyImagesOfATorchScriptModule() throws Exception {
    assertFlat(
        ModelBundle.ofTorchScript(
            TestModels.MODULE.giving(Output.LOGITS), TestModels.resource("logits.pt")),
        Form.AUTO);
  }

  private static void assertFlat(ModelBundle bundle, Form form) throws Exception {
    assumeTrue(Files.exists(STATUS), "only Linux tells a process its memory in /proc");
    try (MorphologyModel model =
        ModelLoader.load(
            bundle,
            new DeviceSetting.Cpu(),
            ForwardPasses.DEFAULT.in(form).ofImages(LARGEST_BATCH))) {
      List<PreparedImage> images = TestModels.images(model.input(), LARGEST_BATCH, 1);
      long before = leastResidentBytes(model, images);
      pass(model, images, IMAGES);
      assertThat(leastResidentBytes(model, images) - before).isLessThan(ALLOWED_GROWTH);
    }
  }

  /** Of several readings, because the heap comes and goes by more than what is looked for. */
  private static long leastResidentBytes(MorphologyModel model, List<PreparedImage> images)
      throws IOException {
    long least = Long.MAX_VALUE;
    for (int reading = 0; reading < 5; reading++) {
      pass(model, images, IMAGES / 50);
      least = Math.min(least, residentBytes());
    }
    return least;
  }

  private static void pass(MorphologyModel model, List<PreparedImage> images, int count) {
    int passed = 0;
    for (int i = 0; passed < count; i++) {
      int size = i % 3 == 0 ? 1 + i % LARGEST_BATCH : LARGEST_BATCH;
      passed += model.predict(images.subList(0, size)).size();
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    String line =
        Files.readAllLines(STATUS).stream()
            .filter(field -> field.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }
}
