/**
 * Tests of what is deployed: the Helm chart, rendered by helm and read by the application itself.
 */
@NullMarked
package dev.tuningfork.deployment;

import org.jspecify.annotations.NullMarked;
