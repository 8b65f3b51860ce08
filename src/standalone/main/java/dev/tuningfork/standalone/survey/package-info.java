/** A survey that needs no telescope: rendered galaxies whose truth is known. */
package dev.tuningfork.standalone.survey;
