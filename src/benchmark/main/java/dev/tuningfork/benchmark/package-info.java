/** The command that measures how fast the product is, and beside what. */
package dev.tuningfork.benchmark;
