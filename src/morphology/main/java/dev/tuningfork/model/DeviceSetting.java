package dev.tuningfork.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The device that a model computes on. */
public sealed interface DeviceSetting {

  /** The first GPU where there is one that PyTorch can use, else the CPU. */
  record Auto() implements DeviceSetting {}

  /** The CPU, even where there is a GPU. */
  record Cpu() implements DeviceSetting {}

  /** This GPU and nothing else: where it is missing, loading fails. */
  record Gpu(int index) implements DeviceSetting {}

  /** What a setting may be, for help texts. */
  String FORMS = "auto, cpu, gpu, or gpu:N with the number of a GPU from 0";

  /**
   * Reads {@code auto}, {@code cpu}, {@code gpu} (which is {@code gpu:0}) or {@code gpu:1}.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  static DeviceSetting parse(String text) {
    Matcher gpu = Pattern.compile("gpu(?::(\\d{1,3}))?").matcher(text);
    return switch (text) {
      case "auto" -> new Auto();
      case "cpu" -> new Cpu();
      case String _ when gpu.matches() ->
          new Gpu(gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1)));
      default ->
          throw new IllegalArgumentException(
              "\"%s\" is not a device; a device is %s.".formatted(text, FORMS));
    };
  }
}
