package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.table.KeptAnswer;
import dev.tuningfork.standalone.table.MorphologySpool;
import dev.tuningfork.standalone.table.MorphologyTable;
import dev.tuningfork.standalone.table.TableContent;
import dev.tuningfork.standalone.table.TableFormat;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The table that a classification writes, and the journal that it keeps until then. */
final class TableOptions {

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "The table to write. The suffix chooses the format: .csv .ecsv .vot .fits .parquet, or .jsonl"
              + " for the messages themselves. Without it, a summary is printed.")
  private @Nullable Path out;

  @Option(
      names = "--kaggle",
      description = "Write GalaxyID and the 37 columns of Kaggle's Galaxy Zoo challenge instead.")
  private boolean kaggle;

  @Option(
      names = "--zoobot",
      description =
          "Write the columns of Zoobot's catalogues instead: QUESTION_ANSWER_fraction and, if the model gives intervals, _dirichlet and the ends of the 90 %% interval.")
  private boolean zoobot;

  @Option(
      names = "--intervals",
      description =
          "Also write the 90 %% interval of each answer's probability, if the model gives intervals: two more columns per answer. Messages (.jsonl) always contain them.")
  private boolean intervals;

  @Option(
      names = "--overwrite",
      description =
          "Replace the --out file if it exists, and discard an unfinished run for it unless"
              + " --resume is given.")
  private boolean overwrite;

  @Option(
      names = "--resume",
      description =
          "Continue the stopped or killed run that was writing the --out file. Its answers are in"
              + " FILE.journal until the table is written.")
  private boolean resume;

  boolean isSummary() {
    return out == null;
  }

  boolean intervals() {
    return intervals;
  }

  /** Refuses columns that the model's tree does not have, before the work. */
  void requireTree(CommandLine commandLine, DecisionTree tree) {
    if (kaggle && !tree.equals(DecisionTree.galaxyZoo2())) {
      throw new ParameterException(
          commandLine,
          "--kaggle writes the columns of Galaxy Zoo 2, but the model answers the tree %s: leave it out."
              .formatted(tree));
    }
  }

  /** Refuses what could not be written, before the work. */
  void check(CommandLine commandLine) {
    if (kaggle && intervals) {
      throw new ParameterException(
          commandLine, "--kaggle writes Kaggle's columns, among which there are no --intervals.");
    }
    if (zoobot && (kaggle || intervals)) {
      throw new ParameterException(
          commandLine,
          "--zoobot chooses all columns, those of intervals included: leave out --kaggle and --intervals.");
    }
    if (out == null) {
      SequencedMap<String, Boolean> needing = new LinkedHashMap<>();
      needing.put("--kaggle", kaggle);
      needing.put("--zoobot", zoobot);
      needing.put("--intervals", intervals);
      needing.put("--overwrite", overwrite);
      needing.put("--resume", resume);
      for (Map.Entry<String, Boolean> option : needing.entrySet()) {
        if (option.getValue()) {
          throw new ParameterException(
              commandLine, option.getKey() + " needs --out FILE to write to.");
        }
      }
      return;
    }
    try {
      if (TableFormat.of(out.toString()) == TableFormat.JSON_LINES && (kaggle || zoobot)) {
        throw new ParameterException(
            commandLine,
            (kaggle ? "--kaggle" : "--zoobot")
                + " writes a table, and "
                + out
                + " asks for messages (.jsonl).");
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine, e.getMessage(), e);
    }
    OutputFile.checkFolder(commandLine, out);
    checkUnwritten(commandLine, out);
  }

  /** What a run before this one has written is neither lost nor written twice. */
  private void checkUnwritten(CommandLine commandLine, Path table) {
    String name = ImageFormat.spelled(table);
    if (Files.isDirectory(table)) {
      throw new ParameterException(
          commandLine, "Cannot write the table: %s is a folder.".formatted(name));
    }
    if (Files.exists(table, LinkOption.NOFOLLOW_LINKS) && !overwrite) {
      throw new ParameterException(
          commandLine,
          "The file %s already exists: choose another name, or replace it with --overwrite."
              .formatted(name));
    }
    if (!overwrite && !resume && isUnfinished(journal(table))) {
      throw new ParameterException(
          commandLine,
          "An unfinished run for %s exists: continue it with --resume, or start over with --overwrite."
              .formatted(name));
    }
  }

  /** One that cannot be read, such as a folder, is not written over either. */
  private static boolean isUnfinished(Path journal) {
    try {
      return MorphologySpool.holdsMessages(journal);
    } catch (IOException e) {
      return true;
    }
  }

  /** A table among the images, such as {@code galaxies.fits} of an earlier run, is none of them. */
  boolean isOutput(Named image) {
    try {
      return out != null && Files.exists(out) && Files.isSameFile(out, image.path());
    } catch (IOException gone) {
      return false;
    }
  }

  /** As {@link #spool(int, SortedMap, ToIntFunction)}, for images of single galaxies. */
  MorphologySpool spool(List<Named> images, SortedMap<String, String> settings) throws IOException {
    Map<String, Integer> ordinals = new HashMap<>();
    for (int ordinal = 0; ordinal < images.size(); ordinal++) {
      ordinals.put(images.get(ordinal).objectId(), ordinal);
    }
    return spool(
        images.size(),
        settings,
        answer -> {
          Integer ordinal = ordinals.get(answer.objectId());
          return ordinal != null && isOf(answer, images.get(ordinal)) ? ordinal : -1;
        });
  }

  /**
   * Where the answers go: a temporary file for a summary; for a table a journal, which outlives a
   * crash.
   *
   * @param settings what decides an answer beside the image
   * @param ordinal of the galaxy that an answer of the journal is for; −1 for an answer to discard
   */
  MorphologySpool spool(
      int galaxies, SortedMap<String, String> settings, ToIntFunction<KeptAnswer> ordinal)
      throws IOException {
    if (out == null) {
      return MorphologySpool.temporary(galaxies);
    }
    Path journal = journal(out);
    if (resume && Files.exists(journal)) {
      return MorphologySpool.resume(journal, galaxies, settings, ordinal);
    }
    if (overwrite) {
      Files.deleteIfExists(journal);
    }
    return MorphologySpool.begin(journal, galaxies, settings);
  }

  /** Whether this is the image's answer: of this file, and the file has not changed since. */
  private static boolean isOf(KeptAnswer answer, Named image) {
    try {
      return ReadingOptions.uri(image).equals(answer.uri())
          && !Files.getLastModifiedTime(image.path()).toInstant().isAfter(answer.receivedAt());
    } catch (IOException gone) {
      return false;
    }
  }

  /**
   * Writes the table, or prints the summary. The journal is the caller's to delete.
   *
   * @param tree that the model answers
   * @param files the name of each galaxy's file, by ordinal
   */
  void write(DecisionTree tree, IntFunction<String> files, MorphologySpool spool, Terminal terminal)
      throws IOException {
    if (out == null) {
      Summary.print(terminal, spool, files);
      return;
    }
    if (spool.size() > 0 || kaggle) {
      terminal.status("Writing " + ImageFormat.spelled(out) + " …");
      try {
        new MorphologyTable(spool, tree, files).write(out, content());
      } catch (IOException e) {
        throw new IOException(
            "The table %s cannot be written (%s). All answers are kept; the same command with --resume writes it."
                .formatted(ImageFormat.spelled(out), Sentence.reason(e)),
            e);
      }
      terminal.err().println("Wrote " + ImageFormat.spelled(out) + ".");
    }
  }

  /** A file beside the table, with the table's name and this suffix; empty without a table. */
  Optional<Path> beside(String suffix) {
    return Optional.ofNullable(out).map(table -> beside(table, suffix));
  }

  private TableContent content() {
    if (zoobot) {
      return TableContent.ZOOBOT;
    }
    if (kaggle) {
      return TableContent.KAGGLE;
    }
    return intervals ? TableContent.INTERVALS : TableContent.PROBABILITIES;
  }

  private static Path journal(Path table) {
    return beside(table, ".journal");
  }

  private static Path beside(Path table, String suffix) {
    return table.resolveSibling(table.getFileName() + suffix);
  }
}
