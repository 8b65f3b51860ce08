package dev.tuningfork.catalogue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Columns that a person names, because they have unusual names or the table does not say their
 * unit.
 *
 * @param columns by their use; an id may be made of several columns
 * @param radii by the name that the recipe has for the radius
 */
public record ColumnChoice(Map<Role, Named> columns, Map<String, Named> radii) {

  public static final ColumnChoice NONE = new ColumnChoice(Map.of(), Map.of());

  private static final Pattern ENTRY =
      Pattern.compile("\\s*(\\w+)\\s*=\\s*([^\\[\\]]+?)\\s*(?:\\[\\s*([^\\]]+?)\\s*])?\\s*");

  /**
   * A column that was named.
   *
   * @param names one column; for an id perhaps several, whose cells are joined by hyphens
   * @param unit the unit, where it was named too
   */
  public record Named(List<String> names, Optional<String> unit) {
    public Named {
      names = List.copyOf(names);
    }
  }

  public ColumnChoice {
    columns = Map.copyOf(columns);
    radii = Map.copyOf(radii);
  }

  /**
   * Reads {@code id=brickid+objid,ra=RAJ2000[hourangle],petror90_r=R90}. What is no use of a column
   * by itself is taken for the name of a radius.
   *
   * @throws IllegalArgumentException in a sentence, where it is written differently
   */
  public static ColumnChoice parse(String text) {
    Map<Role, Named> columns = new EnumMap<>(Role.class);
    Map<String, Named> radii = new HashMap<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "Columns are named as in id=objid,ra=RAJ2000[deg], not '%s'.".formatted(entry.strip()));
      }
      String key = matcher.group(1).toLowerCase(Locale.ROOT);
      Named named =
          new Named(
              List.of(matcher.group(2).split("\\s*\\+\\s*")),
              Optional.ofNullable(matcher.group(3)));
      Optional<Role> role =
          Arrays.stream(Role.values()).filter(each -> each.key().equals(key)).findFirst();
      if (named.names().size() > 1 && role.filter(Role.ID::equals).isEmpty()) {
        throw new IllegalArgumentException(
            "Only an id can be made of several columns, not %s.".formatted(entry.strip()));
      }
      Named earlier = role.isPresent() ? columns.put(role.get(), named) : radii.put(key, named);
      if (earlier != null) {
        throw new IllegalArgumentException("The column of %s is named twice.".formatted(key));
      }
    }
    return new ColumnChoice(columns, radii);
  }

  Optional<Named> of(Role role) {
    return Optional.ofNullable(columns.get(role));
  }
}
