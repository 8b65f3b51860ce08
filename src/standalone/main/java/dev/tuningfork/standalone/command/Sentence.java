package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What went wrong, in a sentence for a person. The exceptions of {@code java.nio.file} say no more
 * than a path, or the system's two or three words.
 */
final class Sentence {

  private Sentence() {}

  static String of(Throwable failure) {
    return switch (failure) {
      case NoSuchFileException e -> "There is no file or folder " + file(e) + ".";
      case AccessDeniedException e -> "This process may not read or write " + file(e) + ".";
      case FileAlreadyExistsException e -> "The file " + file(e) + " already exists.";
      case FileSystemException e ->
          "The file %s cannot be used (%s).".formatted(file(e), reason(e));
      case UncheckedIOException e when e.getCause() != null && isBare(e) -> of(e.getCause());
      case IOException e when isOfTheSystem(reason(e)) ->
          "Reading or writing failed (%s).".formatted(reason(e));
      default -> reason(failure);
    };
  }

  /** The same as part of a sentence: for a file's exception without the file. */
  static String reason(Throwable failure) {
    return failure instanceof FileSystemException e && e.getReason() != null
        ? e.getReason()
        : Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }

  private static boolean isBare(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause()).toString().equals(e.getMessage());
  }

  /** Such as "No space left on device": no sentence, which would end with a stop or a question. */
  private static boolean isOfTheSystem(String message) {
    return !message.endsWith(".") && !message.endsWith("?");
  }

  private static String file(FileSystemException e) {
    return e.getFile() == null ? "that is needed" : ImageFormat.spelled(Path.of(e.getFile()));
  }
}
