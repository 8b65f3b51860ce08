package dev.tuningfork.classifier.fetch;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URI that is safe in a log or a dead letter: without passwords and signatures, on one line and
 * not endless. Works on any text, because an invalid URI may be any text.
 */
public final class RedactedUri {

  private static final int LONGEST = 300;

  private static final int LONGEST_DATA = 40;

  private static final Pattern USER_INFO =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@");

  private static final Pattern PARAMETER = Pattern.compile("([?&;#])([^=&;#]*)=([^&;#]*)");

  /**
   * What opens a door in the parameters of Amazon's, Google's, Azure's and other stores' signed
   * URLs ({@code X-Amz-Signature}, {@code X-Goog-Credential}, {@code sig}, {@code Key-Pair-Id}, …).
   */
  private static final Pattern SECRET =
      Pattern.compile("sig|token|cred|secret|pass|pwd|key|auth|session|policy|jwt|accessid");

  private RedactedUri() {}

  public static String of(String uri) {
    String line = uri.replaceAll("\\p{Cntrl}", "?");
    if (line.regionMatches(true, 0, "data:", 0, "data:".length())) {
      return shortened(line, LONGEST_DATA);
    }
    String anonymous = USER_INFO.matcher(line).replaceFirst("$1//***@");
    return shortened(PARAMETER.matcher(anonymous).replaceAll(RedactedUri::withoutSecret), LONGEST);
  }

  private static String withoutSecret(MatchResult parameter) {
    String name = parameter.group(2);
    boolean plain = !name.contains("%") && !SECRET.matcher(name.toLowerCase(Locale.ROOT)).find();
    return Matcher.quoteReplacement(plain ? parameter.group() : parameter.group(1) + name + "=***");
  }

  private static String shortened(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }
}
