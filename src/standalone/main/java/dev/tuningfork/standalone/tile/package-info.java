/**
 * A survey's tiles and its catalogue: which galaxy is cut out of which tile, and what becomes of
 * it.
 */
package dev.tuningfork.standalone.tile;
