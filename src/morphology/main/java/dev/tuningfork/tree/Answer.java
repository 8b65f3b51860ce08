package dev.tuningfork.tree;

import java.util.Optional;

/**
 * One answer of a {@link Question}.
 *
 * @param id the campaign's identifier, such as {@code a01}, unique within the tree
 * @param key a readable name that is unique within its question, such as {@code smooth}
 * @param next the id of the question that follows, or empty where the walk ends
 * @param code what the answer adds to a galaxy's class string, such as {@code E}; may be empty
 * @param words what the answer adds to the sentence about a galaxy, its own leading space or
 *     punctuation included, such as {@code ", completely round"}; may be empty
 */
public record Answer(String id, String key, Optional<String> next, String code, String words) {}
