/** Galaxies as training sees them: turned, mirrored, moved, and ready before they are asked for. */
package dev.tuningfork.trainer.augment;
