package dev.tuningfork.standalone.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of cutouts, wherever a crash has cut it. */
class ManifestTest {

  private static final String SETTINGS = "jpeg 95 of \"a tile\"";
  private static final List<String> KEPT = List.of("class");
  private static final String ODD = "\"a, \"\"galaxy\"\"\nof two lines\",b.jpg,1,2,8,t";
  private static final String PLAIN = "c,c.jpg,1,2,9,t";

  @TempDir Path folder;

  @Test
  void whateverIsLeftOfARunIsContinuedWithoutALineTwice() throws Exception {
    try (Manifest begun = Manifest.begin(folder, SETTINGS, KEPT)) {
      begun.add(ODD);
      begun.add(PLAIN);
    }
    String whole = Files.readString(Manifest.unfinished(folder));
    for (int length = 0; length <= whole.length(); length++) {
      Files.writeString(Manifest.unfinished(folder), whole.substring(0, length));
      assertThat(Manifest.isUnfinished(folder)).isEqualTo(length > whole.indexOf("\"a,"));
      Path finished;
      try (Manifest resumed = Manifest.resume(folder, SETTINGS, KEPT)) {
        if (!resumed.has(8)) {
          resumed.add(ODD);
        }
        if (!resumed.has(9)) {
          resumed.add(PLAIN);
        }
        assertThat(resumed.size()).isEqualTo(2);
        finished = resumed.finish();
      }
      assertThat(finished)
          .as("after %d characters", length)
          .hasContent(whole.substring(whole.indexOf('\n') + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"c,c.jpg,1,2,nine,t", "c"})
  void aDamagedListIsRefusedInASentence(String line) throws Exception {
    try (Manifest begun = Manifest.begin(folder, SETTINGS, KEPT)) {
      begun.add(line);
    }
    assertThatThrownBy(() -> Manifest.resume(folder, SETTINGS, KEPT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged; --overwrite starts over.");
  }

  @Test
  void aLongIdentifierHasAFileToo() {
    String longest = "ж".repeat(300);
    assertThat(CutoutFiles.name(longest))
        .hasSizeLessThan(240)
        .isNotEqualTo(CutoutFiles.name(longest + "1"));
    assertThat(CutoutFiles.name("NGC 7331")).isEqualTo("NGC%207331");
  }
}
