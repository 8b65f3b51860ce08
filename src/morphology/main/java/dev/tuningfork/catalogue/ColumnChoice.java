package dev.tuningfork.catalogue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Columns that a person names, because they have unusual names or the table does not say their
 * unit.
 *
 * @param columns by their use; an id may be made of several columns
 */
public record ColumnChoice(Map<Role, Named> columns) {

  public static final ColumnChoice NONE = new ColumnChoice(Map.of());

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
  }

  /**
   * Reads {@code id=brickid+objid,ra=RAJ2000[hourangle],radius=petroR90_r}.
   *
   * @throws IllegalArgumentException in a sentence, where it is written differently
   */
  public static ColumnChoice parse(String text) {
    Map<Role, Named> columns = new EnumMap<>(Role.class);
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "Columns are named as in id=objid,ra=RAJ2000[deg], not '%s'.".formatted(entry.strip()));
      }
      Role role = role(matcher.group(1));
      List<String> names = List.of(matcher.group(2).split("\\s*\\+\\s*"));
      if (names.size() > 1 && role != Role.ID) {
        throw new IllegalArgumentException(
            "Only an id can be made of several columns, not %s=%s."
                .formatted(role.key(), matcher.group(2)));
      }
      if (columns.put(role, new Named(names, Optional.ofNullable(matcher.group(3)))) != null) {
        throw new IllegalArgumentException(
            "The column of %s is named twice.".formatted(role.key()));
      }
    }
    return new ColumnChoice(columns);
  }

  private static Role role(String key) {
    return Arrays.stream(Role.values())
        .filter(role -> role.key().equalsIgnoreCase(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no use '%s' of a column: the uses are %s."
                        .formatted(
                            key,
                            Arrays.stream(Role.values())
                                .map(Role::key)
                                .collect(Collectors.joining(", ")))));
  }

  Optional<Named> of(Role role) {
    return Optional.ofNullable(columns.get(role));
  }
}
