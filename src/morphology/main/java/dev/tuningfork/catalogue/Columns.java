package dev.tuningfork.catalogue;

import dev.tuningfork.image.SkyPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.ValueInfo;
import uk.ac.starlink.votable.VOStarTable;

/**
 * Which columns of a table are used for what, and how a row of cells becomes a galaxy.
 *
 * <p>Both are in one class, long as it is: a cell is read by the unit and the kind of number that
 * its column was found with, and a complaint about a cell names that column.
 */
final class Columns {

  private static final Pattern QUOTED = Pattern.compile("'([^']*)'|\"([^\"]*)\"");

  /** A column in use. */
  private record Used(int index, String name, AngleUnit unit) {}

  private final List<ColumnInfo> infos;
  private final Map<Role, Used> used = new EnumMap<>(Role.class);
  private final SortedMap<String, Used> radii = new TreeMap<>();
  private final List<Integer> ids;
  private final List<Integer> kept;

  /** A cell that cannot be used; it never leaves this class. */
  private static final class BadCell extends Exception {
    private static final long serialVersionUID = 1L;
    private final String column;

    BadCell(String column, String reason) {
      super(reason, null, false, false);
      this.column = column;
    }
  }

  /**
   * Finds the columns: those that were named, else by UCD, else by their usual names.
   *
   * @param wanted radii by their usual names in lower case; those that are there are used
   * @param kept names of columns that are to be kept; those that are there are
   * @throws CatalogueException where there is no position, a column that was named is missing, or a
   *     column's unit or frame is not understood
   */
  Columns(
      StarTable table,
      ColumnChoice choice,
      Collection<String> wanted,
      List<String> kept,
      String file)
      throws CatalogueException {
    infos = IntStream.range(0, table.getColumnCount()).mapToObj(table::getColumnInfo).toList();
    ids = ids(choice, file);
    this.kept =
        kept.stream()
            .map(this::index)
            .filter(OptionalInt::isPresent)
            .map(OptionalInt::getAsInt)
            .toList();
    for (Role role : List.of(Role.RA, Role.DEC, Role.RADIUS, Role.WIDTH, Role.FILES)) {
      find(role, choice, file);
    }
    findRadii(choice, wanted, file);
    if (!used.containsKey(Role.RA) && !used.containsKey(Role.DEC)) {
      find(Role.L, choice, file);
      find(Role.B, choice, file);
    }
    boolean equatorial = used.containsKey(Role.RA) && used.containsKey(Role.DEC);
    boolean galactic = used.containsKey(Role.L) && used.containsKey(Role.B);
    if (!equatorial && !galactic) {
      throw new CatalogueException(
          "%s has no columns of right ascension and declination. Name them with --columns ra=…,dec=…; the table has %s."
              .formatted(file, names()));
    }
    requireIcrs(file);
  }

  private List<Integer> ids(ColumnChoice choice, String file) throws CatalogueException {
    Optional<ColumnChoice.Named> named = choice.of(Role.ID);
    List<Integer> found = new ArrayList<>();
    if (named.isPresent()) {
      for (String name : named.get().names()) {
        found.add(index(name).orElseThrow(() -> missing(name, file)));
      }
    } else {
      byUcd(Role.ID).or(() -> byName(Role.ID)).ifPresent(found::add);
    }
    return List.copyOf(found);
  }

  private void find(Role role, ColumnChoice choice, String file) throws CatalogueException {
    Optional<ColumnChoice.Named> named = choice.of(role);
    Optional<Integer> index;
    if (named.isPresent()) {
      String name = named.get().names().getFirst();
      index = Optional.of(index(name).orElseThrow(() -> missing(name, file)));
    } else {
      index = byUcd(role).or(() -> byName(role));
    }
    if (index.isPresent()) {
      String unit = named.flatMap(ColumnChoice.Named::unit).orElse("");
      used.put(role, used(role, index.get(), unit, file));
    }
  }

