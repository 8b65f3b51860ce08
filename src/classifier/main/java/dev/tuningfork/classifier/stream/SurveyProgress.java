package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.tile.Cut;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Reports which galaxies of survey images are done to the task that listed them, and once it is
 * committed to those who look.
 *
 * <p>Invariant: what was {@linkplain #done done} is in a record once {@link #flush} returns. Kafka
 * Streams commits between calls of a processor alone. A processor whose every call ends with a
 * flush thus reports a galaxy in the transaction of its outcome.
 *
 * <p>Belongs to the stream thread and to one life of the task.
 */
final class SurveyProgress {

  private final ProcessorContext<Object, Object> context;
  private final Optional<SurveyImages> survey;
  private final Transactions transactions;
  private final Map<Publication, Progress> done = new LinkedHashMap<>();

  /**
   * @param survey what they belong to; a reference of another topic than theirs belongs to none,
   *     whatever its headers say
   */
  SurveyProgress(
      ProcessorContext<Object, Object> context,
      Optional<SurveyImages> survey,
      Transactions transactions) {
    this.context = context;
    this.survey = survey;
    this.transactions = transactions;
  }

  /**
   * An outcome was forwarded.
   *
   * @param answer empty for a dead letter
   */
  void done(@Nullable Request request, LedgerEntry entry, Optional<GalaxyMorphology> answer) {
    Optional<SurveyImages> of =
        survey.filter(images -> images.topics().galaxies().equals(entry.topic()));
    if (of.isEmpty()) {
      return;
    }
    Publication.of(entry.headers())
        .ifPresent(
            one ->
                done.merge(
                    one,
                    Progress.of(one, answer.isPresent(), context.currentSystemTimeMs()),
                    Progress::and));
    Sky sky = of.get().board().sky();
    if (sky.isOfPage()
        && request != null
        && request.origin() instanceof ImageOrigin.OnTile galaxy) {
      light(sky, galaxy, answer);
    }
  }

  private void light(Sky sky, ImageOrigin.OnTile galaxy, Optional<GalaxyMorphology> answer) {
    String image = galaxy.cutout().tile();
    String objectId = galaxy.objectId();
    Cut.Centre.Sky position = galaxy.position();
    String kind =
        answer.map(known -> Objects.toString(known.morphology().classString(), "–")).orElse("");
    transactions.afterCommit(() -> sky.add(image, objectId, position.ra(), position.dec(), kind));
  }

  void flush() {
    if (!done.isEmpty()) {
      done.values()
          .forEach(
              one ->
                  context.forward(
                      new Record<Object, Object>(
                          one.publication(), one, context.currentSystemTimeMs()),
                      LedgerProcessor.PROGRESS));
      done.clear();
    }
  }
}
