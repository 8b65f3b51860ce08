package dev.tuningfork.model;

import dev.tuningfork.torchscript.Arithmetic;
import java.util.Locale;
import java.util.Optional;

/**
 * In which form a model computes. The weights are the same, and so are the answers, as near as the
 * form's arithmetic comes.
 */
public enum Form {
  /** The fastest one that is right: compiled for the device, in bfloat16 where it has that. */
  AUTO,
  /** Compiled, in bfloat16 even where that is slow: 8 significant bits. */
  BFLOAT16,
  /**
   * Compiled, in float16: 11 significant bits. Numbers in a network that exceed its range make an
   * image fail, so {@link #AUTO} never chooses it.
   */
  FLOAT16,
  /** Compiled, in float32. */
  FLOAT32,
  /** The blocks that train, in float32. */
  BLOCKS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it computes with; empty for the forms that are not compiled, or not decided. */
  Optional<Arithmetic> arithmetic() {
    return switch (this) {
      case BFLOAT16 -> Optional.of(Arithmetic.BFLOAT16);
      case FLOAT16 -> Optional.of(Arithmetic.FLOAT16);
      case FLOAT32 -> Optional.of(Arithmetic.FLOAT32);
      case AUTO, BLOCKS -> Optional.empty();
    };
  }

  /**
   * By how much a probability may differ from that of the blocks on another machine. In bfloat16
   * roundings add up from layer to layer: a deep network that is farther off than this is computed
   * so only where that is requested.
   */
  public double tolerance(boolean demanded) {
    return switch (this) {
      case BFLOAT16 -> demanded ? 0.1 : 0.01;
      case FLOAT16 -> 0.02;
      case AUTO, FLOAT32, BLOCKS -> 1e-3;
    };
  }
}