  private void findRadii(ColumnChoice choice, Collection<String> wanted, String file)
      throws CatalogueException {
    for (Map.Entry<String, ColumnChoice.Named> named : choice.radii().entrySet()) {
      String key = named.getKey();
      if (!wanted.contains(key)) {
        throw new CatalogueException(
            "Columns have the uses id, ra, dec, l, b, radius, width and files%s, but not '%s'."
                .formatted(
                    wanted.isEmpty() ? "" : ", for this recipe also " + String.join(", ", wanted),
                    key));
      }
      String name = named.getValue().names().getFirst();
      int index = index(name).orElseThrow(() -> missing(name, file));
      radii.put(key, used(Role.RADIUS, index, named.getValue().unit().orElse(""), file));
    }
    for (String key : wanted) {
      OptionalInt index = index(key);
      boolean named = radii.containsKey(key) || choice.of(Role.RADIUS).isPresent();
      if (index.isPresent() && !named) {
        radii.put(key, used(Role.RADIUS, index.getAsInt(), "", file));
      }
    }
    Used general = used.remove(Role.RADIUS);
    if (general != null) {
      radii.put(Role.RADIUS.key(), general);
    }
  }

  private Used used(Role role, int index, String named, String file) throws CatalogueException {
    ColumnInfo info = infos.get(index);
    String declared = info.getUnitString() == null ? "" : info.getUnitString().strip();
    String unit = named.isEmpty() ? declared : named;
    boolean size = role == Role.RADIUS || role == Role.WIDTH;
    AngleUnit known =
        unit.isEmpty() ? usual(role, info.getName()) : AngleUnit.of(unit).orElse(null);
    if (role != Role.FILES && (known == null || (known.isPixels() && !size))) {
      throw new CatalogueException(
          "The column %s of %s is in '%s', which is not a unit of %s. Name its unit with --columns %s=%s[%s]."
              .formatted(
                  info.getName(),
                  file,
                  unit,
                  size ? "size" : "angle",
                  role.key(),
                  info.getName(),
                  size ? "arcsec" : "deg"));
    }
    return new Used(index, info.getName(), known == null ? AngleUnit.DEGREE : known);
  }

  /** The unit of a column that names none. */
  private static AngleUnit usual(Role role, String name) {
    if (role == Role.RADIUS || role == Role.WIDTH) {
      return name.toLowerCase(Locale.ROOT).contains("pix") ? AngleUnit.PIXEL : AngleUnit.ARCSECOND;
    }
    return AngleUnit.DEGREE;
  }

  private Optional<Integer> byUcd(Role role) {
    for (String ucd : role.ucds()) {
      List<Integer> marked =
          IntStream.range(0, infos.size())
              .filter(i -> ucd.equalsIgnoreCase(infos.get(i).getUCD()))
              .boxed()
              .toList();
      if (marked.size() == 1) {
        return Optional.of(marked.getFirst());
      }
    }
    return Optional.empty();
  }

  private Optional<Integer> byName(Role role) {
    return role.names().stream()
        .map(this::index)
        .filter(OptionalInt::isPresent)
        .map(OptionalInt::getAsInt)
        .findFirst();
  }

  /** The column of a name; case counts only where names differ in nothing else. */
  OptionalInt index(String name) {
    OptionalInt exact =
        IntStream.range(0, infos.size())
            .filter(i -> infos.get(i).getName().equals(name))
            .findFirst();
    return exact.isPresent()
        ? exact
        : IntStream.range(0, infos.size())
            .filter(i -> infos.get(i).getName().equalsIgnoreCase(name))
            .findFirst();
  }

  private CatalogueException missing(String name, String file) {
    return new CatalogueException(
        "There is no column %s in %s, which has %s.".formatted(name, file, names()));
  }

  /** The names of all columns, the first of them where there are many. */
  String names() {
    int shown = 40;
    String names =
        infos.stream().limit(shown).map(ColumnInfo::getName).collect(Collectors.joining(", "));
    return infos.size() <= shown
        ? names
        : names + " and %d more columns".formatted(infos.size() - shown);
  }

