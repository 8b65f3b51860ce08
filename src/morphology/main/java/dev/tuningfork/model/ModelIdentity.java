package dev.tuningfork.model;

/**
 * The model that answered.
 *
 * @param name such as {@code alexnet-lite-gz2}
 * @param version such as {@code 1.0.0}
 * @param sha256 the hash of the bundle's manifest, which in turn holds the hash of every file
 */
public record ModelIdentity(String name, String version, String sha256) {}
