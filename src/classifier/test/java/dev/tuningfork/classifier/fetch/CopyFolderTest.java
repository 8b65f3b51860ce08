package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyFolderTest {

  @TempDir static Path parent;

  private final CopyFolder folder = new CopyFolder(parent, 10, _ -> {});

  @AfterEach
  void close() {
    folder.close();
  }

  /** Each alone has room. */
  @Test
  void twoTransfersAtOnceDoNotExceedTheLimit() {
    TileCopy one = folder.use("one");
    TileCopy other = folder.use("other");
    assertThat(folder.reserve(one, 6)).isTrue();
    assertThat(folder.reserve(other, 6)).isFalse();
    folder.stored(one, 6);
    assertThat(folder.held()).isEqualTo(6);
    assertThat(folder.reserve(other, 6)).as("the first one is on the disk now").isFalse();
    assertThat(folder.reserve(other, 4)).isTrue();
  }

  @Test
  void whatATransferDoesNotFillIsGivenBack() {
    TileCopy one = folder.use("one");
    TileCopy other = folder.use("other");
    assertThat(folder.reserve(one, 6)).isTrue();
    folder.stored(one, 2);
    folder.unreserve(one);
    folder.deleted(one, 2);
    assertThat(folder.held()).isZero();
    assertThat(folder.reserve(other, 10)).isTrue();
  }

  /** Its first part is on the disk when the rest is fetched. */
  @Test
  void whatIsOnTheDiskAlreadyIsNotReservedAgain() {
    TileCopy one = folder.use("one");
    folder.stored(one, 3);
    assertThat(folder.reserve(one, 10)).isTrue();
    assertThat(folder.reserve(one, 11)).isFalse();
  }
}
