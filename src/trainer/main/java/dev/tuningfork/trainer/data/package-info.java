/** Labelled galaxies: where they come from, what is wrong with them, and which are held out. */
package dev.tuningfork.trainer.data;
