package dev.tuningfork.image;

/** A warning about an image that was classified. */
public enum QualityFlag {
  /** The model expects a pixel scale and the image came without one. */
  SCALE_MISSING,
  /** The crop held fewer pixels than the network takes, so it was enlarged. */
  UPSAMPLED,
  /** The centre of the crop hardly rises above the noise. */
  LOW_SIGNAL,
  /**
   * Undefined pixels (NaN, infinity, FITS BLANK, or a fill value such as 0 beyond the edge of a
   * mosaic) were filled: narrow gaps from their neighbours, all else with sky.
   */
  NAN_FILLED,
  /** A band without enough defined pixels was left out of the picture. */
  BAND_MISSING,
  /** A notable part of the crop sits at the brightest value that the format can hold. */
  SATURATED,
  /** The brightest source is far from the image's centre. */
  OFF_CENTRE,
  /**
   * The galaxy fills much less of the view than those that the models learnt from, or the view is
   * wider than any of theirs.
   */
  FIELD_TOO_WIDE,
  /** The galaxy reaches beyond the view, or the image is smaller than the field that was named. */
  FIELD_TOO_NARROW,
  /** A part of the cutout is beyond the edge of the survey's image. */
  EDGE,
  /** The catalogue's size is one that it gives where its fit has failed. */
  SIZE_SUSPECT,
  /** The picture was made by another recipe than those that the model learnt from. */
  OTHER_RECIPE,
  /** The message said that it is a test. */
  TEST
}
