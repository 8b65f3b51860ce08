package dev.tuningfork.model;

import dev.tuningfork.file.Sha256;
import dev.tuningfork.file.WholeFile;
import dev.tuningfork.model.Manifest.FileEntry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The files of a bundle on disk: where they are read from, and how they are written. A bundle is
 * flat, so a name is never a path, and no more than the expected number of bytes is ever read,
 * whatever an archive's directory says.
 */
sealed interface BundleFiles {

  /** A bundle that says it is larger is refused before it is read. */
  int LARGEST_BYTES = 1 << 30;

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
   * Reads files and holds them to their sizes and hashes.
   *
   * @throws IOException if a file is missing, larger than is allowed, or not the one that was
   *     written; the message is a sentence
   */
  default SequencedMap<String, byte[]> verified(SequencedMap<String, FileEntry> entries)
      throws IOException {
    long sum = 0;
    for (Map.Entry<String, FileEntry> entry : entries.entrySet()) {
      long bytes = entry.getValue().bytes();
      sum += bytes;
      if (bytes < 0 || bytes > LARGEST_BYTES || sum > LARGEST_BYTES) {
        throw new IOException(
            "With its file %s of %,d bytes, it exceeds the limit of %,d bytes."
                .formatted(entry.getKey(), bytes, LARGEST_BYTES));
      }
    }
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    for (Map.Entry<String, FileEntry> entry : entries.entrySet()) {
      files.put(entry.getKey(), verified(entry.getKey(), entry.getValue()));
    }
    return files;
  }

  private byte[] verified(String name, FileEntry entry) throws IOException {
    byte[] content = read(name, (int) entry.bytes());
    if (content.length != entry.bytes()) {
      throw new IOException(
          "Its file %s is %s than the %,d bytes in model.json: it is not the original file."
              .formatted(
                  name, content.length > entry.bytes() ? "longer" : "shorter", entry.bytes()));
    }
    String hash = Sha256.hex(content);
    if (!hash.equals(entry.sha256())) {
      throw new IOException(
          "The SHA-256 of its file %s is %s, but model.json says %s: it was changed or damaged after it was made."
              .formatted(name, hash, entry.sha256()));
    }
    return content;
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
          "It names a file \"%s\"; a file's name may contain letters, digits, '.', '-' and '_'."
              .formatted(name));
    }
  }

  /**
   * Writes files in their order, each complete before it takes its name. The same files give the
   * same zip at any time.
   *
   * @param path a zip if its name ends in {@code .zip}, else a folder, which is made where it is
   *     missing
   */
  static void write(Path path, SequencedMap<String, byte[]> files) throws IOException {
    if (path.toString().endsWith(".zip")) {
      WholeFile.write(path, out -> zip(files, out));
      return;
    }
    Files.createDirectories(path);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      WholeFile.write(path.resolve(file.getKey()), out -> out.write(file.getValue()));
    }
  }

  private static void zip(SequencedMap<String, byte[]> files, OutputStream out) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(file.getValue());
        zip.closeEntry();
      }
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
