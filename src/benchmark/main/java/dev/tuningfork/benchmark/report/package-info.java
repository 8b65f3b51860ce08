/** What was measured, on which machine, and the report: as a table, JSON, a picture, and pages. */
package dev.tuningfork.benchmark.report;
