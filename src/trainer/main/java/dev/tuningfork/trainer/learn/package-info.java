/**
 * Gradient descent: what is made small, by which steps, and how a run is kept and taken up again.
 */
package dev.tuningfork.trainer.learn;
