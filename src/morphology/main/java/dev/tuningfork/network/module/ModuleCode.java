package dev.tuningfork.network.module;

import dev.tuningfork.torchscript.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/** A method's source as it grows, line by line, and the arrays that it names. */
final class ModuleCode {

  private final StringBuilder lines = new StringBuilder();
  private final SequencedMap<String, Tensor> attributes = new LinkedHashMap<>();

  /** Adds a line of the method's body. */
  @SuppressWarnings("AnnotateFormatMethod") // not worth a library
  void line(String format, Object... values) {
    lines.append("    ").append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /**
   * Adds an array.
   *
   * @param name such as {@code conv1.weight}
   * @return how the method reads it
   */
  String attribute(String name, Tensor tensor) {
    String identifier = name.replace('.', '_');
    if (attributes.put(identifier, tensor) != null) {
      throw new IllegalArgumentException("Two arrays of the network are named " + name + ".");
    }
    return "self." + identifier;
  }

  String lines() {
    return lines.toString();
  }

  SequencedMap<String, Tensor> attributes() {
    return attributes;
  }
}
