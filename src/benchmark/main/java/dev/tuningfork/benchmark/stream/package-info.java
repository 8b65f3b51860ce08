/**
 * What a measurement of the stream needs around it: references, a reader, processes to hold and to
 * kill.
 */
package dev.tuningfork.benchmark.stream;
