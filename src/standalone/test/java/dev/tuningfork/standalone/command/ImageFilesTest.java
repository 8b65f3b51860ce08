package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ImageFilesTest {

  @TempDir Path folder;

  private Path image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private List<String> ids(Path... named) throws IOException {
    return ImageFiles.find(List.of(named)).images().stream()
        .map(ImageFiles.Named::objectId)
        .toList();
  }

  private List<Path> paths(Path... named) throws IOException {
    return ImageFiles.find(List.of(named)).images().stream().map(ImageFiles.Named::path).toList();
  }

  @Test
  void aLinkToAFolderAboveItselfIsNotFollowedForEver() throws Exception {
    Path good = image("sub/good.jpg");
    Path other = image("other.jpg");
    Files.createSymbolicLink(folder.resolve("sub/loop"), Path.of(".."));
    Files.createSymbolicLink(folder.resolve("sub/here"), Path.of("."));
    Files.createSymbolicLink(folder.resolve("itself"), Path.of("itself"));
    Files.createSymbolicLink(folder.resolve("itself.jpg"), Path.of("itself.jpg"));
    Files.createSymbolicLink(folder.resolve("gone.jpg"), Path.of("nowhere.jpg"));

    ImageFiles found = ImageFiles.find(List.of(folder));

    assertThat(found.images()).extracting(ImageFiles.Named::path).containsExactly(other, good);
    assertThat(found.complaints()).isEmpty();
  }

  @Test
  void foldersThatLinkToEachOtherAreReadOnce() throws Exception {
    Path one = image("a/one.jpg");
    Path two = image("b/two.jpg");
    Files.createSymbolicLink(folder.resolve("a/to-b"), Path.of("../b"));
    Files.createSymbolicLink(folder.resolve("b/to-a"), Path.of("../a"));

    assertThat(paths(folder)).containsExactly(one, two);
    assertThat(paths(folder, folder.resolve("a"), one)).containsExactly(one, two);
  }

  @Test
  void aLinkToAFolderElsewhereIsFollowed() throws Exception {
    image("elsewhere/one.jpg");
    Path named = Files.createDirectory(folder.resolve("named"));
    Files.createSymbolicLink(named.resolve("link"), folder.resolve("elsewhere"));

    assertThat(paths(named)).containsExactly(named.resolve("link/one.jpg"));
  }

  @Test
  void aFolderThatCannotBeReadIsLeftOutWithASentence() throws Exception {
    Path good = image("good.jpg");
    Path closed = image("closed/hidden.jpg").getParent();
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assumeThat(Files.isReadable(closed)).as("this user may read everything").isFalse();
      ImageFiles found = ImageFiles.find(List.of(folder));

      assertThat(found.images()).extracting(ImageFiles.Named::path).containsExactly(good);
      assertThat(found.complaints())
          .containsExactly("The folder " + closed + " is left out: this process may not read it.");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void everySuffixIsFound() throws Exception {
    List<Path> all =
        Stream.of(
                "1.jpg",
                "2.JPEG",
                "3.png",
                "4.fits",
                "5.fit",
                "6.fts",
                "7.fits.gz",
                "8.fit.gz",
                "9.fits.fz")
            .map(
                name -> {
                  try {
                    return image(name);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                })
            .toList();
    image("notes.txt");

    assertThat(paths(folder)).containsExactlyElementsOf(all);
  }

  @Test
  void everyImageHasAnIdOfItsOwn() throws Exception {
    image("spiral/1.jpg");
    image("spiral/2.jpg");
    image("edge_on/1.jpg");
    image("edge_on/a/3.jpg");
    image("spiral/a/3.jpg");
    image("spiral/4.jpg");
    image("spiral/4.fits");

    assertThat(ids(folder))
        .containsExactly(
            "edge_on/1", "edge_on/a/3", "spiral/1", "2", "4.fits", "4.jpg", "spiral/a/3")
        .doesNotHaveDuplicates();
    assertThat(ids(folder.resolve("spiral"))).containsExactly("1", "2", "4.fits", "4.jpg", "3");
  }

  @Test
  void anIdThatASuffixMakesEqualIsNumbered() throws Exception {
    image("a.jpg");
    image("a.png");
    image("a.jpg.png");
    image("a.jpg#2.png");

    assertThat(ids(folder)).hasSize(4).doesNotHaveDuplicates().contains("a.jpg", "a.png");
  }

  /** In letters, both folders are {@code a/b}. */
  @Test
  void foldersWithTheSameShortNameAreDistinguished() throws Exception {
    image("x/a\\b/1.jpg");
    image("x/a/b/1.jpg");
    image("y/b/1.jpg");

    assertThat(ids(folder)).hasSize(3).doesNotHaveDuplicates();
    Path inside = folder.resolve("x");
    assertThat(ids(inside.resolve("a/b"), inside.resolve("a\\b"))).doesNotHaveDuplicates();
  }

  /** The byte e1 is no letter of UTF-8, and the letters %E1 are a name too. */
  @Test
  void namesThatAreSpelledAlikeStayApart() throws Exception {
    image("gal%E1/1.jpg");
    Path unspeakable = Files.createDirectory(Path.of(URI.create(folder.toUri() + "gal%E1")));
    Files.createFile(unspeakable.resolve("1.jpg"));
    String prefix = folder.toString().substring(1);

    assertThat(ids(folder)).containsExactly(prefix + "/gal%E1/1.jpg", prefix + "/gal%E1/1.jpg#2");
  }

  /** The bytes e1 and e9 are letters of Latin-1 and none of UTF-8. */
  @Test
  void namesThatCannotBeSpelledStayApart() throws Exception {
    Path one = Files.createFile(Path.of(URI.create(folder.toUri() + "gal%E1.jpg")));
    Files.createFile(Path.of(URI.create(folder.toUri() + "gal%E9.jpg")));

    assertThat(ids(folder)).containsExactly("gal%E1", "gal%E9");
    assertThat(ImageFiles.find(List.of(one)).images().getFirst().file())
        .endsWith("/gal%E1.jpg")
        .doesNotContain("\ufffd");
  }

  @Test
  void whatIsNamedHasToExist() {
    assertThatThrownBy(() -> ImageFiles.find(List.of(folder.resolve("nowhere"))))
        .hasMessage("There is no file or folder " + folder.resolve("nowhere") + ".");
  }
}
