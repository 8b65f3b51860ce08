package dev.tuningfork.classifier.message;

import java.util.Locale;

/** A step on the path of a galaxy, in the order of the path. */
public enum Stage {
  /** Reading the record: JSON, required fields, values in range. */
  DECODE_MESSAGE,
  /** Listing the galaxies of a survey image: reading its catalogue, row by row. */
  EXPAND,
  /** Getting the image's bytes from where the reference points. */
  FETCH,
  /** Turning the bytes into pixels, and the pixels into the network's input. */
  DECODE_IMAGE,
  /** Asking the network. */
  INFER,
  /** Publishing the answer. */
  PRODUCE;

  /** The word in a dead letter's header, such as {@code decode-message}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
