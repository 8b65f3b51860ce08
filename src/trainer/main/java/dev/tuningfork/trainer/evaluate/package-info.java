/** How well a model answers: figures, pictures and a report. */
package dev.tuningfork.trainer.evaluate;
