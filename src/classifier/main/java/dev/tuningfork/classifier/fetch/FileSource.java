package dev.tuningfork.classifier.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files below the allowed folders.
 *
 * <p>A path is judged twice. As it is written, so that a path which leaves the folders is refused
 * without a look at the disk and nobody learns from the answer what is there; and as it really is,
 * all symbolic links followed. The second is the one that is opened.
 *
 * <p>The innermost allowed folder is a file's host, since it may lie on a network file system whose
 * server is gone. Folders that are mounted apart hold up each other where only a folder around them
 * is allowed.
 */
final class FileSource implements ImageSource {

  /** What the host of a file begins with, before the folder. */
  private static final String FOLDER = "file://";

  private final SizeLimit limit;
  private final List<Path> written;
  private final List<Path> real;

  FileSource(List<Path> folders, SizeLimit limit) {
    this.limit = limit;
    this.written = folders.stream().map(folder -> folder.toAbsolutePath().normalize()).toList();
    this.real = written.stream().map(FileSource::realFolder).toList();
  }

  private static Path realFolder(Path folder) {
    try {
      Path real = folder.toRealPath();
      if (Files.isDirectory(real)) {
        return real;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The folder %s, which images may be read from, cannot be opened (%s); create it or leave it out."
              .formatted(folder, e),
          e);
    }
    throw new IllegalArgumentException(
        "%s, which images may be read from, is not a folder.".formatted(folder));
  }

  @Override
  public void check(URI uri) throws SourceException {
    path(uri);
  }

  /** The innermost allowed folder that holds the file, by its path alone: a disk may hang. */
  @Override
  public Optional<String> host(URI uri) throws SourceException {
    Path path = path(uri);
    return Stream.of(written, real)
        .flatMap(List::stream)
        .filter(path::startsWith)
        .max(Comparator.comparingInt(Path::getNameCount))
        .map(folder -> FOLDER + folder);
  }

  /** Whether this host is one of {@link #host}'s. */
  static boolean isFolder(String host) {
    return host.startsWith(FOLDER);
  }

  @Override
  public boolean isHere() {
    return true;
  }

  @Override
  public byte[] read(URI uri) throws SourceException {
    Path file = locate(uri);
    try {
      limit.check(Files.size(file));
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        return limit.read(in);
      }
    } catch (NoSuchFileException e) {
      throw SourceException.permanent("there is no such file", e);
    } catch (AccessDeniedException e) {
      throw SourceException.permanent("this process may not read it", e);
    } catch (IOException e) {
      throw SourceException.temporary("it could not be read (%s)".formatted(e.getMessage()), e);
    }
  }

  /**
   * The file that a URI names, all symbolic links followed.
   *
   * @throws SourceException where it is outside the folders, missing or no regular file
   */
  Path locate(URI uri) throws SourceException {
    try {
      Path file = path(uri).toRealPath();
      if (!below(real, file)) {
        throw outside();
      }
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        throw SourceException.permanent(
            attributes.isDirectory()
                ? "it is a folder and not a file"
                : "it is a device, a pipe or a socket and not a file");
      }
      return file;
    } catch (NoSuchFileException e) {
      throw SourceException.permanent("there is no such file", e);
    } catch (AccessDeniedException e) {
      throw SourceException.permanent("this process may not read it", e);
    } catch (IOException e) {
      throw SourceException.temporary("it could not be read (%s)".formatted(e.getMessage()), e);
    }
  }

  private Path path(URI uri) throws SourceException {
    String host = uri.getRawAuthority();
    if (host != null && !host.equalsIgnoreCase("localhost")) {
      throw SourceException.permanent(
          "a file is read from this machine only; write file:///folder/image.jpg with three slashes");
    }
    if (uri.getPath() == null || !uri.getPath().startsWith("/") || uri.getRawQuery() != null) {
      throw SourceException.permanent(
          "a file URI must have an absolute path and nothing else, as in file:///folder/image.jpg");
    }
    try {
      Path path = Path.of(URI.create("file://" + escaped(uri.getRawPath()))).normalize();
      if (!below(written, path) && !below(real, path)) {
        throw outside();
      }
      return path;
    } catch (IllegalArgumentException e) {
      throw SourceException.permanent("its path is invalid (%s)".formatted(e.getMessage()), e);
    }
  }

  /**
   * The path with every byte beyond ASCII escaped. So it names the file's bytes, whatever letters
   * this process's locale knows, and however a letter with an accent is composed.
   */
  private static String escaped(String rawPath) {
    StringBuilder escaped = new StringBuilder(rawPath.length());
    for (byte b : rawPath.getBytes(StandardCharsets.UTF_8)) {
      if (b < 0) {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      } else {
        escaped.append((char) b);
      }
    }
    return escaped.toString();
  }

  private static boolean below(List<Path> folders, Path path) {
    return folders.stream().anyMatch(path::startsWith);
  }

  private static SourceException outside() {
    return SourceException.permanent("it is outside the allowed folders (fetch.folders)");
  }
}
