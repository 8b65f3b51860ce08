package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.recording.WaitEvent;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.PreparedImage;
import org.jspecify.annotations.Nullable;

/**
 * An image that waits for the model.
 *
 * @param sha256 of the file, or of the pixels where it is a part of a survey image
 * @param cutout which part of a survey image it is; null where it is a file
 * @param served the model that it was prepared for
 * @param since when it was prepared, by {@link System#nanoTime}
 * @param waiting the same, for a recording
 */
record Prepared(
    Submitted submitted,
    String sha256,
    GalaxyMorphology.@Nullable Cutout cutout,
    ServedModel served,
    PreparedImage image,
    Shadow.@Nullable Image shadow,
    long since,
    WaitEvent waiting) {}
