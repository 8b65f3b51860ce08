package dev.tuningfork.tile;

import dev.tuningfork.image.LinearFlux;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.SkyPosition;
import java.util.Set;

/**
 * A square of a survey image in all of its bands, as linear flux.
 *
 * @param flux the pixels, NaN where they are beyond the edge, masked or undefined
 * @param square where they are on the grid of the first band
 * @param centre the position that was asked for
 * @param pixelScale arcseconds a pixel at the square's centre
 * @param orientation the position angle of the direction up the columns, degrees east of north, 0
 *     to below 360: 0 where north is up
 * @param mirrored whether east is to the right where north is up
 * @param missing the share of pixels without a defined value, of the band that lacks most, 0 to 1
 * @param flags {@link QualityFlag#EDGE}, {@link QualityFlag#SATURATED}
 */
public record SkyCutout(
    LinearFlux flux,
    PixelSquare square,
    SkyPosition centre,
    double pixelScale,
    double orientation,
    boolean mirrored,
    double missing,
    Set<QualityFlag> flags) {

  public SkyCutout {
    flags = Set.copyOf(flags);
  }
}
