/**
 * Survey images: reading large images of the sky from local files, and cutting galaxies out of
 * them.
 */
package dev.tuningfork.tile;
