/**
 * Evaluations: a model is given labelled galaxies, and its answers are compared with the labels.
 */
package dev.tuningfork.trainer.evaluate;
