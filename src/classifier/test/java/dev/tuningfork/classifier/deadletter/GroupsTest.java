package dev.tuningfork.classifier.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.deadletter.DeadLetterList.Group;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupsTest {

  /** Each line has sentences of one kind; those of two lines are of two kinds. */
  private static final List<List<String>> KINDS =
      List.of(
          List.of(
              "Cannot fetch https://a.example.org/1.jpg?sig=***: the server answered 404 Not Found.",
              "Cannot fetch http://b.example.org:81/x/2.jpg: the server answered 404 Not Found."),
          List.of(
              "Cannot fetch https://a.example.org/1.jpg: the server answered 403 Forbidden.",
              "Cannot fetch https://c.example.org/9.jpg: the server answered 403 Forbidden."),
          List.of(
              "Cannot fetch https://a.example.org/1.jpg: a.example.org is not among the allowed hosts and ports (fetch.hosts).",
              "Cannot fetch https://b:8443/2.jpg: b:8443 is not among the allowed hosts and ports (fetch.hosts)."),
          List.of(
              "Cannot fetch https://a.example.org/1.jpg: a.example.org did not answer in time, and so after 3 attempts.",
              "Cannot fetch https://b/1.jpg: b did not answer in time."),
          List.of(
              "Cannot fetch file:///images/1.jpg: there is no such file.",
              "Cannot fetch file:///images/my galaxy 2.jpg: there is no such file."),
          List.of(
              "Cannot fetch http://10.0.0.1/1.jpg: 10.0.0.1 has the address 10.0.0.1, which is a private address (RFC 1918); list its network if it may be reached.",
              "Cannot fetch http://x/1.jpg: x has the address 10.2.0.1, which is a private address (RFC 1918); list its network if it may be reached."),
          List.of(
              "Cannot fetch http://x/1.jpg: x has the address 127.0.0.1, which is a loopback address; list its network if it may be reached.",
              "Cannot fetch http://y/1.jpg: y has the address ::1, which is a loopback address; list its network if it may be reached."),
          List.of(
              "Cannot fetch http://x/1: it has 1,234 bytes, but its reference says 5.",
              "Cannot fetch http://y/2: it has 99 bytes, but its reference says 12,345,678."),
          List.of(
              "Cannot fetch http://x/1: its SHA-256 is "
                  + "ab".repeat(32)
                  + ", but its reference says "
                  + "0f".repeat(32)
                  + ".",
              "Cannot fetch http://x/2: its SHA-256 is "
                  + "cd".repeat(32)
                  + ", but its reference says "
                  + "1e".repeat(32)
                  + "."),
          List.of(
              "image.uri has no scheme, such as https: or file:, in 'galaxies/1.jpg'.",
              "image.uri has no scheme, such as https: or file:, in '2.jpg'."),
          List.of("image.sha256 must be 64 hexadecimal digits."),
          List.of(
              "image.sizeBytes must be more than 0, not -4.",
              "image.sizeBytes must be more than 0, not 0."),
          List.of(
              "ra must lie between 0.0 and 360.0 degrees, not 361.5.",
              "ra must lie between 0.0 and 360.0 degrees, not -1.0E9."),
          List.of("dec must lie between -90.0 and 90.0 degrees, not 91.0."),
          List.of(
              "The message is not valid JSON: Unrecognized token 'abc': was expecting JSON.",
              "The message is not valid JSON: Unrecognized token 'x': was expecting JSON."),
          List.of("The JPEG file's frame header is damaged."),
          List.of(
              "The JPEG file's header is damaged at byte 17.",
              "The JPEG file's header is damaged at byte 18."),
          List.of(
              "The JPEG image is 8×9 pixels: too small to classify, 16×16 are needed.",
              "The JPEG image is 1×1 pixels: too small to classify, 16×16 are needed."),
          List.of("The PNG image is 8×9 pixels: too small to classify, 16×16 are needed."),
          List.of(
              "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): its first bytes are 00 ff 12.",
              "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): its first bytes are ff 00."),
          List.of(
              "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): it begins with the text \"<html>\".",
              "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): it begins with the text \"{\"."));

  @Test
  void lettersAreAlikeWhereTheSameWentWrong() {
    Groups groups = new Groups();
    KINDS.forEach(kind -> kind.forEach(sentence -> groups.add(letter(sentence))));

    assertThat(groups.list()).hasSameSizeAs(KINDS);
    for (List<String> kind : KINDS) {
      assertThat(kind.stream().map(Reason::of).distinct()).as(kind.getFirst()).hasSize(1);
    }
    assertThat(groups.total()).isEqualTo(KINDS.stream().mapToLong(List::size).sum());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Cannot fetch https://a/1: the server answered 404 Not Found."
            + "| Cannot fetch …: the server answered 404 Not Found.",
        "The JPEG image is 8×9 pixels: too small." + "| The JPEG image is … pixels: too small."
      })
  void aReasonIsASentenceStill(String sentence, String reason) {
    assertThat(Reason.of(sentence)).isEqualTo(reason);
  }

  @Test
  void aSingleLetterIsShownWithItsOwnSentence() {
    Groups groups = new Groups();
    groups.add(letter("The JPEG file's header is damaged at byte 17."));
    assertThat(groups.list())
        .extracting(Group::reason)
        .containsExactly("The JPEG file's header is damaged at byte 17.");
    groups.add(letter("The JPEG file's header is damaged at byte 18."));
    assertThat(groups.list())
        .extracting(Group::reason)
        .containsExactly("The JPEG file's header is damaged at byte ….");
  }

  @Test
  void reasonsWithoutEndAreOneGroup() {
    Groups groups = new Groups();
    for (int i = 0; i < 10_000; i++) {
      groups.add(
          letter("word".repeat(i / 100 + 1) + (char) ('a' + i % 26) + (char) ('a' + i / 26 % 26)));
    }
    assertThat(groups.list()).hasSize(Groups.MOST + 1);
    assertThat(groups.total()).isEqualTo(10_000);
  }

  private static DeadLetter letter(String message) {
    return new DeadLetter(
        new Place(0, 0),
        Instant.EPOCH,
        Optional.of(Stage.FETCH),
        Optional.of(FailureKind.PERMANENT),
        "java.io.IOException",
        message,
        1,
        0,
        Optional.empty(),
        OptionalLong.empty(),
        null,
        null,
        List.of(),
        false);
  }
}
