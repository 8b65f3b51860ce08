package dev.tuningfork.model;

import ai.djl.Device;
import dev.tuningfork.network.module.Operators;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forms that a device can compute in. Each form is tried once in a process, with a {@link Trial
 * small network}, when the result is first needed. Neither the name of an architecture nor a flag
 * of the processor decides: what works also depends on how PyTorch was built, and on its settings,
 * such as {@code ONEDNN_MAX_CPU_ISA}.
 *
 * <p>Safe for any thread: two that ask for the same form at once wait for the same trial.
 */
public final class Forms {

  private static final Logger LOG = LoggerFactory.getLogger(Forms.class);

  private static final Map<Device, Forms> OF_DEVICES = new ConcurrentHashMap<>();

  private final List<Form> fastestFirst;
  private final BiFunction<Form, Operators, Optional<String>> trial;
  private final Operators operators;

  /** Why a form does not work, for those that were tried. */
  private final Map<Form, Optional<String>> tried = new ConcurrentHashMap<>();

  /**
   * @param bfloat16IsFast whether the device multiplies bfloat16 faster than float32
   * @param float16 whether float16 is of interest there
   * @param operators those worth trying, the fastest first
   * @param trial why a form does not work with these operators; empty if it does
   */
  Forms(
      boolean bfloat16IsFast,
      boolean float16,
      List<Operators> operators,
      BiFunction<Form, Operators, Optional<String>> trial) {
    this.fastestFirst =
        (bfloat16IsFast
                ? Stream.of(Form.BFLOAT16, Form.FLOAT16, Form.FLOAT32, Form.BLOCKS)
                : Stream.of(Form.FLOAT32, Form.BFLOAT16, Form.FLOAT16, Form.BLOCKS))
            .filter(form -> float16 || form != Form.FLOAT16)
            .toList();
    this.trial = trial;
    this.operators = fastest(operators);
  }

  /**
   * The forms of a device.
   *
   * @throws ModelException if the device is missing or PyTorch cannot be loaded
   */
  public static Forms on(DeviceSetting device) throws ModelException {
    return on(ModelLoader.device(device));
  }

  static Forms on(Device device) {
    return OF_DEVICES.computeIfAbsent(
        device,
        place -> {
          Forms forms =
              new Forms(
                  Processor.multipliesBfloat16(place),
                  place.isGpu(),
                  Processor.operators(place),
                  (form, operators) -> Trial.failure(form, place, operators));
          // where this is logged, it tries all forms
          LOG.info("Forms that work on {}: {}", ModelLoader.name(place), forms);
          return forms;
        });
  }

  /** The first ones that work with {@link Form#FLOAT32}, which is tried by this. */
  private Operators fastest(List<Operators> candidates) {
    for (Operators candidate : candidates) {
      Optional<String> failure = trial.apply(Form.FLOAT32, candidate);
      tried.put(Form.FLOAT32, failure);
      if (failure.isEmpty()) {
        return candidate;
      }
      LOG.info("PyTorch's {} operators do not work here. {}", candidate, failure.get());
    }
    return Operators.PORTABLE;
  }

  /** The forms that work, the fastest first; never {@link Form#AUTO}. */
  public List<Form> working() {
    return fastestFirst.stream().filter(this::works).toList();
  }

  /**
   * Why a form does not work, in PyTorch's own words; empty for a form that works. Takes some
   * hundredths of a second where the form was not tried before.
   */
  public Optional<String> failure(Form form) {
    return tried.computeIfAbsent(form, untried -> trial.apply(untried, operators));
  }

  private boolean works(Form form) {
    return failure(form).isEmpty();
  }

  /** Each form's name with {@code works}, or why it does not. */
  public SequencedMap<String, String> told() {
    SequencedMap<String, String> told = new LinkedHashMap<>();
    working().forEach(form -> told.put(form.toString(), "works"));
    failures().forEach((form, reason) -> told.put(form.toString(), "does not work: " + reason));
    return told;
  }

  private SequencedMap<Form, String> failures() {
    SequencedMap<Form, String> failures = new LinkedHashMap<>();
    fastestFirst.forEach(form -> failure(form).ifPresent(reason -> failures.put(form, reason)));
    return failures;
  }

  /**
   * Those that {@link Form#AUTO} chooses from, the fastest first. None is tried before its turn: a
   * slower form is of interest only where a faster one fails.
   */
  Iterator<Form> automatic(boolean bfloat16IsRight) {
    return fastestFirst.stream()
        .filter(form -> form != Form.FLOAT16)
        .filter(form -> form != Form.BFLOAT16 || (bfloat16IsRight && isFastest(form)))
        .filter(this::works)
        .iterator();
  }

  private boolean isFastest(Form form) {
    return fastestFirst.stream().takeWhile(faster -> faster != form).noneMatch(this::works);
  }

  /** What compiled forms call on this device. */
  public Operators operators() {
    return operators;
  }

  /** For people: {@code float32, blocks; bfloat16 does not work: …}. */
  @Override
  public String toString() {
    String works = working().stream().map(Form::toString).collect(Collectors.joining(", "));
    return failures().entrySet().stream()
        .map(failure -> "; %s does not work: %s".formatted(failure.getKey(), failure.getValue()))
        .collect(Collectors.joining("", works, ""));
  }
}