  /** A VOTable says its frame; positions of another equinox would be off by whole tiles. */
  private void requireIcrs(String file) throws CatalogueException {
    Used longitude = used.get(Role.RA);
    if (longitude == null) {
      return;
    }
    ColumnInfo info = infos.get(longitude.index());
    String system = datum(info, VOStarTable.COOSYS_SYSTEM_INFO);
    String equinox = datum(info, VOStarTable.COOSYS_EQUINOX_INFO);
    boolean otherSystem =
        !system.isEmpty()
            && !List.of("ICRS", "EQ_FK5", "FK5").contains(system.toUpperCase(Locale.ROOT));
    boolean otherEquinox =
        !equinox.isEmpty() && !equinox.toUpperCase(Locale.ROOT).replace("J", "").startsWith("2000");
    if (otherSystem || otherEquinox) {
      throw new CatalogueException(
          "The positions of %s are in %s %s; only ICRS and FK5 of J2000 are read. Convert them first."
              .formatted(file, system, equinox)
              .replace(" ;", ";"));
    }
  }

  private static String datum(ColumnInfo info, ValueInfo which) {
    String value = info.getAuxDatumValue(which, String.class);
    return value == null ? "" : value.strip();
  }

  /** Which columns are used, as {@code --columns} takes them: {@code id=objid, ra=RA, dec=DEC}. */
  String inWords() {
    String id =
        ids.isEmpty()
            ? "id=row number"
            : "id="
                + ids.stream().map(i -> infos.get(i).getName()).collect(Collectors.joining("+"));
    return used.entrySet().stream()
            .map(entry -> ", " + entry.getKey().key() + "=" + entry.getValue().name())
            .collect(Collectors.joining("", id, ""))
        + radii.values().stream()
            .map(column -> ", radius=" + column.name())
            .collect(Collectors.joining());
  }

  /** The names of the columns that are kept. */
  List<String> kept() {
    return kept.stream().map(i -> infos.get(i).getName()).toList();
  }

  /** What the radii are used for. */
  Set<String> radii() {
    return Collections.unmodifiableSet(radii.keySet());
  }

  /** Whether rows say how wide a cutout is. */
  boolean hasWidths() {
    return used.containsKey(Role.WIDTH);
  }

  /** Whether rows name their own image files. */
  boolean hasFiles() {
    return used.containsKey(Role.FILES);
  }

  /** A row of cells as what it says. */
  CatalogueRow row(long number, @Nullable Object[] cells) {
    try {
      return new CatalogueRow.Galaxy(
          number,
          id(number, cells),
          position(cells),
          radii(cells),
          width(cells),
          files(cells),
          kept.stream()
              .map(index -> Cells.isMissing(cells[index]) ? "" : Cells.text(present(cells[index])))
              .toList());
    } catch (BadCell e) {
      return new CatalogueRow.Unusable(number, e.column, String.valueOf(e.getMessage()));
    }
  }

  private String id(long number, @Nullable Object[] cells) throws BadCell {
    if (ids.isEmpty()) {
      return Long.toString(number);
    }
    List<String> parts = new ArrayList<>(ids.size());
    for (int index : ids) {
      Object cell = cells[index];
      if (cell == null || Cells.isMissing(cell)) {
        throw new BadCell(infos.get(index).getName(), "is empty");
      }
      parts.add(Cells.text(cell));
    }
    return String.join("-", parts);
  }

  private SkyPosition position(@Nullable Object[] cells) throws BadCell {
    Used ra = used.get(Role.RA);
    Used dec = used.get(Role.DEC);
    if (ra != null && dec != null) {
      return new SkyPosition(turned(longitude(cells, ra, true)), latitude(cells, dec));
    }
    Used l = used.get(Role.L);
    Used b = used.get(Role.B);
    if (l == null || b == null) {
      throw new IllegalStateException("a table without positions is not opened");
    }
    return SkyPosition.ofGalactic(longitude(cells, l, false), latitude(cells, b));
  }

