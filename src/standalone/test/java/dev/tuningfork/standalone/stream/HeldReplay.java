package dev.tuningfork.standalone.stream;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.KafkaClients;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.Replay;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.command.Logging;
import java.util.concurrent.locks.LockSupport;

/**
 * A replay of every dead letter, as a process of its own, that stands still after so many letters,
 * in the middle of a transaction, says so, and waits to be killed.
 */
final class HeldReplay {

  private HeldReplay() {}

  public static void main(String[] arguments) {
    Logging.errorsOnly();
    ClassifierSettings settings =
        ClassifierSettings.DEFAULT.withKafka("bootstrap.servers", arguments[0]);
    int[] left = {Integer.parseInt(arguments[1])};
    Replay.run(
        KafkaClients.consumer(settings),
        KafkaClients.producer(settings),
        Topics.DEFAULT,
        DeadLetterFilter.OPEN,
        _ -> {
          if (--left[0] == 0) {
            System.out.println("held");
            System.out.flush();
            while (true) {
              LockSupport.park();
            }
          }
        });
  }
}
