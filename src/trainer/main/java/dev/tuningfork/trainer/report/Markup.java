package dev.tuningfork.trainer.report;

import java.util.regex.Pattern;

/**
 * Text that others wrote, such as the ids of galaxies and the names of models and folders, made fit
 * for a page: it is shown as text, whatever it holds.
 */
final class Markup {

  /**
   * Control characters, which XML does not allow, line breaks, and characters that are invisible or
   * change the direction of reading.
   */
  private static final Pattern NOT_SHOWN =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}]");

  /** What begins a link, an element, code or the next cell of a table. */
  private static final Pattern MARKDOWN = Pattern.compile("[\\\\`\\[\\]<>|]");

  private Markup() {}

  /** For HTML that is XML as well: for an element, or an attribute in double quotation marks. */
  static String html(String text) {
    return shown(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** For a line of Markdown. */
  static String markdown(String text) {
    return MARKDOWN.matcher(shown(text).replace("&", "&amp;")).replaceAll("\\\\$0");
  }

  private static String shown(String text) {
    return NOT_SHOWN.matcher(text).replaceAll("·");
  }
}
