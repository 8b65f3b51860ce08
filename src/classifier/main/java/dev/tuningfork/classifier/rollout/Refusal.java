package dev.tuningfork.classifier.rollout;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;

/**
 * A bundle that was not taken into service.
 *
 * @param reason a sentence
 * @param at when, to the millisecond
 */
public record Refusal(
    String bundle, String reason, @JsonSerialize(using = ToStringSerializer.class) Instant at) {}
