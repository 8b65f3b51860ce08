package dev.tuningfork.classifier.page;

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
    "page.css",
    "icon.svg",
    "live.js",
    "object.js",
    "dead-letters.js",
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
      try (InputStream stream = PageFiles.class.getResourceAsStream(name)) {
        if (stream == null) {
          throw new IllegalStateException("The page's file " + name + " is not on the class path.");
        }
        files.put(name, new File(mediaType(name), stream.readAllBytes()));
      } catch (IOException e) {
        throw new UncheckedIOException("The page's file " + name + " cannot be read.", e);
      }
    }
    return files;
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
