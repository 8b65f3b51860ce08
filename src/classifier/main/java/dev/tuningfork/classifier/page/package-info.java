/** The live page: what the stream is doing, galaxy by galaxy, for eyes. */
package dev.tuningfork.classifier.page;
