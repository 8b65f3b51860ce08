/** The classifier as an application: its settings, its start, its state and its end. */
package dev.tuningfork.classifier;
