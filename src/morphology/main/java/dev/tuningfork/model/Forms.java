package dev.tuningfork.model;

import ai.djl.Device;
import dev.tuningfork.network.module.Operators;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forms that a device can compute in. Each form is tried once in a process, with a {@link Trial
 * small network}. Neither the name of an architecture nor a flag of the processor decides: what
 * works also depends on how PyTorch was built, and on its settings, such as {@code
 * ONEDNN_MAX_CPU_ISA}.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class Forms {

  private static final Logger LOG = LoggerFactory.getLogger(Forms.class);

  private static final Map<Device, Forms> TRIED = new ConcurrentHashMap<>();

  private final Operators operators;
  private final List<Form> working;
  private final SequencedMap<Form, String> failures;

  private Forms(Operators operators, List<Form> working, SequencedMap<Form, String> failures) {
    this.operators = operators;
    this.working = List.copyOf(working);
    this.failures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(failures));
  }

  /**
   * The forms of a device. The first call for a device tries them, which takes some tenths of a
   * second.
   *
   * @throws ModelException if the device is missing or PyTorch cannot be loaded
   */
  public static Forms on(DeviceSetting device) throws ModelException {
    return on(ModelLoader.device(device));
  }

  static Forms on(Device device) {
    return TRIED.computeIfAbsent(device, Forms::tried);
  }

  private static Forms tried(Device device) {
    Operators operators = operators(device);
    List<Form> fastestFirst =
        Processor.multipliesBfloat16(device)
            ? List.of(Form.BFLOAT16, Form.FLOAT32, Form.BLOCKS)
            : List.of(Form.FLOAT32, Form.BFLOAT16, Form.BLOCKS);
    List<Form> working = new ArrayList<>();
    SequencedMap<Form, String> failures = new LinkedHashMap<>();
    for (Form form : fastestFirst) {
      Trial.failure(form, device, operators)
          .ifPresentOrElse(reason -> failures.put(form, reason), () -> working.add(form));
    }
    Forms forms = new Forms(operators, working, failures);
    LOG.info("Forms that work on {}: {}", ModelLoader.name(device), forms);
    return forms;
  }

  /** The fastest ones, as far as they work. */
  private static Operators operators(Device device) {
    for (Operators operators : Processor.operators(device)) {
      Optional<String> failure = Trial.failure(Form.FLOAT32, device, operators);
      if (failure.isEmpty()) {
        return operators;
      }
      LOG.info("PyTorch's {} operators do not work here. {}", operators, failure.get());
    }
    return Operators.PORTABLE;
  }

  /** The forms that work, the fastest first; never {@link Form#AUTO}. */
  public List<Form> working() {
    return working;
  }

  /** Why a form does not work, in PyTorch's own words; empty for a form that works. */
  public Optional<String> failure(Form form) {
    return Optional.ofNullable(failures.get(form));
  }

  /** Each form's name with {@code works}, or why it does not. */
  public SequencedMap<String, String> told() {
    SequencedMap<String, String> told = new LinkedHashMap<>();
    working.forEach(form -> told.put(form.toString(), "works"));
    failures.forEach((form, reason) -> told.put(form.toString(), "does not work: " + reason));
    return told;
  }

  /** Those that {@link Form#AUTO} tries, the fastest first. */
  List<Form> automatic(boolean bfloat16IsRight) {
    return working.stream()
        .filter(
            form -> form != Form.BFLOAT16 || (bfloat16IsRight && form.equals(working.getFirst())))
        .toList();
  }

  /** What compiled forms call on this device. */
  public Operators operators() {
    return operators;
  }

  /** For people: {@code float32, blocks; bfloat16 does not work: …}. */
  @Override
  public String toString() {
    String works = working.stream().map(Form::toString).collect(Collectors.joining(", "));
    return failures.entrySet().stream()
        .map(failure -> "; %s does not work: %s".formatted(failure.getKey(), failure.getValue()))
        .collect(Collectors.joining("", works, ""));
  }
}
