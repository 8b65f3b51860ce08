/** The messages: references, morphologies and dead letters, as JSON and as records. */
package dev.tuningfork.classifier.message;
