package dev.tuningfork.classifier.rollout;

import java.time.Instant;

/**
 * A bundle that was not taken into service.
 *
 * @param reason a sentence
 */
public record Refusal(String bundle, String reason, Instant at) {}
