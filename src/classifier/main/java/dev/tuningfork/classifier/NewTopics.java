package dev.tuningfork.classifier;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
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
    // only a leader tells offsets, and until there is one, the client asks again
    Map<TopicPartition, OffsetSpec> ends =
        topics.stream()
            .flatMap(
                topic ->
                    IntStream.range(0, topic.numPartitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
            .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
    admin.listOffsets(ends).all().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
  }
}
