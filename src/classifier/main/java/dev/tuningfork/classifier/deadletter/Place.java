package dev.tuningfork.classifier.deadletter;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The position of a dead letter in its topic. As text, {@code partition:offset}. */
public record Place(int partition, long offset) implements Comparable<Place> {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");
  private static final Comparator<Place> ORDER =
      Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

  /**
   * Reads a place.
   *
   * @throws IllegalArgumentException if the text is not of the form {@code partition:offset}
   */
  public static Place parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "A dead letter's place is partition:offset, such as 0:42, not '" + text + "'.");
    }
    return new Place(Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)));
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return partition + ":" + offset;
  }
}
