package dev.tuningfork.classifier.fetch;

import static dev.tuningfork.classifier.fetch.Fetching.assertGivenUp;
import static dev.tuningfork.classifier.fetch.Fetching.assertRefused;
import static dev.tuningfork.classifier.fetch.Fetching.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FileFetchTest {

  @TempDir Path temp;
  private Path allowed;
  private Path secret;
  private SurveyImageFetcher fetcher;

  @BeforeEach
  void layOutFolders() throws IOException {
    allowed = Files.createDirectories(temp.resolve("allowed/night 1")).getParent();
    Files.write(allowed.resolve("night 1/galaxy.jpg"), new byte[] {1, 2, 3});
    secret =
        Files.write(
            Files.createDirectory(temp.resolve("allowed-not")).resolve("secret"), new byte[9]);
    fetcher = new SurveyImageFetcher(Fetching.quick(below(allowed)));
  }

  @AfterEach
  void close() {
    fetcher.close();
  }

  @Test
  void aFileBelowAnAllowedFolderIsRead() throws Exception {
    FetchedImage image = fetcher.fetch(image(uri("night%201/galaxy.jpg")));

    assertThat(image.bytes()).containsExactly(1, 2, 3);
    assertThat(image.sha256())
        .isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
    assertThat(image.attempts()).isEqualTo(1);
  }

  /** The bytes e1 and e9 are Latin-1, and no letters of UTF-8, which file names are read as. */
  @Test
  void aNameThatIsNoTextInTheLocaleIsReadByItsBytes() throws Exception {
    Path latin = Path.of(URI.create(uri("Gal%E1xia%20%E9.jpg")));
    Files.write(latin, new byte[] {4, 5});

    assertThat(fetcher.fetch(image(latin.toUri().toString())).bytes()).containsExactly(4, 5);
  }

  @Test
  void aNameBeyondAsciiIsReadWhetherItIsEscapedOrNotAndHoweverItIsComposed() throws Exception {
    Files.write(Path.of(URI.create(uri("e%CC%81.jpg"))), new byte[] {1});
    Files.write(Path.of(URI.create(uri("%C3%A9.jpg"))), new byte[] {2});

    assertThat(fetcher.fetch(image(uri("e\u0301.jpg"))).bytes()).containsExactly(1);
    assertThat(fetcher.fetch(image(uri("e%CC%81.jpg"))).bytes()).containsExactly(1);
    assertThat(fetcher.fetch(image(uri("\u00e9.jpg"))).bytes()).containsExactly(2);
  }

  @Test
  void aFilesHostIsTheInnermostAllowedFolderThatHoldsIt() throws Exception {
    assertThat(fetcher.host(image(uri("night%201/galaxy.jpg")))).contains("file://" + allowed);
    assertThat(fetcher.host(image("file://" + secret))).isEmpty();
    Path night = allowed.resolve("night 1");
    try (var both = new SurveyImageFetcher(Fetching.quick(below(allowed, night)))) {
      String inner = both.host(image(uri("night%201/galaxy.jpg"))).orElseThrow();
      assertThat(inner).isEqualTo("file://" + night);
      assertThat(both.host(image(uri("none.jpg")))).contains("file://" + allowed);
      assertThat(both.imagesPerHost(inner)).isEqualTo(Integer.MAX_VALUE);
      assertThat(both.imagesPerHost("https://sky.example.org")).isLessThan(Integer.MAX_VALUE);
    }
  }

  @Test
  void aLinkWithinTheFoldersIsFollowed() throws Exception {
    Files.createSymbolicLink(allowed.resolve("link.jpg"), Path.of("night 1/galaxy.jpg"));

    assertThat(fetcher.fetch(image(uri("link.jpg"))).bytes()).hasSize(3);
  }

  @Test
  void anAllowedFolderMayItselfBeALink() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("survey"), allowed);
    try (var throughLink = new SurveyImageFetcher(Fetching.quick(below(link)))) {
      assertThat(throughLink.fetch(image("file://" + link + "/night%201/galaxy.jpg")).bytes())
          .hasSize(3);
    }
  }

  @Test
  void dotsCannotLeaveTheFolder() {
    assertRefused(fetcher, uri("../allowed-not/secret"), 0, "outside the allowed folders");
    assertRefused(fetcher, uri("%2e%2e/allowed-not/secret"), 0, "outside the allowed folders");
    assertRefused(
        fetcher, uri("night%201/..%2F../allowed-not/secret"), 0, "outside the allowed folders");
    assertRefused(fetcher, "file:///etc/passwd", 0, "outside the allowed folders");
  }

  @Test
  void aFolderWhoseNameOnlyStartsAlikeIsOutside() {
    assertRefused(fetcher, secret.toUri().toString(), 0, "outside the allowed folders");
  }

  @Test
  void whatIsOutsideIsRefusedAlikeWhetherItExistsOrNot() {
    String there = refusal(secret.toUri().toString());
    String notThere = refusal(secret.resolveSibling("nothing").toUri().toString());

    assertThat(notThere.replace("nothing", "secret")).isEqualTo(there);
  }

  private String refusal(String uri) {
    return String.valueOf(Fetching.failure(fetcher, image(uri)).getMessage());
  }

  @Test
  void linksCannotLeaveTheFolder() throws Exception {
    Files.createSymbolicLink(allowed.resolve("file-link.jpg"), secret);
    Files.createSymbolicLink(allowed.resolve("folder-link"), secret.getParent());
    Files.createSymbolicLink(allowed.resolve("deep"), Path.of("folder-link/secret"));

    assertRefused(fetcher, uri("file-link.jpg"), 1, "outside the allowed folders");
    assertRefused(fetcher, uri("folder-link/secret"), 1, "outside the allowed folders");
    assertRefused(fetcher, uri("deep"), 1, "outside the allowed folders");
  }

  @Test
  void foldersAndDevicesAreNoImages() throws Exception {
    assertRefused(fetcher, uri("night%201"), 1, "it is a folder");
    assertRefused(fetcher, uri(""), 1, "it is a folder");
    assumeTrue(Files.exists(Path.of("/dev/zero")), "there is no /dev/zero here");
    try (var devices = new SurveyImageFetcher(Fetching.quick(below(Path.of("/dev"))))) {
      assertRefused(devices, "file:///dev/zero", 1, "it is a device");
    }
  }

  @Test
  void aPipeIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = allowed.resolve("pipe.jpg");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assumeTrue(mkfifo.waitFor() == 0, "no pipe can be made here");

    assertRefused(fetcher, uri("pipe.jpg"), 1, "a pipe");
  }

  @Test
  void aMissingFileIsNotTriedAgain() {
    assertRefused(fetcher, uri("nothing.jpg"), 1, "there is no such file");
  }

  @Test
  void troubleOfTheFileSystemIsTriedAgain() throws Exception {
    Files.createSymbolicLink(allowed.resolve("loop.jpg"), Path.of("loop.jpg"));

    assertGivenUp(fetcher, uri("loop.jpg"), 3, "it could not be read");
  }

  @Test
  void aFileThatIsTooLargeIsRefusedUnread() throws Exception {
    Files.write(allowed.resolve("large.jpg"), new byte[Fetching.QUICK_BYTES + 1]);

    assertRefused(fetcher, uri("large.jpg"), 1, "more than the limit of");
  }

  @Test
  void anUnusualFileUriIsRefused() {
    assertRefused(fetcher, "file://server/share/a.jpg", 0, "from this machine only");
    assertRefused(fetcher, "file:galaxy.jpg", 0, "absolute path");
    assertRefused(fetcher, uri("night%201/galaxy.jpg") + "?x=1", 0, "absolute path");
    assertRefused(fetcher, uri("a%00.jpg"), 0, "its path is invalid");
  }

  @Test
  void aMissingFolderStopsTheStart() {
    Path missing = temp.resolve("missing");

    assertThatThrownBy(() -> new SurveyImageFetcher(Fetching.quick(below(missing))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("create it or leave it out");
  }

  private String uri(String path) {
    return "file://" + allowed + "/" + path;
  }

  private static FetchPolicy below(Path... folders) {
    return new FetchPolicy(Set.of("file"), List.of(), List.of(), List.of(folders), Set.of());
  }
}
