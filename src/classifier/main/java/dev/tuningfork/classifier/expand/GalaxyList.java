package dev.tuningfork.classifier.expand;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.CatalogueRow;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.catalogue.Condition;
import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.ImageFetcher.LocalFile;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.Sizing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The galaxies of one survey image, read ahead by a thread of its own: the caller never waits for a
 * disk or a server.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>At most {@value #AHEAD} pieces are read and not yet taken, so memory does not grow with the
 *       list.
 *   <li>The list is always read from its first row, also where pieces begin later: which
 *       identifiers have been used before decides about the rows that follow. The same list, read
 *       again, says the same of each row, in the same order.
 *   <li>Each row is in one piece, or was excluded or not taken. A piece with an end is the last.
 *   <li>Rows are put into an order in which survey images are read well: runs of at most {@value
 *       #RUN} galaxies or {@value #RUN_ROWS} rows, one after the other, each by declination, which
 *       is along the rows of most survey images. Neighbours on the sky thus follow each other, and
 *       what was decompressed or fetched for the one is there for the next. Where runs end depends
 *       on the list alone, and on no setting. A {@linkplain Piece#cursor cursor} within a run
 *       counts from the run's end: so many of its galaxies are left.
 *   <li>Pieces of two different lists are never mixed: a list that is not the one whose first
 *       pieces were taken is {@linkplain Piece.Broken broken}, and so is one that changes while it
 *       is read.
 * </ul>
 *
 * <p>Threads: one belongs to this class, and ends when the list does or is {@linkplain #close
 * closed}. The caller's calls {@link #poll}.
 */
public final class GalaxyList implements AutoCloseable {

  private static final int AHEAD = 2;

  /** The list of a message that has no catalogue. */
  private static final String INLINE = "inline";

  /** Galaxies of a run, and rows of one. */
  private static final int RUN = 4_096;

  private static final int RUN_ROWS = 250_000;

  /** Bad rows first, since nothing is read for them; then from south to north. */
  private static final Comparator<Row> READING_ORDER =
      Comparator.comparingDouble(Row::dec).thenComparingLong(Row::number);

  private final GalaxyLists lists;
  private final SurveyImageReference image;
  private final long after;

  /** What the pieces that were taken before are of; empty for any. */
  private final String begun;

  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(AHEAD);
  private final PixelScales scales;
  private final Thread thread;

  /** What ended the thread that no list is to blame for. */
  private volatile @Nullable Throwable failure;

  // of the run that is being read
  private final List<Row> run = new ArrayList<>();
  private long runAfter;
  private long runRows;
  private long runExcluded;
  private long lastRow;

  // of the piece that is being filled
  private final List<Piece.Entry> entries = new ArrayList<>();
  private String list = INLINE;
  private long cursor;
  private long excluded;

  /**
   * A row that is taken.
   *
   * @param dec minus infinity where it is no galaxy
   * @param entry makes what is in the piece
   */
  private record Row(long number, double dec, Supplier<Piece.Entry> entry) {}

  GalaxyList(GalaxyLists lists, SurveyImageReference image, long after, String begun) {
    this.lists = lists;
    this.image = image;
    this.after = after;
    this.begun = begun;
    this.cursor = after;
    this.scales = new PixelScales(lists.fetcher(), cutout(null, 1.0, false));
    this.thread = Thread.ofPlatform().daemon().name("expand").start(this::run);
  }

  /**
   * The next piece; null where none is ready yet.
   *
   * @throws IllegalStateException where reading failed and the list is not to blame, such as for
   *     want of memory or of room on the disk
   */
  public @Nullable Piece poll() {
    Throwable cause = failure;
    if (cause != null) {
      throw new IllegalStateException(
          "Listing the galaxies of %s failed (%s). The list is not the cause."
              .formatted(image.surveyImageId(), cause),
          cause);
    }
    return pieces.poll();
  }

  /** Nobody takes pieces any longer. */
  @Override
  public void close() {
    thread.interrupt();
  }

  /** A row that cannot be used, and why. */
  private static final class BadRow extends Exception {
    BadRow(String reason) {
      super(reason);
    }
  }

  private void run() {
    try {
      Piece.End end;
      try {
        SurveyImageReference.Catalogue catalogue = image.catalogue();
        if (catalogue == null) {
          requireBegun("The list of the message");
          listInline();
        } else {
          listCatalogue(catalogue);
        }
        end = new Piece.Complete();
      } catch (ListScratch.Failure e) {
        throw e;
      } catch (FetchException e) {
        end = new Piece.Broken(Stage.EXPAND, e.kind(), e.attempts(), e);
      } catch (PixelScales.OutOfReach e) {
        run.clear(); // the next time it may go on, and its order is another one then
        end = new Piece.Broken(Stage.EXPAND, e.why().kind(), e.why().attempts(), e.why());
      } catch (IOException | RuntimeException | StackOverflowError e) {
        end = new Piece.Broken(Stage.EXPAND, FailureKind.PERMANENT, 1, e);
      }
      endRun();
      put(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the list is closed
    } catch (ListScratch.Failure | Error e) {
      failure = e;
    }
  }

  private void listInline() throws InterruptedException {
    List<SurveyImageReference.Galaxy> galaxies = image.galaxies();
    try (ListScratch scratch = new ListScratch(lists.scratch())) {
      for (int i = 0; i < galaxies.size(); i++) {
        SurveyImageReference.Galaxy galaxy = galaxies.get(i);
        long number = i + 1L;
        Function<String, Piece.Entry> unusable =
            why ->
                new Piece.Unusable(
                    number,
                    "Galaxy %d of the survey image %s: %s"
                        .formatted(number, image.surveyImageId(), why),
                    image.with(List.of(galaxy)).toJson());
        try {
          add(number, inline(scratch, number, galaxy), unusable);
        } catch (BadRow e) {
          addUnusable(number, () -> unusable.apply(String.valueOf(e.getMessage())));
        }
      }
    }
  }

  private GalaxyImageReference inline(
      ListScratch seen, long number, SurveyImageReference.Galaxy galaxy) throws BadRow {
    Optional<String> problem = galaxy.problem();
    if (problem.isPresent()) {
      throw new BadRow(problem.get());
    }
    String objectId = Objects.requireNonNull(galaxy.objectId());
    requireNew(seen, objectId, number);
    return reference(
        number,
        objectId,
        Objects.requireNonNull(galaxy.ra()),
        Objects.requireNonNull(galaxy.dec()),
        galaxy.fieldOfView(),
        galaxy.side(),
        false);
  }

  private void listCatalogue(SurveyImageReference.Catalogue table)
      throws FetchException, IOException, InterruptedException {
    try (LocalFile file = lists.fetcher().file(table.uri())) {
      ListFile read = ListFile.of(file.path());
      list = read.sha256();
      requireBegun("The catalogue " + file.path().getFileName());
      listRows(table, file.path());
      read.requireUnchanged();
    }
  }

  /** Else galaxies would be listed twice or never. */
  private void requireBegun(String what) throws IOException {
    if (after > 0 && !begun.isEmpty() && !begun.equals(list)) {
      throw new IOException(
          "%s is not the one whose first galaxies were listed: it has changed. Publish the survey image again."
              .formatted(what));
    }
  }

  private void listRows(SurveyImageReference.Catalogue table, Path file)
      throws IOException, InterruptedException {
    Recipe recipe = image.recipe() == null ? null : Recipe.named(image.recipe());
    Sizing sizing = new Sizing(optional(table.fieldOfView()), optional(table.sizeFactor()), recipe);
    ColumnChoice columns =
        table.columns() == null ? ColumnChoice.NONE : ColumnChoice.parse(table.columns());
    Optional<Condition> where = Optional.ofNullable(table.where()).map(Condition::parse);
    try (Catalogue catalogue = Catalogue.open(file, columns, sizing.radii(), List.of(), where);
        ListScratch scratch = new ListScratch(lists.scratch());
        Catalogue.Rows all = catalogue.rows()) {
      if (sizing.lacking(catalogue.radii(), catalogue.hasWidths(), "fieldOfView").isPresent()) {
        throw new IOException(
            "The catalogue %s has no sizes that %s can use: name their column in catalogue.columns, or set catalogue.fieldOfView."
                .formatted(
                    file.getFileName(),
                    recipe == null ? "the model" : "the recipe " + recipe.name()));
      }
      for (var row = all.next(); row.isPresent(); row = all.next()) {
        if (table.takes(row.get().number())) {
          list(table, row.get(), sizing, scratch);
        }
      }
    }
  }

  private void list(
      SurveyImageReference.Catalogue table, CatalogueRow row, Sizing sizing, ListScratch seen)
      throws InterruptedException {
    switch (row) {
      case CatalogueRow.Galaxy galaxy -> {
        Function<String, Piece.Entry> unusable =
            why ->
                unusable(
                    table,
                    galaxy.number(),
                    "Row %d of the catalogue (%s): %s"
                        .formatted(galaxy.number(), galaxy.id(), why));
        try {
          add(galaxy.number(), listed(galaxy, sizing, seen), unusable);
        } catch (BadRow e) {
          addUnusable(galaxy.number(), () -> unusable.apply(String.valueOf(e.getMessage())));
        }
      }
      case CatalogueRow.Unusable unusable ->
          addUnusable(
              unusable.number(),
              () ->
                  unusable(
                      table,
                      unusable.number(),
                      "Row %d of the catalogue: the column %s %s."
                          .formatted(unusable.number(), unusable.column(), unusable.reason())));
      case CatalogueRow.Excluded(long number) -> {
        runExcluded++;
        wasRead(number);
      }
    }
  }

  private Piece.Entry unusable(SurveyImageReference.Catalogue table, long number, String reason) {
    return new Piece.Unusable(number, reason, image.with(table.row(number)).toJson());
  }

  private GalaxyImageReference listed(CatalogueRow.Galaxy galaxy, Sizing sizing, ListScratch seen)
      throws BadRow {
    requireNew(seen, galaxy.id(), galaxy.number());
    Optional<Sizing.Sized> sized;
    try {
      sized = sizing.of(galaxy, () -> scales.at(galaxy.position()));
    } catch (PixelScales.NoScale e) {
      throw new BadRow("its size cannot be converted: " + e.getMessage());
    }
    if (sized.isEmpty()) {
      throw new BadRow("nothing says how large the galaxy is.");
    }
    Double fieldOfView = null;
    Double side = null;
    switch (sized.get().side()) {
      case Cut.Side.Arcseconds(double value) -> fieldOfView = value;
      case Cut.Side.Pixels(double value) -> side = value;
    }
    return reference(
        galaxy.number(),
        galaxy.id(),
        galaxy.position().ra(),
        galaxy.position().dec(),
        fieldOfView,
        side,
        sized.get().suspect());
  }

  private static void requireNew(ListScratch seen, String objectId, long number) throws BadRow {
    long earlier = seen.firstRow(objectId, number);
    if (earlier > 0) {
      throw new BadRow("the identifier %s is that of row %d.".formatted(objectId, earlier));
    }
  }

  private GalaxyImageReference reference(
      long number,
      String objectId,
      double ra,
      double dec,
      @Nullable Double fieldOfView,
      @Nullable Double side,
      boolean sizeSuspect)
      throws BadRow {
    try {
      return new GalaxyImageReference(
          objectId,
          GalaxyImageReference.Image.of(cutout(fieldOfView, side, sizeSuspect)),
          image.surveyImageId() + "/" + number,
          image.survey(),
          image.dataRelease(),
          ra,
          dec,
          null,
          null,
          image.publisher(),
          image.publishedAt(),
          image.test());
    } catch (IllegalArgumentException e) {
      throw new BadRow(String.valueOf(e.getMessage()));
    }
  }

  private GalaxyImageReference.Cutout cutout(
      @Nullable Double fieldOfView, @Nullable Double side, boolean sizeSuspect) {
    return new GalaxyImageReference.Cutout(
        image.surveyImageId(), image.bands(), fieldOfView, side, image.recipe(), sizeSuspect);
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private void add(
      long number, GalaxyImageReference reference, Function<String, Piece.Entry> unusable)
      throws InterruptedException {
    double dec = Objects.requireNonNull(reference.dec());
    run.add(new Row(number, dec, () -> entry(number, reference, unusable)));
    wasRead(number);
  }

  private Piece.Entry entry(
      long number, GalaxyImageReference reference, Function<String, Piece.Entry> unusable) {
    byte[] json = reference.toJson();
    int most = lists.largestReference();
    return json.length > most
        ? unusable.apply(
            "its reference would have %,d bytes; at most %,d are allowed."
                .formatted(json.length, most))
        : new Piece.Listed(number, reference.objectId(), json);
  }

  private void addUnusable(long number, Supplier<Piece.Entry> entry) throws InterruptedException {
    run.add(new Row(number, Double.NEGATIVE_INFINITY, entry));
    wasRead(number);
  }

  private void wasRead(long number) throws InterruptedException {
    lastRow = number;
    runRows++;
    if (run.size() >= RUN || runRows >= RUN_ROWS) {
      endRun();
      putPassed();
    }
  }

  /** Puts a run into pieces, as far as it was not in pieces that were taken before. */
  private void endRun() throws InterruptedException {
    if (lastRow > after) {
      excluded += after > runAfter ? 0 : runExcluded;
      run.sort(READING_ORDER);
      long at = lastRow - run.size();
      for (Row row : run) {
        at++;
        if (at > after) {
          entries.add(row.entry.get());
          cursor = at;
          if (entries.size() >= lists.piece()) {
            put(null);
          }
        }
      }
      cursor = lastRow;
    }
    run.clear();
    runAfter = lastRow;
    runRows = 0;
    runExcluded = 0;
  }

  /** Many rows without a galaxy make a piece too: the cursor moves on. */
  private void putPassed() throws InterruptedException {
    if (entries.isEmpty() && excluded > 0) {
      put(null);
    }
  }

  private void put(Piece.@Nullable End end) throws InterruptedException {
    pieces.put(new Piece(entries, list, cursor, excluded, end));
    entries.clear();
    excluded = 0;
  }
}
