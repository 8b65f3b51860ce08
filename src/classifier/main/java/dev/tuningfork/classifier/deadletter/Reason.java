package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.text.Printable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What went wrong, without what it went wrong with: a dead letter's sentence in which an ellipsis
 * stands for each address, path, host, quotation, hash and number. So the letters of one host that
 * refuses, and those of images that are too large, are two groups, whichever images they are. The
 * status that a server answered stays, since it says what went wrong.
 *
 * <p>It is read off the sentence alone, so that letters of other versions and programs have one
 * too.
 */
final class Reason {

  private static final int LONGEST = 300;

  private static final String HOST = "(?<![^\\s(])(?:\\[[^\\]\\s]*\\]|[^\\s:/]+)(?::\\d+)?";

  /** In this order: what an earlier one has replaced, no later one finds. */
  private static final List<Pattern> PARTICULARS =
      List.of(
          // the address may be no URI at all
          Pattern.compile("(?<=^Cannot fetch )\\S.*?(?=: )"),
          Pattern.compile("(?<![A-Za-z0-9+.-])(?:data:\\S*|[A-Za-z][A-Za-z0-9+.-]*://?[^\\s,;]*)"),
          Pattern.compile("\"[^\"]*\"|(?<![\\p{L}\\p{N}])'[^']*'(?![\\p{L}\\p{N}])"),
          Pattern.compile("(?<=[\\s(])/\\S+"),
          Pattern.compile(
              HOST
                  + "(?= (?:is not among the allowed hosts|has the address|has no certificate|did not"
                  + " accept|did not answer))"),
          Pattern.compile(
              "(?<=no address was found for |the connection to )"
                  + HOST
                  + "|(?<=has the address )\\S+(?=,)"),
          Pattern.compile("(?<=its first bytes are ).*(?=\\.)"),
          Pattern.compile("\\b[0-9a-f]{16,}\\b"),
          Pattern.compile(
              "(?<![\\p{L}\\p{N}_.-])(?<!answered )(?<!RFC )-?\\d[\\d.,]*(?<![.,])(?:E-?\\d+)?(?![\\p{L}_-])"));

  private static final Pattern ATTEMPTS = Pattern.compile(", and so after \\d+ attempts");
  private static final Pattern REPEATED = Pattern.compile("…(?:[×/, ]*…)+");

  private Reason() {}

  /**
   * @param sentence that a dead letter says why with
   */
  static String of(String sentence) {
    String reason = Printable.of(sentence.substring(0, Math.min(sentence.length(), 10 * LONGEST)));
    reason = ATTEMPTS.matcher(reason).replaceAll("");
    for (Pattern particular : PARTICULARS) {
      reason = particular.matcher(reason).replaceAll(Matcher.quoteReplacement("…"));
    }
    reason = REPEATED.matcher(reason).replaceAll("…");
    return reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST - 1) + "…";
  }
}
