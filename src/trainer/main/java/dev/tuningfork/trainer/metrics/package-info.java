/** Metrics: a model's answers compared with the votes of volunteers. */
package dev.tuningfork.trainer.metrics;
