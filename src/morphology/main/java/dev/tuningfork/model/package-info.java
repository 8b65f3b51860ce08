/** A model on disk (the bundle) and in memory (the predictor). */
package dev.tuningfork.model;
