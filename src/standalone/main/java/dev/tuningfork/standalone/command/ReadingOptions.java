package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How the images of a run are read. */
final class ReadingOptions {

  @Option(
      names = "--hdu",
      paramLabel = "NAME|N",
      description =
          "The HDU to read from FITS files, by name (SCI), name and version (SCI,2) or number (0 is"
              + " the primary HDU). Default: the science image, never a mask or an error map.")
  private @Nullable String hdu;

  @Option(
      names = "--pixel-scale",
      paramLabel = "ARCSEC",
      description =
          "The pixel scale. Default: from the celestial coordinates of a FITS file; JPEG and PNG"
              + " files have none.")
  private @Nullable Double pixelScale;

  @Option(
      names = "--size",
      paramLabel = "ARCSEC",
      description =
          "Use only the central square of this side, as if the images had been cut to it. Galaxy"
              + " Zoo 2's images are 8.5 petroR90_r wide, and the built-in models look only at the"
              + " central 0.488 of an image.")
  private @Nullable Double size;

  void check(CommandLine commandLine) {
    checkPositive(commandLine, "--pixel-scale", pixelScale);
    checkPositive(commandLine, "--size", size);
  }

  /** Refuses what is of images of single galaxies. */
  void checkForTiles(CommandLine commandLine) {
    if (hdu != null || pixelScale != null) {
      throw new ParameterException(
          commandLine,
          (hdu == null ? "--pixel-scale" : "--hdu")
              + " is for images of single galaxies. A tile has its celestial coordinates, and its"
              + " HDU is named as in r=FILE[SCI].");
    }
  }

  /** The side of the square to use, arcseconds; null for the whole image. */
  @Nullable Double size() {
    return size;
  }

  private static void checkPositive(
      CommandLine commandLine, String option, @Nullable Double arcseconds) {
    if (arcseconds != null && !(arcseconds > 0 && arcseconds < Double.POSITIVE_INFINITY)) {
      throw new ParameterException(
          commandLine, option + " must be more than 0 arcseconds, not " + arcseconds + ".");
    }
  }

  /** What decides an answer beside the image and the model, by name. */
  Map<String, String> settings() {
    return Map.of(
        "hdu", Objects.requireNonNullElse(hdu, "default"),
        "pixel scale", Objects.toString(pixelScale, "as the files say"),
        "size", Objects.toString(size, "whole images"));
  }

  /** The ordinal travels as the reference's own identifier, and finds the image again. */
  GalaxyImageReference reference(Named image, int ordinal) {
    return new GalaxyImageReference(
        image.objectId(),
        new GalaxyImageReference.Image(
            uri(image), null, null, null, hdu, pixelScale, List.of(), size, null),
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

  static String uri(Named image) {
    return image.real().toUri().toString();
  }
}
