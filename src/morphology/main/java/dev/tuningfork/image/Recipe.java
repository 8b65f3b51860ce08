package dev.tuningfork.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a survey makes pictures of galaxies from linear flux: which bands, which tone and how wide.
 * Recipes are data ({@code recipes.json}); {@link #id} changes with each of their numbers.
 *
 * <p>The flux is first brought to the picture's size and then toned. Of each brightness of 0..1 the
 * level is 255 times it, rounded down, as the surveys' own code does.
 *
 * @param name such as {@code legacy-grz}
 * @param version 1, 2, …
 * @param source where the numbers are published, and the unit of flux that they are for
 * @param bands the bands in the order of the tone: red, green and blue, unless the tone says how
 *     they are mixed; empty for any one to three bands
 * @param tone how flux becomes brightness
 * @param size how wide a cutout is; null where the catalogue must say
 */
public record Recipe(
    String name, int version, String source, List<String> bands, Tone tone, @Nullable Size size) {

  private static final JsonMapper JSON = new JsonMapper();

  private static final List<Recipe> ALL = read();

  private static final VarHandle PIXEL =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** So many pixels at a time stay in the processor's fastest cache. */
  private static final int PACKED = 1024;

  /**
   * How wide a cutout is: the smallest of some radii times their factors, or a least side.
   *
   * @param factors by the usual name of a catalogue's column, in lower case
   * @param pixels whether the radii are in pixels rather than arcseconds
   * @param least the smallest side, in the same unit
   * @param suspects radii that the catalogue gives where its fit has failed
   * @param tolerance how near to a suspect a radius is suspect
   */
  public record Size(
      SortedMap<String, Double> factors,
      boolean pixels,
      double least,
      List<Double> suspects,
      double tolerance) {

    public Size {
      factors = new TreeMap<>(factors);
      suspects = List.copyOf(suspects);
    }

    /**
     * The side that some radii make.
     *
     * @param radii by the name of their column; names without a factor count for suspicion alone
     * @return empty where no radius with a factor is a positive number
     */
    public Optional<Sized> of(Map<String, Double> radii) {
      OptionalDouble smallest =
          radii.entrySet().stream()
              .filter(radius -> radius.getValue() > 0 && Double.isFinite(radius.getValue()))
              .flatMapToDouble(
                  radius ->
                      Optional.ofNullable(factors.get(lower(radius.getKey())))
                          .map(factor -> DoubleStream.of(radius.getValue() * factor))
                          .orElseGet(DoubleStream::empty))
              .min();
      boolean suspect =
          radii.values().stream()
              .anyMatch(
                  radius -> suspects.stream().anyMatch(one -> Math.abs(radius - one) <= tolerance));
      return smallest.isEmpty()
          ? Optional.empty()
          : Optional.of(new Sized(Math.max(least, smallest.getAsDouble()), suspect));
    }
  }

  /**
   * The side of a cutout.
   *
   * @param side in arcseconds or pixels
   * @param suspect whether a radius is one of a failed fit
   */
  public record Sized(double side, boolean suspect) {}

  public Recipe {
    bands = List.copyOf(bands);
  }

  private static List<Recipe> read() {
    try (InputStream in = Recipe.class.getResourceAsStream("recipes.json")) {
      return List.of(JSON.readValue(in, Recipe[].class));
    } catch (IOException e) {
      throw new UncheckedIOException("The recipes that are built in cannot be read.", e);
    }
  }

  /** All recipes that are built in. */
  public static List<Recipe> all() {
    return ALL;
  }

  /**
   * A recipe that is built in.
   *
   * @param name its {@link #name} or its {@link #id}
   * @throws IllegalArgumentException with the known names, if there is none of this name
   */
  public static Recipe named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name.equalsIgnoreCase(name) || recipe.id().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no recipe %s; the recipes are %s."
                        .formatted(
                            name, ALL.stream().map(Recipe::id).collect(Collectors.joining(", ")))));
  }

  /** Name, version and the beginning of a SHA-256 of the numbers: {@code legacy-grz-1-0a1b2c3d}. */
  public String id() {
    try {
      String numbers = JSON.writeValueAsString(new Recipe(name, version, "", bands, tone, size));
      return "%s-%d-%s".formatted(name, version, Sha256.abbreviated(numbers));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A recipe is JSON.", e);
    }
  }

  private static String lower(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Which of an image's bands the recipe shows, in its order.
   *
   * @param available names of bands; case, an instrument's name before it ({@code HSC-G}) and a
   *     system's name ({@code sdss_r}) do not matter. Where no name is known, the bands are taken
   *     to be in the order from blue to red.
   * @return indices into these
   * @throws ImageException if one is missing, which it names
   */
  public List<Integer> choose(List<String> available) throws ImageException {
    List<Integer> all = IntStream.range(0, available.size()).boxed().toList();
    if (bands.isEmpty()) {
      return Filters.forPicture(available, all).reversed();
    }
    if (available.stream().allMatch(String::isEmpty) && available.size() == bands.size()) {
      return all.reversed();
    }
    List<Integer> chosen = new ArrayList<>();
    for (String band : bands) {
      int index = index(available, band);
      if (index < 0) {
        throw new ImageException(
            "The recipe %s needs the bands %s, but the image has %s."
                .formatted(name, String.join(", ", bands), String.join(", ", available)));
      }
      chosen.add(index);
    }
    return chosen;
  }

  private static int index(List<String> available, String band) {
    for (int i = 0; i < available.size(); i++) {
      if (available.get(i).equalsIgnoreCase(band)) {
        return i;
      }
    }
    for (int i = 0; i < available.size(); i++) {
      if (Filters.bare(available.get(i)).equalsIgnoreCase(band)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Makes the picture.
   *
   * @param flux already at the picture's size; undefined pixels are shown as flux 0
   * @param channels what the picture has; grey is the luma of the colours
   * @throws ImageException if a band is missing
   */
  public Pixels.Levels picture(LinearFlux flux, Channels channels) throws ImageException {
    return levels(brightness(flux, channels), channels);
  }

  /** Brightness of 0..1, plane by plane. */
  float[] brightness(LinearFlux flux, Channels channels) throws ImageException {
    List<Integer> chosen = choose(flux.bands());
    int plane = flux.side() * flux.side();
    float[] planes = new float[chosen.size() * plane];
    List<Cutout.Band> light = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      System.arraycopy(flux.values(), chosen.get(i) * plane, planes, i * plane, plane);
      light.add(new Cutout.Band(flux.bands().get(chosen.get(i)), 0));
    }
    LinearFlux.fill(planes);
    return channels.of(tone.brightness(new Cutout.Flux(light), planes), plane);
  }

  /** The levels of 0 to 255 of brightness of 0..1, the channels of a pixel side by side. */
  static Pixels.Levels levels(float[] planes, Channels channels) {
    byte[] levels = new byte[planes.length];
    if (channels.count() == 1) {
      for (int i = 0; i < levels.length; i++) {
        levels[i] = (byte) (int) (255 * planes[i]);
      }
      return new Pixels.Levels(levels);
    }
    int plane = planes.length / 3;
    int[] packed = new int[Math.min(PACKED, plane)];
    for (int from = 0; from < plane; from += packed.length) {
      int count = Math.min(packed.length, plane - from);
      pack(planes, from, plane, packed, count);
      unpack(packed, from + count == plane ? count - 1 : count, levels, 3 * from);
    }
    for (int channel = 0; channel < 3; channel++) {
      levels[3 * plane - 3 + channel] = (byte) (int) (255 * planes[(channel + 1) * plane - 1]);
    }
    return new Pixels.Levels(levels);
  }

  /** Red, green and blue as the lower bytes of a number: the JVM computes several at a time. */
  private static void pack(float[] planes, int from, int plane, int[] packed, int count) {
    for (int i = 0; i < count; i++) {
      int red = (int) (255 * planes[from + i]) & 0xff;
      int green = (int) (255 * planes[from + plane + i]) & 0xff;
      int blue = (int) (255 * planes[from + 2 * plane + i]) & 0xff;
      packed[i] = red | (green << 8) | (blue << 16);
    }
  }

  /** Writes four bytes for three; the next pixel, which there must be, overwrites the fourth. */
  private static void unpack(int[] packed, int count, byte[] levels, int at) {
    for (int i = 0; i < count; i++) {
      PIXEL.set(levels, at + 3 * i, packed[i]);
    }
  }
}
