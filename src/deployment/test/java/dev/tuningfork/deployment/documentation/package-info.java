/** Tests of the documentation: its commands are typed, its links followed, its words checked. */
@NullMarked
package dev.tuningfork.deployment.documentation;

import org.jspecify.annotations.NullMarked;
