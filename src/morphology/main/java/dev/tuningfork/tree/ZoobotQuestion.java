package dev.tuningfork.tree;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What Zoobot and galaxy-datasets call a question and its answers. Their columns of votes are named
 * {@code NAME-CAMPAIGN_ANSWER}, and their networks have the answers in this order, which is often
 * not the one in which volunteers see them.
 *
 * @param name such as {@code disk-edge-on}
 * @param answers by Zoobot's names, in Zoobot's order: all answers of the question
 */
public record ZoobotQuestion(String name, SequencedMap<String, Answer> answers) {

  public ZoobotQuestion {
    answers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(answers));
  }
}
