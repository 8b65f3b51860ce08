/** Text that others wrote, made fit for showing. */
package dev.tuningfork.text;
