package dev.tuningfork.image;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Astronomical filters by their names: which are bluer, and which make a colour picture. */
final class Filters {

  /** Central wavelengths in nanometres: SDSS and its kin, Johnson and Cousins, 2MASS. */
  private static final Map<String, Integer> WAVELENGTHS =
      Map.ofEntries(
          Map.entry("u", 355),
          Map.entry("U", 365),
          Map.entry("B", 440),
          Map.entry("g", 475),
          Map.entry("G", 475),
          Map.entry("V", 550),
          Map.entry("r", 622),
          Map.entry("R", 640),
          Map.entry("i", 763),
          Map.entry("I", 790),
          Map.entry("z", 905),
          Map.entry("Z", 905),
          Map.entry("y", 1000),
          Map.entry("Y", 1000),
          Map.entry("J", 1250),
          Map.entry("H", 1650),
          Map.entry("K", 2180),
          Map.entry("Ks", 2150));

  /** Such as F606W, by HST and JWST: nanometres, or tens of them in the infrared. */
  private static final Pattern SPACE = Pattern.compile("F(\\d{3,4})(?:W|M|N|LP|W2)");

  /**
   * Filters of JWST with three digits that are tens of nanometres. F410M is also a rare one of HST.
   */
  private static final Set<String> JWST =
      Set.of(
          "F200W", "F210M", "F212N", "F250M", "F277W", "F300M", "F322W2", "F323N", "F335M", "F356W",
          "F360M", "F405N", "F410M", "F430M", "F444W", "F460M", "F466N", "F470N", "F480M", "F560W",
          "F770W");

  /**
   * From blue to red, in the order in which they are looked for; SDSS's own pictures come first.
   */
  private static final List<List<String>> PICTURES =
      List.of(List.of("g", "r", "i"), List.of("g", "r", "z"));

  private Filters() {}

  /**
   * Which planes make a picture, from blue to red. Of more than three it takes g, r and i, else g,
   * r and z, else the bluest, the middle and the reddest one. Unless every name is known, the
   * planes are taken to be in the order from blue to red, as surveys write them.
   *
   * @param names one a plane; empty where the names are not known
   * @param planes the numbers of the planes that can be used
   * @return one to three of these
   */
  static List<Integer> forPicture(List<String> names, List<Integer> planes) {
    boolean known = !names.isEmpty() && planes.stream().allMatch(p -> wavelength(names.get(p)) > 0);
    List<Integer> ordered =
        known
            ? planes.stream()
                .sorted(Comparator.comparingInt(p -> wavelength(names.get(p))))
                .toList()
            : planes;
    if (ordered.size() <= 3) {
      return ordered;
    }
    List<String> letters = names.stream().map(n -> bare(n).toLowerCase(Locale.ROOT)).toList();
    return PICTURES.stream()
        .map(picture -> picture.stream().map(letters::indexOf).toList())
        .filter(planes::containsAll)
        .findFirst()
        .orElse(List.of(ordered.getFirst(), ordered.get(ordered.size() / 2), ordered.getLast()));
  }

  /** In nanometres; 0 for a name that is not known. */
  private static int wavelength(String name) {
    Matcher space = SPACE.matcher(name);
    if (space.matches()) {
      int number = Integer.parseInt(space.group(1));
      return number < 200 || number >= 1000 || JWST.contains(name) ? 10 * number : number;
    }
    return WAVELENGTHS.getOrDefault(bare(name), 0);
  }

  /** The filter alone, of a name with its instrument or system: {@code HSC-G}, {@code sdss_r}. */
  static String bare(String name) {
    int separator = Math.max(name.lastIndexOf('-'), name.lastIndexOf('_'));
    return name.substring(separator + 1).strip();
  }
}
