package dev.tuningfork.classifier;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
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
    await(admin, topics.stream().map(NewTopic::name).toList(), deadline);
  }

  /**
   * Creates those topics that do not exist. Another process may create them at the same moment. It
   * need not have finished when this returns: {@link #await} waits for that.
   *
   * @return the names of those that this call created
   * @throws ExecutionException where Kafka refuses for another reason
   * @throws TimeoutException where Kafka does not answer within this time
   */
  public static List<String> createMissing(
      Admin admin, Collection<NewTopic> topics, Duration atMost)
      throws ExecutionException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + atMost.toNanos();
    List<String> created = new ArrayList<>();
    for (var topic : admin.createTopics(topics).values().entrySet()) {
      try {
        topic.getValue().get(left(deadline), TimeUnit.NANOSECONDS);
        created.add(topic.getKey());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    return created;
  }

  /**
   * Returns when the leader of each partition of these topics serves it. A producer that does not
   * wait for this can hang.
   *
   * @throws ExecutionException where Kafka refuses
   * @throws TimeoutException where they are not served within this time
   */
  public static void await(Admin admin, Collection<String> topics, Duration atMost)
      throws ExecutionException, InterruptedException, TimeoutException {
    await(admin, topics, System.nanoTime() + atMost.toNanos());
  }

  private static void await(Admin admin, Collection<String> topics, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    while (!served(admin, topics, deadline)) {
      Thread.sleep(LOOK_EVERY);
    }
  }

  /** Whether each leader answers; false where the broker that was asked knows no such topic yet. */
  private static boolean served(Admin admin, Collection<String> topics, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      // the controller creates a topic before any broker has heard of it
      Map<TopicPartition, OffsetSpec> ends =
          admin
              .describeTopics(topics)
              .allTopicNames()
              .get(left(deadline), TimeUnit.NANOSECONDS)
              .values()
              .stream()
              .flatMap(
                  topic ->
                      topic.partitions().stream()
                          .map(one -> new TopicPartition(topic.name(), one.partition())))
              .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
      // only a leader tells offsets, and until there is one, the client asks again
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
      throw new TimeoutException(
          "The topics exist, but no broker serves all of their partitions yet.");
    }
    return left;
  }
}
