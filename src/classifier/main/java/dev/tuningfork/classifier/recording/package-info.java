/**
 * What a JDK Flight Recorder recording tells of a galaxy's way: one event for each stage, below
 * {@code dev.tuningfork}. While nothing records, they cost next to nothing: no event is written,
 * and no time is asked for.
 */
package dev.tuningfork.classifier.recording;
