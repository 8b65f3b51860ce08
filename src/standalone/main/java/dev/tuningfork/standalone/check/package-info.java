/** Whether a device answers as the CPU does, and how fast it is. */
package dev.tuningfork.standalone.check;
