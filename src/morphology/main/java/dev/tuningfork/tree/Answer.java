package dev.tuningfork.tree;

import java.util.Optional;

/**
 * One answer of a {@link Question}.
 *
 * @param id the campaign's identifier, such as {@code a01}
 * @param key a readable name that is unique within its question, such as {@code smooth}
 * @param next the id of the question that follows, or empty where the walk ends
 */
public record Answer(String id, String key, Optional<String> next) {}
