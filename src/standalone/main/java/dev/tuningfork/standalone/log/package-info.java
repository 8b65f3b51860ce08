/** How log lines are written: what strangers wrote in them stays text. */
package dev.tuningfork.standalone.log;
