package dev.tuningfork.classifier.setting;

import static java.util.stream.Collectors.joining;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a setting may be.
 *
 * @param name for the reference, with the unit, such as {@code number of galaxies}
 * @param form for the sentence "must be …", such as {@code a whole number}
 * @param parser from its text; throws an {@link IllegalArgumentException} or {@link
 *     ArithmeticException} for any other text
 * @param printer to a text that the parser reads
 */
public record SettingType<T>(
    String name, String form, Function<String, T> parser, Function<? super T, String> printer) {

  private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([A-Za-z]*)");

  private static final Map<String, Long> MILLISECONDS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);

  private static final Map<String, Long> SIZES =
      Map.of("", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  public static final SettingType<String> TEXT =
      new SettingType<>("text", "a text", Function.identity(), Function.identity());

  public static final SettingType<Boolean> FLAG =
      new SettingType<>(
          "`true` or `false`",
          "true or false",
          text ->
              switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException(text);
              },
          String::valueOf);

  /** A whole number of milliseconds. */
  public static final SettingType<Duration> TIME =
      new SettingType<>(
          "time",
          "a time such as 250ms, 5s, 2m or 1h",
          text -> Duration.ofMillis(amount(text, MILLISECONDS)),
          time -> print(time.toMillis(), MILLISECONDS));

  public static final SettingType<Long> BYTES =
      new SettingType<>(
          "bytes",
          "a number of bytes such as 1000000, 512KiB or 64MiB",
          text -> amount(text, SIZES),
          bytes -> print(bytes, SIZES));

  public static final SettingType<Path> PATH =
      new SettingType<>("path", "a path", Path::of, Path::toString);

  public static final SettingType<URI> URL =
      new SettingType<>("URL", "a URI", URI::create, URI::toString);

  /**
   * A whole number.
   *
   * @param unit what is counted, such as {@code galaxies}
   */
  public static SettingType<Integer> count(String unit) {
    return new SettingType<>(
        "number of " + unit, "a whole number", Integer::valueOf, String::valueOf);
  }

  /** The names of an enum's constants, in capitals or not. */
  public static <E extends Enum<E>> SettingType<E> choice(Class<E> choices) {
    List<String> names = Arrays.stream(choices.getEnumConstants()).map(SettingType::print).toList();
    return new SettingType<>(
        names.stream().map("`%s`"::formatted).collect(joining(", ")),
        "one of " + String.join(", ", names),
        text -> Enum.valueOf(choices, text.toUpperCase(Locale.ROOT)),
        SettingType::print);
  }

  /** Items with commas between them, or a list in YAML. */
  public static <T> SettingType<List<T>> list(SettingType<T> item) {
    return new SettingType<>(
        "list",
        "a list",
        text ->
            Stream.of(text.split(",", -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(item.parser)
                .toList(),
        items -> items.stream().map(item.printer).collect(joining(",")));
  }

  SettingType<Optional<T>> optional() {
    return new SettingType<>(
        name, form, parser.andThen(Optional::of), value -> value.<String>map(printer).orElse(""));
  }

  private static long amount(String text, Map<String, Long> units) {
    Matcher matcher = AMOUNT.matcher(text);
    if (!matcher.matches() || !units.containsKey(matcher.group(2))) {
      throw new IllegalArgumentException(text);
    }
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), units.get(matcher.group(2)));
  }

  /** In the largest unit of which it is a multiple. */
  private static String print(long amount, Map<String, Long> units) {
    var unit =
        units.entrySet().stream()
            .filter(each -> amount % each.getValue() == 0)
            .max(Map.Entry.comparingByValue())
            .orElseThrow();
    return amount / unit.getValue() + unit.getKey();
  }

  private static String print(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
