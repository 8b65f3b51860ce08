package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.session.ClassifierSession;
import dev.tuningfork.standalone.session.Reply;
import dev.tuningfork.standalone.table.MorphologySpool;
import dev.tuningfork.standalone.table.MorphologyTable;
import dev.tuningfork.standalone.table.TableContent;
import dev.tuningfork.standalone.table.TableFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
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
      names = "--hdu",
      paramLabel = "NAME|N",
      description =
          "The HDU of FITS files to take, by name (SCI), name and version (SCI,2) or number (0 is"
              + " the primary one). Default: the picture among them, never a mask or an error map.")
  private @Nullable String hdu;

  @Option(
      names = "--pixel-scale",
      paramLabel = "ARCSEC",
      description =
          "The side of a pixel on the sky. Default: as the celestial coordinates of a FITS file"
              + " say; other files do not.")
  private @Nullable Double pixelScale;

  @Option(
      names = "--size",
      paramLabel = "ARCSEC",
      description =
          "Use the central square of this side alone, as if the images had been cut to it. Galaxy"
              + " Zoo 2's pictures are 8.5 Petrosian radii wide, and the built-in models look at"
              + " their central 49 %%.")
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
    List<Path> images = ImageFiles.find(named);
    if (images.isEmpty()) {
      throw new IOException(
          "There is no JPEG, PNG or FITS image in "
              + named.stream().map(Path::toString).collect(Collectors.joining(" or "))
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
    try (Interruption stop = new Interruption();
        MorphologySpool spool = new MorphologySpool(images.size())) {
      terminal.status("Starting the broker and the model …");
      try (MorphologyModel loaded = model.load(bundle);
          ClassifierSession session =
              ClassifierSession.start(loaded, allowing(images), COMMIT_INTERVAL)) {
        ProgressBar progress = new ProgressBar(terminal, images.size(), System::nanoTime);
        try {
          collect(session, images, spool, unreadable, progress, stop);
        } finally {
          progress.finish();
        }
        terminal
            .err()
            .printf(
                Locale.ROOT,
                "Classified %,d of %,d galaxies%s in %s, %,.0f/s.%n",
                spool.size(),
                images.size(),
                loaded.views() == 1 ? "" : ", " + loaded.views() + " views of each,",
                ProgressBar.inWords(progress.elapsed()),
                progress.rate());
      }
      unreadable.forEach(
          (ordinal, reason) -> terminal.err().println(images.get(ordinal) + ": " + reason));
      if (!unreadable.isEmpty()) {
        terminal
            .err()
            .printf(Locale.ROOT, "%,d of the images could not be read.%n", unreadable.size());
      }
      if (out == null) {
        Summary.print(terminal, spool, ordinal -> images.get(ordinal).toString());
      } else if (spool.size() > 0 || kaggle) {
        new MorphologyTable(spool, ordinal -> images.get(ordinal).toString()).write(out, content());
        terminal.err().println("Wrote " + out + ".");
      }
      terminal.err().flush();
    }
    return unreadable.isEmpty() ? ExitCode.OK : Commands.SOME_LEFT_OUT;
  }

  private void checkOptions(CommandLine commandLine) {
    if (kaggle && intervals) {
      throw new ParameterException(
          commandLine, "--kaggle writes Kaggle's columns, among which there are no --intervals.");
    }
    if (out == null) {
      if (kaggle || intervals) {
        throw new ParameterException(
            commandLine, (kaggle ? "--kaggle" : "--intervals") + " needs --out FILE to write to.");
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
    OutputFile.check(commandLine, out);
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
      List<Path> images,
      MorphologySpool spool,
      SortedMap<Integer, String> unreadable,
      ProgressBar progress,
      Interruption stop)
      throws IOException {
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(
            () -> {
              for (int ordinal = 0; ordinal < images.size(); ordinal++) {
                session.publish(reference(images.get(ordinal), ordinal));
              }
              session.flush();
            },
            publisher -> Thread.ofPlatform().name("publisher").daemon().start(publisher));
    int done = 0;
    while (done < images.size()) {
      if (stop.requested()) {
        throw new CancellationException("Stopped, and nothing is written.");
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

  /** The ordinal travels as the reference's own identifier, since two folders may share a name. */
  private GalaxyImageReference reference(Path image, int ordinal) {
    return new GalaxyImageReference(
        ImageFiles.objectId(image),
        new GalaxyImageReference.Image(
            real(image).toUri().toString(), null, null, null, hdu, pixelScale, List.of(), size),
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

  private static FetchPolicy allowing(List<Path> images) {
    return FetchPolicy.ofFolders(
        images.stream().map(image -> real(image).getParent()).distinct().toList());
  }

  /** Where the file really is; where it would be, if it has gone in the meantime. */
  private static Path real(Path image) {
    try {
      return image.toRealPath();
    } catch (IOException gone) {
      return image.toAbsolutePath().normalize();
    }
  }
}
