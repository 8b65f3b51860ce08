package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.classifier.deadletter.DeadLetterList.Alike;
import dev.tuningfork.classifier.deadletter.DeadLetterList.Group;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Groups dead letters by cause. Writers of the topic could write a new reason each time, so there
 * are no more than {@link #MOST} groups and one for all further reasons of a stage. For one thread.
 */
final class Groups {

  static final int MOST = 500;

  private final Map<Alike, Group> groups = new HashMap<>();

  void add(DeadLetter letter) {
    Alike own = Alike.of(letter);
    Alike alike =
        groups.containsKey(own) || groups.size() < MOST
            ? own
            : new Alike(own.stage(), own.kind(), DeadLetterList.OTHER_REASONS);
    groups.merge(
        alike,
        new Group(alike, 1, letter.exception(), letter.message()),
        (one, more) ->
            new Group(alike, one.count() + more.count(), one.exception(), one.example()));
  }

  long total() {
    return groups.values().stream().mapToLong(Group::count).sum();
  }

  /** The most first. */
  List<Group> list() {
    return groups.values().stream()
        .sorted(Comparator.comparingLong(Group::count).reversed())
        .toList();
  }
}
