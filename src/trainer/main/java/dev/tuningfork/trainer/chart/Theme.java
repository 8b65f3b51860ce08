package dev.tuningfork.trainer.chart;

import java.awt.Color;

/**
 * The colours of a picture. Those of data are from Okabe and Ito's palette, which people with any
 * kind of colour blindness can tell apart.
 *
 * @param background behind everything
 * @param text titles, labels and axes
 * @param faint what is there for orientation: grid, diagonal, borders
 * @param first the model, or training
 * @param second what it is compared with, or validation
 * @param full the cell of a matrix that holds everything; the empty one has the background
 */
public record Theme(
    Color background, Color text, Color faint, Color first, Color second, Color full) {

  /** For paper and bright screens. */
  public static final Theme LIGHT =
      new Theme(
          new Color(0xffffff),
          new Color(0x1f2328),
          new Color(0xd0d7de),
          new Color(0x0072b2),
          new Color(0xd55e00),
          new Color(0x56b4e9));

  /** For dark screens, and behind pictures of the sky. */
  public static final Theme DARK =
      new Theme(
          new Color(0x161b22),
          new Color(0xe6edf3),
          new Color(0x3d444d),
          new Color(0x56b4e9),
          new Color(0xe69f00),
          new Color(0x1f6aa5));
}
