/** An evaluation as text, as a page, and as a model's card. */
package dev.tuningfork.trainer.report;
