/** What can be measured, a class for each part. */
package dev.tuningfork.benchmark.suite;
