/** Pixels: from the bytes of an image file to the numbers that a network takes. */
package dev.tuningfork.image;
