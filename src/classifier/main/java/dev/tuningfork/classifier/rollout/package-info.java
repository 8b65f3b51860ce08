/**
 * Changing the model of a running classifier: new bundles are noticed, verified and warmed, and
 * another model can be tried in the shadow of the one that answers.
 */
package dev.tuningfork.classifier.rollout;
