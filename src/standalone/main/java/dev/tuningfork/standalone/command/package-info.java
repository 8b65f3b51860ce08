/** What a person can ask for on the command line. */
package dev.tuningfork.standalone.command;
