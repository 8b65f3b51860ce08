/** How far the survey images of this process are, for those who look. */
package dev.tuningfork.classifier.progress;
