/** What was measured, on what, and how it is told: as a table, as JSON, as a picture, as pages. */
package dev.tuningfork.benchmark.report;
