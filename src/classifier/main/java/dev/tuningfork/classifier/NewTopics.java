package dev.tuningfork.classifier;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates topics, and waits until they can be written to.
 *
 * <p>A topic is listed before its partitions' leaders serve it. A producer that writes in between
 * can hang: the leader refuses the first batch, becomes ready, and accepts the second one, since it
 * knows nothing of that producer yet. The first batch is out of order from then on, and is sent
 * again in vain until {@code delivery.timeout.ms} (two minutes) is over. Kafka knows this as
 * KAFKA-15591; 4.4.0 still does it. The busier the machine, the longer the time in between.
 */
public final class NewTopics {

  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private NewTopics() {}

  /**
   * Creates topics, and returns when the leader of each partition serves it.
   *
   * @param topics each with its number of partitions
   * @throws ExecutionException where Kafka refuses, such as a topic that exists
   * @throws TimeoutException where they are not served within this time
   */
  public static void create(Admin admin, Collection<NewTopic> topics, Duration atMost)
      throws ExecutionException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + atMost.toNanos();
    admin.createTopics(topics).all().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    // the controller answers before any broker has heard of them
    Set<String> names = topics.stream().map(NewTopic::name).collect(Collectors.toSet());
    while (!admin
        .listTopics()
        .names()
        .get(left(deadline), TimeUnit.NANOSECONDS)
        .containsAll(names)) {
      Thread.sleep(LOOK_EVERY);
    }
    while (!served(admin, topics, deadline)) {
      Thread.sleep(LOOK_EVERY);
    }
  }

  /** Whether each leader answers; false where the broker that was asked knows no such topic yet. */
  private static boolean served(Admin admin, Collection<NewTopic> topics, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    // only a leader tells offsets, and until there is one, the client asks again
    Map<TopicPartition, OffsetSpec> ends =
        topics.stream()
            .flatMap(
                topic ->
                    IntStream.range(0, topic.numPartitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
            .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
    try {
      admin.listOffsets(ends).all().get(left(deadline), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private static long left(long deadline) throws TimeoutException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new TimeoutException("The topics were created, but no broker serves them yet.");
    }
    return left;
  }
}
