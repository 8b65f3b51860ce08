package dev.tuningfork.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

  @TempDir Path folder;

  @Test
  void aFailureLeavesTheEarlierFileAndNothingElse() throws Exception {
    Path file = folder.resolve("table.csv");
    WholeFile.write(file, out -> out.write("earlier".getBytes()));

    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write("half".getBytes());
                      throw new IOException("the disk is full");
                    }))
        .hasMessage("the disk is full");

    assertThat(folder).isDirectoryContaining("glob:**/table.csv");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(file).hasContent("earlier");
  }

  @Test
  void contentMayCloseTheStream() throws Exception {
    Path file = folder.resolve("model.zip");

    WholeFile.write(
        file,
        out -> {
          out.write("all of it".getBytes());
          out.close();
        });

    assertThat(file).hasContent("all of it");
  }

  @Test
  void aReaderAlwaysFindsAWholeFile() throws Exception {
    Path file = folder.resolve("last.safetensors");
    byte[] content = new byte[100_000];
    WholeFile.write(file, out -> out.write(content));

    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 200; i++) {
                try {
                  WholeFile.write(file, out -> out.write(content));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }
            });
    while (!writing.isDone()) {
      assertThat(Files.readAllBytes(file)).hasSize(content.length);
    }
    writing.join();
  }
}
