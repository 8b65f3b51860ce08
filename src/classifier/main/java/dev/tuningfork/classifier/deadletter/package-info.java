/** The topic of dead letters, as an operator uses it: read, searched, and sent again. */
package dev.tuningfork.classifier.deadletter;
