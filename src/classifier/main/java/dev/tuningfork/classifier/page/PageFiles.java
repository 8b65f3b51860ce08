package dev.tuningfork.classifier.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files that the page is made of, from the class path. All of them are named here. */
final class PageFiles {

  private static final String[] NAMES = {
    "live.html",
    "object.html",
    "dead-letters.html",
    "sky.html",
    "page.css",
    "icon.svg",
    "live.js",
    "object.js",
    "dead-letters.js",
    "sky.js",
    "cards.js",
    "charts.js",
    "filters.js",
    "survey.js",
    "tree.js",
    "dom.js"
  };

  /**
   * @param content not to be written to
   */
  @SuppressWarnings("ArrayRecordComponent") // sent, never compared
  record File(String mediaType, byte[] content) {}

  private PageFiles() {}

  /** By name. */
  static Map<String, File> read() {
    Map<String, File> files = new LinkedHashMap<>();
    for (String name : NAMES) {
      byte[] content = name.endsWith(".html") ? page(name).getBytes(UTF_8) : content(name);
      files.put(name, new File(mediaType(name), content));
    }
    return files;
  }

  /** With the head that all have, and the way to the others. */
  private static String page(String name) {
    String self = "data-page=\"" + name.substring(0, name.lastIndexOf('.')) + "\"";
    return text(name)
        .replace("{head}", text("head.html"))
        .replace("{nav}", text("nav.html").replace(self, "aria-current=\"page\""));
  }

  private static String text(String name) {
    return new String(content(name), UTF_8);
  }

  private static byte[] content(String name) {
    try (InputStream stream = PageFiles.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("The page's file " + name + " is not on the class path.");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("The page's file " + name + " cannot be read.", e);
    }
  }

  private static String mediaType(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("Of what kind is " + name + "?");
    };
  }
}
