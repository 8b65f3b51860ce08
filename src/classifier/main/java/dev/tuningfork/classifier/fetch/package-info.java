/** From a reference to the bytes of an image, within the limits that the settings draw. */
package dev.tuningfork.classifier.fetch;
