/** Gradient descent: losses, steps, checkpoints, and how a run continues from one. */
package dev.tuningfork.trainer.learn;
