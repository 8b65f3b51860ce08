/**
 * Settings of any program: what one is ({@link dev.tuningfork.classifier.setting.Setting}), how
 * their texts are read from a file and from the environment, and their values.
 *
 * <p>A setting is one constant, declared in the class that uses it. Reading, the list in {@code
 * /info}, {@code docs/settings.md}, {@code docs/classifier.yaml} and the chart's schema follow from
 * it; the Javadoc of the constant is its text in the reference, so write it for the person who sets
 * it.
 *
 * <p>Why no library: SmallRye Config, Typesafe Config and Kafka's ConfigDef each bring a part
 * (mapping to types, times and sizes with units, a table with documentation), but none of them the
 * whole: a default in words, secrets from {@code -file} settings, and unknown names refused with
 * the nearest known one. This package would still be needed around any of them, and reading a
 * properties or YAML file is its smallest part.
 */
package dev.tuningfork.classifier.setting;
