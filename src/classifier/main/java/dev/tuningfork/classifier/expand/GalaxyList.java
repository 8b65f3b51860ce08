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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
 *       again, says the same of each row.
 *   <li>Each row is in one piece, or was excluded or not taken. A piece with an end is the last.
 * </ul>
 *
 * <p>Threads: one belongs to this class, and ends when the list does or is {@linkplain #close
 * closed}. The caller's calls {@link #poll}.
 */
public final class GalaxyList implements AutoCloseable {

  private static final int AHEAD = 2;

  /** So many rows without a galaxy, in pieces, make a piece too: the cursor moves on. */
  private static final int ROWS_A_GALAXY = 100;

  private final GalaxyLists lists;
  private final SurveyImageReference image;
  private final long after;
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(AHEAD);
  private final PixelScales scales;
  private final Thread thread;

  /** What ended the thread that no list is to blame for. */
  private volatile @Nullable Throwable failure;

  // of the piece that is being read
  private final List<Piece.Entry> entries = new ArrayList<>();
  private long cursor;
  private long rows;
  private long excluded;

  GalaxyList(GalaxyLists lists, SurveyImageReference image, long after) {
    this.lists = lists;
    this.image = image;
    this.after = after;
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
        end = new Piece.Broken(Stage.EXPAND, e.why().kind(), e.why().attempts(), e.why());
      } catch (IOException | RuntimeException | StackOverflowError e) {
        end = new Piece.Broken(Stage.EXPAND, FailureKind.PERMANENT, 1, e);
      }
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
        try {
          add(number, inline(scratch, number, galaxy));
        } catch (BadRow e) {
          add(
              new Piece.Unusable(
                  number,
                  "Galaxy %d of the survey image %s: %s"
                      .formatted(number, image.surveyImageId(), e.getMessage()),
                  image.with(List.of(galaxy)).toJson()));
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
    Recipe recipe = image.recipe() == null ? null : Recipe.named(image.recipe());
    Sizing sizing = new Sizing(optional(table.fieldOfView()), optional(table.sizeFactor()), recipe);
    ColumnChoice columns =
        table.columns() == null ? ColumnChoice.NONE : ColumnChoice.parse(table.columns());
    Optional<Condition> where = Optional.ofNullable(table.where()).map(Condition::parse);
    try (LocalFile file = lists.fetcher().file(table.uri());
        Catalogue catalogue =
            Catalogue.open(file.path(), columns, sizing.radii(), List.of(), where);
        ListScratch scratch = new ListScratch(lists.scratch());
        Catalogue.Rows all = catalogue.rows()) {
      if (sizing.lacking(catalogue.radii(), catalogue.hasWidths(), "fieldOfView").isPresent()) {
        throw new IOException(
            "The catalogue %s has no sizes that %s can use: name their column in catalogue.columns, or set catalogue.fieldOfView."
                .formatted(
                    file.path().getFileName(),
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
        try {
          add(galaxy.number(), listed(galaxy, sizing, seen));
        } catch (BadRow e) {
          addUnusable(
              table,
              galaxy.number(),
              "Row %d of the catalogue (%s): %s"
                  .formatted(galaxy.number(), galaxy.id(), e.getMessage()));
        }
      }
      case CatalogueRow.Unusable unusable ->
          addUnusable(
              table,
              unusable.number(),
              "Row %d of the catalogue: the column %s %s."
                  .formatted(unusable.number(), unusable.column(), unusable.reason()));
      case CatalogueRow.Excluded(long number) -> {
        if (number > after) {
          cursor = number;
          excluded++;
          rows++;
          putFull();
        }
      }
    }
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

  private void add(long number, GalaxyImageReference reference)
      throws BadRow, InterruptedException {
    if (number <= after) {
      return; // it is in a piece that was taken before
    }
    byte[] json = reference.toJson();
    if (json.length > lists.largestReference()) {
      throw new BadRow(
          "its reference would have %,d bytes; at most %,d are allowed."
              .formatted(json.length, lists.largestReference()));
    }
    add(new Piece.Listed(number, reference.objectId(), json));
  }

  private void addUnusable(SurveyImageReference.Catalogue table, long number, String reason)
      throws InterruptedException {
    add(new Piece.Unusable(number, reason, image.with(table.row(number)).toJson()));
  }

  private void add(Piece.Entry entry) throws InterruptedException {
    if (entry.number() > after) {
      entries.add(entry);
      cursor = entry.number();
      rows++;
      putFull();
    }
  }

  private void putFull() throws InterruptedException {
    if (entries.size() >= lists.piece() || rows >= (long) ROWS_A_GALAXY * lists.piece()) {
      put(null);
    }
  }

  private void put(Piece.@Nullable End end) throws InterruptedException {
    pieces.put(new Piece(entries, cursor, excluded, end));
    entries.clear();
    rows = 0;
    excluded = 0;
  }
}
