/**
 * From a survey image to references to its galaxies: reading catalogues, row by row, beside the
 * stream.
 */
package dev.tuningfork.classifier.expand;