  private static double longitude(@Nullable Object[] cells, Used column, boolean rightAscension)
      throws BadCell {
    double degrees = degrees(cells, column, rightAscension);
    if (!(degrees >= -360 && degrees <= 720)) {
      throw new BadCell(column.name(), "is " + shown(cells, column) + ", which is not a longitude");
    }
    return degrees;
  }

  private static double latitude(@Nullable Object[] cells, Used column) throws BadCell {
    double degrees = degrees(cells, column, false);
    if (!(Math.abs(degrees) <= 90)) {
      throw new BadCell(
          column.name(), "is " + shown(cells, column) + ", which is beyond the poles");
    }
    return degrees;
  }

  /** Texts with minutes and seconds are hours of right ascension, and degrees of all else. */
  private static double degrees(@Nullable Object[] cells, Used column, boolean rightAscension)
      throws BadCell {
    if (cells[column.index()] instanceof String text) {
      OptionalDouble parts = AngleUnit.sexagesimal(text);
      if (parts.isPresent()) {
        boolean inDegrees = text.contains("d") || text.contains("°");
        return parts.getAsDouble()
            * (rightAscension && !inDegrees ? AngleUnit.HOUR : AngleUnit.DEGREE).degrees();
      }
    }
    return number(cells, column) * column.unit().degrees();
  }

  private Map<String, Extent> radii(@Nullable Object[] cells) throws BadCell {
    if (radii.isEmpty()) {
      return Map.of();
    }
    Map<String, Extent> sizes = new HashMap<>();
    for (Map.Entry<String, Used> radius : radii.entrySet()) {
      sizes.put(radius.getKey(), extent(cells, radius.getValue()));
    }
    return sizes;
  }

  private Optional<Extent> width(@Nullable Object[] cells) throws BadCell {
    Used column = used.get(Role.WIDTH);
    return column == null ? Optional.empty() : Optional.of(extent(cells, column));
  }

  private static Extent extent(@Nullable Object[] cells, Used column) throws BadCell {
    double value = number(cells, column);
    if (!(value > 0)) {
      throw new BadCell(
          column.name(), "is " + shown(cells, column) + ", and a size is more than 0");
    }
    return column.unit().isPixels()
        ? new Extent(value, Extent.Unit.PIXELS)
        : new Extent(value * column.unit().degrees() * 3600, Extent.Unit.ARCSECONDS);
  }

  private static Object present(@Nullable Object cell) {
    return Objects.requireNonNull(cell);
  }

  /** A list of paths as Python or JSON writes it, an array of texts, or one path. */
  private List<String> files(@Nullable Object[] cells) throws BadCell {
    Used column = used.get(Role.FILES);
    if (column == null) {
      return List.of();
    }
    Object cell = cells[column.index()];
    if (cell == null || Cells.isMissing(cell)) {
      throw new BadCell(column.name(), "is empty");
    }
    if (cell instanceof String[] paths) {
      return Arrays.stream(paths).map(String::strip).filter(path -> !path.isEmpty()).toList();
    }
    String text = cell.toString().strip();
    if (!text.startsWith("[")) {
      return List.of(text);
    }
    List<String> paths = new ArrayList<>();
    Matcher matcher = QUOTED.matcher(text);
    while (matcher.find()) {
      paths.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    if (paths.isEmpty()) {
      throw new BadCell(column.name(), "does not name a file: " + text);
    }
    return paths;
  }

  private static double number(@Nullable Object[] cells, Used column) throws BadCell {
    Object cell = cells[column.index()];
    if (Cells.isMissing(cell)) {
      throw new BadCell(column.name(), "is empty");
    }
    Number number = Cells.number(cell);
    if (number == null || !Double.isFinite(number.doubleValue())) {
      throw new BadCell(column.name(), "is " + shown(cells, column) + ", which is not a number");
    }
    return number.doubleValue();
  }

  private static String shown(@Nullable Object[] cells, Used column) {
    Object cell = cells[column.index()];
    String text = cell == null ? "" : cell instanceof String s ? "'" + s + "'" : Cells.text(cell);
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  private static double turned(double degrees) {
    double within = degrees % 360;
    return within < 0 ? within + 360 : within;
  }
}
