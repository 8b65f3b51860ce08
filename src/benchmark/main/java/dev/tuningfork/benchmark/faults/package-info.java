/**
 * Three brokers, several instances and an image host, what breaks them, and the count of what came
 * out in the end.
 */
package dev.tuningfork.benchmark.faults;
