package dev.tuningfork.deployment.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Output that a page shows: a block of {@code text} below the commands that printed it. Each line
 * must be among what they print. Numbers may be others, or a dash where there is none, since a page
 * is not written with the images and on the machine of its test; {@code …} stands for what the page
 * leaves out.
 *
 * @param commands those of the block of shell before it
 */
record ShownOutput(MarkdownPage.Block block, List<String> commands) {

  private static final String NUMBER = "\\d+(?:[.,]\\d+)*(?: +%)?";
  private static final Pattern PIECE = Pattern.compile("…|" + NUMBER + "|\\s+|[^…\\d\\s]+");

  /** Skips the test where none of the commands could be typed. */
  void requireIn(Observatory observatory) throws Exception {
    String printed = observatory.printedBy(commands);
    assumeFalse(printed.isEmpty(), "Skipped: its commands were not typed.");
    for (String line : block.lines()) {
      assertThat(Pattern.compile(expression(observatory.here(line))).matcher(printed).find())
          .as("a line such as this one is printed: %s%nThis is printed:%n%s", line, printed)
          .isTrue();
    }
  }

  private static String expression(String line) {
    return PIECE
        .matcher(line.strip())
        .results()
        .map(MatchResult::group)
        .map(ShownOutput::expressionOfPiece)
        .collect(Collectors.joining());
  }

  private static String expressionOfPiece(String piece) {
    if (piece.equals("…")) {
      return ".*";
    }
    if (piece.isBlank()) {
      return "\\s+";
    }
    return Character.isDigit(piece.charAt(0)) ? "(?:%s|–)".formatted(NUMBER) : Pattern.quote(piece);
  }
}
