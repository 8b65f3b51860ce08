package dev.tuningfork.standalone.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MorphologySpoolTest {

  private static final List<String> IDS = List.of("one", "two", "three");
  private static final SortedMap<String, String> SETTINGS =
      new TreeMap<>(Map.of("model", "fast", "views", "1"));

  @TempDir Path folder;
  private Path journal;

  /** As a run leaves it that was killed after two of three images. */
  @BeforeEach
  void beginAJournal() throws IOException {
    journal = folder.resolve("galaxies.csv.journal");
    try (MorphologySpool spool = MorphologySpool.begin(journal, 3, SETTINGS)) {
      spool.put(2, message("three"));
      spool.put(0, message("one"));
    }
  }

  private static byte[] message(String id) {
    return MorphologyTableTest.morphology(id, 0.5, Set.of()).toJson();
  }

  private static int ordinal(KeptAnswer answer) {
    return IDS.indexOf(answer.objectId());
  }

  private MorphologySpool resume() throws IOException {
    return MorphologySpool.resume(journal, 3, SETTINGS, MorphologySpoolTest::ordinal);
  }

  @Test
  void aJournalIsTakenUpWithAllThatWasWritten() throws Exception {
    try (MorphologySpool spool = resume()) {
      assertThat(spool.size()).isEqualTo(2);
      assertThat(spool.ordinals()).containsExactly(0, 2);
      assertThat(spool.json(2)).isEqualTo(message("three"));
      spool.put(1, message("two"));
    }
    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(0, 1, 2);
      assertThat(spool.morphology(1).objectId()).isEqualTo("two");
    }
  }

  /** Longer than what is read at once, in bytes and in lines. */
  @Test
  void aLongJournalIsTakenUpToItsFirstDamagedLine() throws Exception {
    Path other = folder.resolve("long.csv.journal");
    int damaged = 1_234;
    try (MorphologySpool spool = MorphologySpool.begin(other, 1_500, SETTINGS)) {
      for (int i = 0; i < 1_500; i++) {
        spool.put(i, i == damaged ? "{}".getBytes(StandardCharsets.UTF_8) : message("" + i));
      }
    }
    try (MorphologySpool spool =
        MorphologySpool.resume(other, 1_500, SETTINGS, a -> Integer.parseInt(a.objectId()))) {
      assertThat(spool.size()).isEqualTo(damaged);
      assertThat(spool.json(damaged - 1)).isEqualTo(message("" + (damaged - 1)));
      spool.put(damaged, message("" + damaged));
    }
    assertThat(Files.readAllLines(other)).hasSize(1 + damaged + 1);
  }

  /** A crash may cut the last line anywhere, and a power failure leave zeros. */
  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"objectId\":\"tw", "\0\0\0\0", "\0\0\0\n\0\0", "half\n{}\n"})
  void whatIsNoWholeLineIsAsIfItHadNotBeenWritten(String torn) throws Exception {
    Files.writeString(journal, torn, StandardOpenOption.APPEND);

    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(0, 2);
      spool.put(1, message("two"));
    }
    assertThat(Files.readAllLines(journal)).hasSize(4).doesNotHaveDuplicates();
    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(0, 1, 2);
    }
  }

  @Test
  void theLastLineCutAtEveryPlaceIsClassifiedAgain() throws Exception {
    byte[] whole = Files.readAllBytes(journal);
    int last = message("one").length + 1;
    for (int kept = whole.length - last; kept < whole.length; kept += 97) {
      Files.write(journal, java.util.Arrays.copyOf(whole, kept));
      try (MorphologySpool spool = resume()) {
        assertThat(spool.ordinals()).as("%d of %d bytes", kept, whole.length).containsExactly(2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"settings\":{\"mod"})
  void aRunThatWasKilledAtOnceStartsAgain(String start) throws Exception {
    Files.writeString(journal, start);

    try (MorphologySpool spool = resume()) {
      assertThat(spool.size()).isZero();
      spool.put(1, message("two"));
    }
    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(1);
    }
  }

  /** Nothing is lost, so nobody has to choose between resuming and overwriting. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "{\"settings\":{\"mod", "{\"settings\":{\"model\":\"other\"}}\n{\"obj"})
  void aJournalWithoutAMessageIsBegunAgainWithoutAnOption(String left) throws Exception {
    Files.writeString(journal, left);
    assertThat(MorphologySpool.holdsMessages(journal)).isFalse();

    try (MorphologySpool spool = MorphologySpool.begin(journal, 3, SETTINGS)) {
      spool.put(1, message("two"));
    }
    assertThat(MorphologySpool.holdsMessages(journal)).isTrue();
    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(1);
    }
  }

  @Test
  void aJournalWithoutAnAnswerIsGoneOnceItIsClosed() throws Exception {
    Path other = folder.resolve("other.csv.journal");
    MorphologySpool failed = MorphologySpool.begin(other, 3, SETTINGS);
    failed.close();
    assertThat(other).doesNotExist();

    try (MorphologySpool next = MorphologySpool.begin(other, 3, SETTINGS)) {
      failed.close();
      assertThat(other).as("that of the next run").exists();
      next.put(0, message("one"));
    }
    assertThat(other).exists();
  }

  @Test
  void aJournalWhoseAnswersAreForgottenStays() throws Exception {
    MorphologySpool.resume(journal, 3, SETTINGS, m -> -1).close();

    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(0, 2);
    }
  }

  @Test
  void messagesOfRemovedImagesAreDroppedAndTheLastOfTwoCounts() throws Exception {
    try (MorphologySpool spool = MorphologySpool.resume(journal, 3, SETTINGS, m -> -1)) {
      assertThat(spool.size()).isZero();
      spool.put(0, MorphologyTableTest.morphology("one", 0.75, Set.of()).toJson());
    }
    try (MorphologySpool spool = resume()) {
      assertThat(spool.ordinals()).containsExactly(0, 2);
      assertThat(new String(spool.json(0), StandardCharsets.UTF_8)).contains("0.75");
    }
  }

  @Test
  void aRunWithOtherSettingsIsRefusedWithWhatDiffers() {
    SortedMap<String, String> others = new TreeMap<>(Map.of("model", "accurate", "views", "1"));

    assertThatThrownBy(
            () -> MorphologySpool.resume(journal, 3, others, MorphologySpoolTest::ordinal))
        .hasMessage(
            "The unfinished run in %s had other settings: model was fast and is accurate now."
                .formatted(journal));
    assertThat(journal).exists();
  }

  @Test
  void anotherFileIsNotTakenForAJournal() throws Exception {
    Files.writeString(journal, "object_id,file\n");

    assertThatThrownBy(this::resume).hasMessageContaining("is not a journal of an unfinished run");
    assertThatThrownBy(() -> MorphologySpool.begin(journal, 3, SETTINGS))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(journal).hasContent("object_id,file\n");
  }

  @Test
  void twoRunsDoNotWriteOneJournal() throws Exception {
    try (MorphologySpool first = resume()) {
      assertThatThrownBy(this::resume).hasMessageContaining("Another process is writing");
      assertThatThrownBy(() -> MorphologySpool.begin(journal, 3, SETTINGS))
          .hasMessageContaining("Another process is writing");
      first.delete();
    }
    assertThat(journal).doesNotExist();
  }

  @Test
  void aFullDiskIsASentence() throws Exception {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Path link = Files.createSymbolicLink(folder.resolve("full.csv.journal"), full);

    assertThatThrownBy(
            () -> MorphologySpool.resume(link, 3, SETTINGS, MorphologySpoolTest::ordinal))
        .hasMessageContaining("The answers cannot be kept in " + link)
        .hasMessageContaining("No space left");
  }
}
