/**
 * From an image's place to the model's answer: fetching, decoding and batching, all of it bounded.
 */
package dev.tuningfork.classifier.batch;
