package dev.tuningfork.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where the files of a bundle are read from. A bundle is flat, so a name is never a path, and no
 * more than the expected number of bytes is ever read, whatever an archive's directory says.
 */
sealed interface BundleFiles {

  /** The file's bytes, or more than {@code limit} of them where it is larger. */
  default byte[] read(String name, int limit) throws IOException {
    requirePlain(name);
    try (InputStream stream = open(name)) {
      return stream.readNBytes(limit + 1);
    } catch (FileNotFoundException | NoSuchFileException e) {
      throw new IOException("Its file " + name + " is missing.", e);
    }
  }

  /**
   * Opens a file.
   *
   * @throws FileNotFoundException or {@link NoSuchFileException} if there is none of this name
   */
  InputStream open(String name) throws IOException;

  /** Refuses a name that is, or could be taken for, a path. */
  static void requirePlain(String name) throws IOException {
    if (!Pattern.matches("[A-Za-z0-9][A-Za-z0-9._-]*", name)) {
      throw new IOException(
          "It names a file \"%s\"; a file's name is made of letters, digits, '.', '-' and '_'."
              .formatted(name));
    }
  }

  /** A folder. */
  record Folder(Path folder) implements BundleFiles {
    @Override
    public InputStream open(String name) throws IOException {
      return Files.newInputStream(folder.resolve(name));
    }
  }

  /** The class path, beside this class. */
  record ClassPath(String folder) implements BundleFiles {

    boolean has(String name) {
      return BundleFiles.class.getResource(folder + "/" + name) != null;
    }

    @Override
    public InputStream open(String name) throws IOException {
      InputStream stream = BundleFiles.class.getResourceAsStream(folder + "/" + name);
      if (stream == null) {
        throw new FileNotFoundException(name);
      }
      return stream;
    }
  }

  /** A zip of the files, or of one folder that holds them. */
  record Zip(ZipFile zip, String folder) implements BundleFiles, AutoCloseable {

    static Zip open(Path path) throws IOException {
      ZipFile zip = new ZipFile(path.toFile());
      try {
        return new Zip(zip, folder(zip));
      } catch (IOException e) {
        zip.close();
        throw e;
      }
    }

    private static String folder(ZipFile zip) throws IOException {
      List<String> names = zip.stream().map(ZipEntry::getName).toList();
      for (String name : names) {
        for (String part : name.split("/", -1)) {
          if (part.equals("..")
              || part.contains("\\")
              || part.contains(":")
              || name.startsWith("/")) {
            throw new IOException("Its entry \"%s\" leads out of the archive.".formatted(name));
          }
        }
      }
      return names.stream()
          .filter(
              Pattern.compile("[^/]+/" + Pattern.quote(ModelBundle.MANIFEST)).asMatchPredicate())
          .findFirst()
          .map(name -> name.substring(0, name.indexOf('/') + 1))
          .orElse("");
    }

    @Override
    public InputStream open(String name) throws IOException {
      ZipEntry entry = zip.getEntry(folder + name);
      if (entry == null) {
        throw new FileNotFoundException(name);
      }
      return zip.getInputStream(entry);
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
