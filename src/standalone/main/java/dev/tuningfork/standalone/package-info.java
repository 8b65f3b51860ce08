/** The command line: one process for a laptop. */
package dev.tuningfork.standalone;
