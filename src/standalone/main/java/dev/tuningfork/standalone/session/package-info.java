/** The stream in one process: references in, replies out, with a real broker between. */
package dev.tuningfork.standalone.session;
