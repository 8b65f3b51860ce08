package dev.tuningfork.trainer.report;

import dev.tuningfork.text.Printable;
import java.util.regex.Pattern;

/**
 * Text that others wrote, such as the ids of galaxies and the names of models and folders, made fit
 * for a page: it is shown as text, whatever it holds.
 */
final class Markup {

  /** What begins a link, an element, code or the next cell of a table. */
  private static final Pattern MARKDOWN = Pattern.compile("[\\\\`\\[\\]<>|]");

  private Markup() {}

  /** For HTML that is XML as well: for an element, or an attribute in double quotation marks. */
  static String html(String text) {
    return Printable.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** For a line of Markdown. */
  static String markdown(String text) {
    return MARKDOWN.matcher(Printable.of(text).replace("&", "&amp;")).replaceAll("\\\\$0");
  }
}
