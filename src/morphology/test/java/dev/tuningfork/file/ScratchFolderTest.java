package dev.tuningfork.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScratchFolderTest {

  /** The process that is killed: makes a folder with a file in it, says so and waits. */
  static final class Victim {
    public static void main(String[] arguments) throws Exception {
      ScratchFolder scratch = ScratchFolder.create(Path.of(arguments[0]), "victim");
      Files.writeString(scratch.path().resolve("data"), "much");
      System.out.println("ready");
      Thread.sleep(TimeUnit.MINUTES.toMillis(10));
    }
  }

  @TempDir Path temporary;

  @Test
  void whatAKilledProcessLeavesIsGoneOnceTheNextOneHasBegun() throws Exception {
    Process victim = victim();
    try {
      assertThat(names()).as("the folder and its lock").hasSize(2);
      try (ScratchFolder other = ScratchFolder.create(temporary, "other")) {
        assertThat(names()).as("a living process keeps its own").hasSize(4);
        assertThat(other.path()).isDirectory();
      }
      assertThat(names()).hasSize(2);
    } finally {
      victim.destroyForcibly().waitFor();
    }

    try (ScratchFolder next = ScratchFolder.create(temporary, "next")) {
      assertThat(names()).hasSize(2).allMatch(name -> name.startsWith("tuning-fork-next-"));
      assertThat(next.path()).isEmptyDirectory();
    }
    assertThat(names()).isEmpty();
  }

  /** As the tasks of an instance do when it starts again. */
  @Test
  void severalThreadsSweepAtOnce() throws Exception {
    int threads = 8;
    for (int left = 0; left < 200; left++) {
      String name = "tuning-fork-left-" + left;
      Files.createFile(temporary.resolve(name + ".lock"));
      Files.createFile(Files.createDirectory(temporary.resolve(name)).resolve("data"));
    }
    CyclicBarrier together = new CyclicBarrier(threads);
    Callable<Void> sweep =
        () -> {
          together.await();
          ScratchFolder.create(temporary, "next").close();
          return null;
        };

    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Future<Void> done : pool.invokeAll(Collections.nCopies(threads, sweep))) {
        done.get();
      }
    }

    assertThat(names()).isEmpty();
  }

  @Test
  void foldersOfOneProcessLeaveEachOtherAlone() throws Exception {
    try (ScratchFolder one = ScratchFolder.create(temporary, "a");
        ScratchFolder two = ScratchFolder.create(temporary, "a")) {
      assertThat(one.path()).isDirectory().isNotEqualTo(two.path());
      assertThat(two.path()).isDirectory();
      ScratchFolder.create(temporary, "b").close();
      assertThat(one.path()).isDirectory();
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void theEmptyFoldersOfDjlAreSweptAndNothingElse() throws Exception {
    Files.createDirectory(temporary.resolve("pt-model123"));
    Path full = Files.createDirectory(temporary.resolve("pt-model456"));
    Files.createFile(full.resolve("model.pt"));
    Files.createFile(temporary.resolve("tuning-fork-build.log"));

    ScratchFolder.create(temporary, "a").close();

    assertThat(names()).containsExactly("pt-model456", "tuning-fork-build.log");
  }

  @Test
  void whereNoFolderCanBeMadeASentenceSaysSo() {
    assertThatThrownBy(() -> ScratchFolder.create(temporary.resolve("nowhere"), "a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Cannot create a temporary folder in " + temporary)
        .hasMessageContaining("TMPDIR");
  }

  @Test
  void aFullDiskIsASentence() throws Exception {
    ScratchFolder.requireRoom(temporary, 1);

    assertThatThrownBy(() -> ScratchFolder.requireRoom(temporary, Long.MAX_VALUE))
        .hasMessageStartingWith("The disk of the temporary folder " + temporary + " is full: ")
        .hasMessageContaining("TMPDIR");
  }

  private Process victim() throws Exception {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                temporary.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(victim.inputReader().readLine()).isEqualTo("ready");
    return victim;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(temporary)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
