/** Temporary files that outlive no process for long. */
package dev.tuningfork.standalone.scratch;
