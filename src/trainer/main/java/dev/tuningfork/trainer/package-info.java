/** From labelled galaxies to a model bundle. */
package dev.tuningfork.trainer;
