package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.session.ClassifierSession;
import dev.tuningfork.standalone.session.Reply;
import dev.tuningfork.standalone.table.MorphologySpool;
import dev.tuningfork.standalone.table.MorphologyTable;
import dev.tuningfork.standalone.table.TableContent;
import dev.tuningfork.standalone.table.TableFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Images on disk in, a table out, through the same stream that a survey would use. */
@Command(
    name = "classify",
    description = "Classifies the images of a folder, and writes what it sees as a table.",
    footer =
        "%nThe table has a row for each galaxy, in the order of the images: its class, and for each"
            + " question how probable it is to be asked and the probability of each answer where"
            + " it is.")
final class ClassifyCommand implements Callable<Integer> {

  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** SIGTERM ends a run within 10 s; what is not tidied up by then, the next run deletes. */
  private static final Duration PATIENCE_TO_STOP = Duration.ofSeconds(8);

  @Parameters(
      arity = "1..*",
      paramLabel = "FOLDER|FILE",
      description = "JPEG, PNG and FITS images, and folders of them.")
  private List<Path> named = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "The table to write, its format by extension: .csv .ecsv .vot .fits .parquet, or .jsonl"
              + " for the messages themselves. Without it, a summary is printed.")
  private @Nullable Path out;

  @Option(
      names = "--kaggle",
      description = "Write GalaxyID and the 37 columns of Kaggle's Galaxy Zoo challenge instead.")
  private boolean kaggle;

  @Option(
      names = "--intervals",
      description =
          "Write the 90 %% interval of each answer's probability too, for a model that gives them:"
              + " two more columns an answer. Messages (.jsonl) hold them anyhow.")
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

  @Option(
      names = "--hdu",
      paramLabel = "NAME|N",
      description =
          "The HDU to read from FITS files, by name (SCI), name and version (SCI,2) or number (0 is"
              + " the primary HDU). Default: the science image, never a mask or an error map.")
  private @Nullable String hdu;

  @Option(
      names = "--pixel-scale",
      paramLabel = "ARCSEC",
      description =
          "The pixel scale. Default: from the celestial coordinates of a FITS file; JPEG and PNG"
              + " files have none.")
  private @Nullable Double pixelScale;

  @Option(
      names = "--size",
      paramLabel = "ARCSEC",
      description =
          "Use only the central square of this side, as if the images had been cut to it. Galaxy"
              + " Zoo 2's images are 8.5 petroR90_r wide, and the built-in models look only at the"
              + " central 0.488 of an image.")
  private @Nullable Double size;

  @Mixin private final ModelOptions model = new ModelOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
    Terminal terminal = Terminal.of(commandLine.getOut(), commandLine.getErr());
    checkOptions(commandLine);
    checkPositive(commandLine, "--pixel-scale", pixelScale);
    checkPositive(commandLine, "--size", size);
    ImageFiles found = ImageFiles.find(named);
    found.complaints().forEach(terminal::line);
    List<Named> images = found.images().stream().filter(image -> !isOutput(image)).toList();
    if (images.isEmpty()) {
      throw new IOException(
          "There is no JPEG, PNG or FITS image in "
              + named.stream().map(ImageFormat::spelled).collect(Collectors.joining(" or "))
              + ".");
    }
    ModelBundle bundle = model.bundle();
    if (intervals && bundle.description().output() != Output.CONCENTRATIONS) {
      throw new ParameterException(
          commandLine,
          "--intervals needs a model that says how sure it is, and %s does not."
              .formatted(bundle.identity().name()));
    }
    SortedMap<Integer, String> unreadable = new TreeMap<>();
    try (Interruption stop = new Interruption(PATIENCE_TO_STOP);
        MorphologySpool spool = spool(images, bundle)) {
      if (spool.size() < images.size()) {
        classify(images, bundle, spool, unreadable, terminal, stop);
      }
      unreadable.forEach(
          (ordinal, reason) -> terminal.line(images.get(ordinal).file() + ": " + reason));
      if (!unreadable.isEmpty()) {
        terminal
            .err()
            .printf(Locale.ROOT, "%,d of the images could not be read.%n", unreadable.size());
      }
      write(images, spool, terminal);
      terminal.err().flush();
    }
    return unreadable.isEmpty() && found.complaints().isEmpty()
        ? ExitCode.OK
        : Commands.SOME_LEFT_OUT;
  }

  /** Classifies the images that have no morphology yet. */
  private void classify(
      List<Named> images,
      ModelBundle bundle,
      MorphologySpool spool,
      SortedMap<Integer, String> unreadable,
      Terminal terminal,
      Interruption stop)
      throws IOException, ModelException {
    int before = spool.size();
    if (before > 0) {
      terminal.line(
          String.format(
              Locale.ROOT,
              "Continuing with %,d of %,d galaxies; the others are already classified.",
              images.size() - before,
              images.size()));
    }
    terminal.status("Starting the broker and the model …");
    try (MorphologyModel loaded = model.load(bundle);
        ClassifierSession session =
            ClassifierSession.start(loaded, allowing(images), COMMIT_INTERVAL, Optional.empty())) {
      ProgressBar progress = new ProgressBar(terminal, images.size() - before, System::nanoTime);
      try {
        collect(session, images, spool, unreadable, progress, stop);
      } catch (CancellationException e) {
        throw stopped(spool, images.size(), e);
      } catch (IOException | IllegalStateException e) {
        throw failed(spool, e);
      } finally {
        progress.finish();
      }
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "Classified %,d of %,d galaxies%s in %s, %s.%n",
              spool.size(),
              images.size(),
              loaded.views() == 1 ? "" : ", " + loaded.views() + " views of each,",
              ProgressBar.inWords(progress.elapsed()),
              ProgressBar.perSecond(progress.rate()));
    }
  }

  private CancellationException stopped(
      MorphologySpool spool, int images, CancellationException cause) {
    CancellationException stopped =
        new CancellationException(
            out == null
                ? "Stopped; nothing was written."
                : String.format(
                    Locale.ROOT,
                    "Stopped after %,d of %,d galaxies. The same command with --resume continues.",
                    spool.size(),
                    images));
    stopped.initCause(cause);
    return stopped;
  }

  private IOException failed(MorphologySpool spool, Exception cause) {
    String sentence = Sentence.of(cause);
    return new IOException(
        out == null || spool.size() == 0
            ? sentence
            : String.format(
                Locale.ROOT,
                "%s The answers of %,d galaxies are kept; the same command with --resume continues.",
                sentence,
                spool.size()),
        cause);
  }

  private void write(List<Named> images, MorphologySpool spool, Terminal terminal)
      throws IOException {
    if (out == null) {
      Summary.print(terminal, spool, ordinal -> images.get(ordinal).file());
      return;
    }
    if (spool.size() > 0 || kaggle) {
      try {
        new MorphologyTable(spool, ordinal -> images.get(ordinal).file()).write(out, content());
      } catch (IOException e) {
        throw new IOException(
            "The table %s cannot be written (%s). All answers are kept; the same command with --resume writes it."
                .formatted(ImageFormat.spelled(out), Sentence.reason(e)),
            e);
      }
      terminal.err().println("Wrote " + ImageFormat.spelled(out) + ".");
    }
    spool.delete();
  }

  /** A temporary one for a summary; for a table a journal, which outlives a crash. */
  private MorphologySpool spool(List<Named> images, ModelBundle bundle) throws IOException {
    if (out == null) {
      return MorphologySpool.temporary(images.size());
    }
    Path journal = journal(out);
    SortedMap<String, String> settings = settings(bundle);
    if (resume && Files.exists(journal)) {
      Map<String, Integer> ordinals = new HashMap<>();
      for (int ordinal = 0; ordinal < images.size(); ordinal++) {
        ordinals.put(images.get(ordinal).objectId(), ordinal);
      }
      return MorphologySpool.resume(
          journal,
          images.size(),
          settings,
          morphology -> {
            Integer ordinal = ordinals.get(morphology.objectId());
            return ordinal != null && isOf(morphology, images.get(ordinal)) ? ordinal : -1;
          });
    }
    if (overwrite) {
      Files.deleteIfExists(journal);
    }
    return MorphologySpool.begin(journal, images.size(), settings);
  }

  /** What decides an answer beside the image. */
  private SortedMap<String, String> settings(ModelBundle bundle) {
    ModelIdentity identity = bundle.identity();
    return new TreeMap<>(
        Map.of(
            "model", identity.name() + " " + identity.version() + " (" + identity.sha256() + ")",
            "form", model.form.toString(),
            "views", Integer.toString(model.views),
            "hdu", Objects.requireNonNullElse(hdu, "default"),
            "pixel scale", Objects.toString(pixelScale, "as the files say"),
            "size", Objects.toString(size, "whole images")));
  }

  /** Whether this is the image's answer: of this file, and the file has not changed since. */
  private static boolean isOf(GalaxyMorphology morphology, Named image) {
    try {
      return uri(image).equals(morphology.image().uri())
          && !Files.getLastModifiedTime(image.path()).toInstant().isAfter(morphology.receivedAt());
    } catch (IOException gone) {
      return false;
    }
  }

  private static Path journal(Path table) {
    return table.resolveSibling(table.getFileName() + ".journal");
  }

  /** A table among the images, such as {@code galaxies.fits} of an earlier run, is none of them. */
  private boolean isOutput(Named image) {
    try {
      return out != null && Files.exists(out) && Files.isSameFile(out, image.path());
    } catch (IOException gone) {
      return false;
    }
  }

  private void checkOptions(CommandLine commandLine) {
    if (kaggle && intervals) {
      throw new ParameterException(
          commandLine, "--kaggle writes Kaggle's columns, among which there are no --intervals.");
    }
    if (out == null) {
      String needing =
          kaggle
              ? "--kaggle"
              : intervals ? "--intervals" : overwrite ? "--overwrite" : resume ? "--resume" : "";
      if (!needing.isEmpty()) {
        throw new ParameterException(commandLine, needing + " needs --out FILE to write to.");
      }
      return;
    }
    try {
      if (TableFormat.of(out.toString()) == TableFormat.JSON_LINES && kaggle) {
        throw new ParameterException(
            commandLine, "--kaggle writes a table, and " + out + " asks for messages (.jsonl).");
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
          "There is a file %s already: name another one, or replace it with --overwrite."
              .formatted(name));
    }
    if (Files.exists(journal(table)) && !overwrite && !resume) {
      throw new ParameterException(
          commandLine,
          "An unfinished run for %s exists: continue it with --resume, or start over with --overwrite."
              .formatted(name));
    }
  }

  private static void checkPositive(
      CommandLine commandLine, String option, @Nullable Double arcseconds) {
    if (arcseconds != null && !(arcseconds > 0 && arcseconds < Double.POSITIVE_INFINITY)) {
      throw new ParameterException(
          commandLine, option + " must be more than 0 arcseconds, not " + arcseconds + ".");
    }
  }

  private TableContent content() {
    return kaggle
        ? TableContent.KAGGLE
        : intervals ? TableContent.INTERVALS : TableContent.PROBABILITIES;
  }

  /** Publishes on a thread of its own, so that replies are taken while references still go out. */
  private void collect(
      ClassifierSession session,
      List<Named> images,
      MorphologySpool spool,
      SortedMap<Integer, String> unreadable,
      ProgressBar progress,
      Interruption stop)
      throws IOException {
    int[] missing =
        IntStream.range(0, images.size()).filter(ordinal -> !spool.has(ordinal)).toArray();
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(
            () -> {
              for (int ordinal : missing) {
                session.publish(reference(images.get(ordinal), ordinal));
              }
              session.flush();
            },
            publisher -> Thread.ofPlatform().name("publisher").daemon().start(publisher));
    int done = 0;
    while (done < missing.length) {
      if (stop.requested()) {
        throw new CancellationException("stopped");
      }
      for (Reply reply : session.poll(PATIENCE)) {
        int ordinal = Integer.parseInt(reply.referenceId().orElseThrow());
        switch (reply) {
          case Reply.Classified classified -> spool.put(ordinal, classified.json());
          case Reply.GivenUp givenUp -> unreadable.put(ordinal, givenUp.reason());
        }
        done++;
      }
      progress.update(done, unreadable.size());
      if (publishing.isCompletedExceptionally()) {
        publishing.join();
      }
    }
  }

  /** The ordinal travels as the reference's own identifier, and finds the image again. */
  private GalaxyImageReference reference(Named image, int ordinal) {
    return new GalaxyImageReference(
        image.objectId(),
        new GalaxyImageReference.Image(
            uri(image), null, null, null, hdu, pixelScale, List.of(), size),
        Integer.toString(ordinal),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        false);
  }

  private static String uri(Named image) {
    return image.real().toUri().toString();
  }

  private static ClassifierSettings allowing(List<Named> images) {
    return ClassifierSettings.DEFAULT.withFolders(
        images.stream().map(image -> image.real().getParent()).distinct().toList());
  }
}
