/** The messages: what arrives, what is published, and what is given up, as JSON and as records. */
package dev.tuningfork.classifier.message;
