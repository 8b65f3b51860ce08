/** What the classifier counts and times, for whoever watches it. */
package dev.tuningfork.classifier.metrics;
