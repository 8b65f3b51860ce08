package dev.tuningfork.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The image formats that are read: their first bytes, the suffixes of their files, their media
 * types, and what opens them. A file's bytes decide what it is; its suffix decides whether a folder
 * is searched for it.
 */
@SuppressWarnings("ImmutableEnumChecker") // what opens a file has no state
public enum ImageFormat {
  JPEG(
      "JPEG",
      "\u00ff\u00d8\u00ff",
      "image/jpeg",
      ".jpg .jpeg",
      (file, _, with) -> JpegFile.open(file, with.limits(), with.jpeg())),
  PNG(
      "PNG",
      "\u0089PNG\r\n\u001a\n",
      "image/png",
      ".png",
      (file, _, with) -> PngFile.open(file, with.limits())),
  FITS(
      "FITS",
      "SIMPLE  =",
      "image/fits application/fits",
      ".fits .fit .fts .fits.fz .fit.fz .fts.fz",
      (file, description, with) -> FitsFile.open(file, description, with.limits())),
  /** A FITS file that was compressed as a whole. */
  GZIPPED_FITS(
      "gzipped FITS",
      "\u001f\u008b",
      "image/x-fits-gzip",
      ".fits.gz .fit.gz .fts.gz",
      (file, description, with) -> FitsFile.open(with.inflated(file), description, with.limits()));

  /** Reads and checks the header of a file. */
  @FunctionalInterface
  private interface Opener {
    ImageFile open(byte[] file, ImageDescription description, ImageDecoder with)
        throws ImageException;
  }

  private final String inWords;
  private final String magic;
  private final String mediaTypes;
  private final String suffixes;
  private final Opener opener;

  /**
   * @param magic the first bytes, a letter of Latin-1 each
   * @param mediaTypes separated by blanks
   * @param suffixes separated by blanks
   */
  ImageFormat(String inWords, String magic, String mediaTypes, String suffixes, Opener opener) {
    this.inWords = inWords;
    this.magic = magic;
    this.mediaTypes = mediaTypes;
    this.suffixes = suffixes;
    this.opener = opener;
  }

  /** Reads and checks the header of a file of this format. */
  ImageFile open(byte[] file, ImageDescription description, ImageDecoder with)
      throws ImageException {
    return opener.open(file, description, with);
  }

  /** All formats in words, such as {@code JPEG, PNG or FITS}. */
  static String allInWords() {
    List<String> all = Arrays.stream(values()).map(format -> format.inWords).toList();
    return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
  }

  /** The format whose first bytes these are. Any gzipped file counts as gzipped FITS. */
  public static Optional<ImageFormat> of(byte[] file) {
    return Arrays.stream(values()).filter(format -> format.begins(file)).findFirst();
  }

  /** The media types of all formats. */
  public static List<String> mediaTypes() {
    return words(format -> format.mediaTypes);
  }

  /** All suffixes, in lower case and with their dot; the preferred formats first. */
  public static List<String> suffixes() {
    return words(format -> format.suffixes);
  }

  private static List<String> words(Function<ImageFormat, String> ofFormat) {
    return Arrays.stream(values())
        .flatMap(format -> Arrays.stream(ofFormat.apply(format).split(" ")))
        .toList();
  }

  /** The longest suffix of an image file that a name ends with, in lower case. */
  public static Optional<String> suffix(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    return suffixes().stream()
        .filter(suffix -> lower.endsWith(suffix) && lower.length() > suffix.length())
        .max(Comparator.comparingInt(String::length));
  }

  /** A name without the suffix of an image file, if it has one. */
  public static String withoutSuffix(String fileName) {
    return suffix(fileName)
        .map(suffix -> fileName.substring(0, fileName.length() - suffix.length()))
        .filter(stem -> !stem.isBlank())
        .orElse(fileName);
  }

  /**
   * A path in letters. Where its bytes are not letters in this process's encoding of file names, it
   * is spelled as in a URI ({@code Gal%E1xia.jpg}), so that two names never become one.
   */
  public static String spelled(Path path) {
    String text = path.toString();
    try {
      if (Path.of(text).equals(path)) {
        return text;
      }
    } catch (InvalidPathException notInThisEncoding) {
      // spelled as in its URI
    }
    String uri = path.toUri().getRawPath();
    return path.isAbsolute() ? uri : uri.substring(rawFolder(path).length());
  }

  private static String rawFolder(Path relative) {
    String whole = relative.toUri().getRawPath();
    String folder = relative.getFileSystem().getPath("").toUri().getRawPath();
    return whole.startsWith(folder) ? folder : "";
  }

  private boolean begins(byte[] file) {
    byte[] start = magic.getBytes(StandardCharsets.ISO_8859_1);
    return file.length >= start.length
        && Arrays.equals(file, 0, start.length, start, 0, start.length);
  }
}
