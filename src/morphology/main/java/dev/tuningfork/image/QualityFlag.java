package dev.tuningfork.image;

/** What a careful reader of a classification must know about the image behind it. */
public enum QualityFlag {
  /** The model expects a pixel scale and the image came without one. */
  SCALE_MISSING,
  /** The crop held fewer pixels than the network takes, so it was enlarged. */
  UPSAMPLED,
  /** The centre of the crop hardly rises above the noise. */
  LOW_SIGNAL,
  /** Undefined pixels (NaN, infinity or FITS BLANK) were filled. */
  NAN_FILLED,
  /** A notable part of the crop sits at the brightest value that the format can hold. */
  SATURATED,
  /** The brightest source is far from the image's centre. */
  OFF_CENTRE,
  /** The message said that it is a test. */
  TEST
}
