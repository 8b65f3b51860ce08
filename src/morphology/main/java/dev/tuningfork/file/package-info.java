/** Files that are complete or not there, and the hashes by which their contents are known. */
package dev.tuningfork.file;
