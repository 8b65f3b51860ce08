/** What this machine can do with a model, and how much of that the stream reaches. */
package dev.tuningfork.benchmark;
