/** What the classifier counts and times. */
package dev.tuningfork.classifier.metrics;
