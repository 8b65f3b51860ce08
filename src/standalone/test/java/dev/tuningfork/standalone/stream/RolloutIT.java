package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.ModelChoice;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model is exchanged while galaxies pass. {@code -Dtuningfork.rollout.rate=500} publishes so
 * many a second, and {@code -Dtuningfork.rollout.model=fast} exchanges a model that is built in for
 * itself with a note beside it.
 */
@Timeout(180)
class RolloutIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int RATE = Integer.getInteger("tuningfork.rollout.rate", 150);

  /** The bar is a second on a machine that has time; this one may be busy with other tests. */
  private static final Duration LONGEST_GAP = Duration.ofSeconds(5);

  @TempDir Path folder;

  @Test
  void anotherModelTakesOverWhileGalaxiesPassAndABrokenOneDoesNot() throws Exception {
    ModelBundle a = first();
    ModelBundle b = a.with("NOTE.md", "The second.".getBytes(StandardCharsets.UTF_8));
    ModelBundle shadow = bundle("shadow", 2);
    Path link = folder.resolve("serving");
    a.save(folder.resolve("a"));
    b.save(folder.resolve("b"));
    shadow.save(folder.resolve("shadow"));
    bundle("broken", 3).save(folder.resolve("broken"));
    Files.write(folder.resolve("broken/weights.safetensors"), new byte[] {1, 2, 3});
    Files.createSymbolicLink(link, folder.resolve("a"));

    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = ModelLoader.load(a, new DeviceSetting.Cpu());
        var classifier = ClassifierApplication.start(settings(observatory, link), model);
        ServiceClient service = new ServiceClient(classifier.servicePort().orElseThrow())) {
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Integer> publishing =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return observatory.publishAtRate(RATE, enough::get);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      observatory.awaitCommitted(2 * RATE, PATIENCE);
      assertThat(service.json("/info").at("/model/sha256").asText())
          .isEqualTo(a.identity().sha256());
      Instant underWay = Instant.now();
      FutureTask<String> page = new FutureTask<>(() -> toldOfAnotherModel(service));
      Thread.startVirtualThread(page);

      point(link, "b");
      await().atMost(PATIENCE).until(() -> answering(service).equals(b.identity().sha256()));
      observatory.awaitCommitted(observatory.committed() + 2 * RATE, PATIENCE);
      assertThat(page.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).contains(b.identity().sha256());
      point(link, "broken");
      await().atMost(PATIENCE).until(() -> refused(service) == 1);
      assertThat(service.json("/info").at("/refusedModel/reason").asText())
          .contains("weights.safetensors");
      observatory.awaitCommitted(observatory.committed() + 2 * RATE, PATIENCE);
      enough.set(true);
      int galaxies = publishing.get();
      observatory.awaitCommitted(galaxies, PATIENCE);

      assertThat(answering(service)).isEqualTo(b.identity().sha256());
      assertThat(service.metrics().get("tuning_fork_model_exchanges_total")).isEqualTo(1);
      assertThat(service.json("/info").at("/shadow/name").asText()).isEqualTo("shadow");
      await().atMost(PATIENCE).until(() -> compared(service) > 0);
      assertThat(service.metrics())
          .containsKey("tuning_fork_shadow_divergence_count{question=\"t01\"}");
      assertThat(observatory.records(Topics.DEFAULT.deadLetters())).isEmpty();
      observatory.requireOneOutcomeEach(galaxies);
      requireOneAfterTheOther(
          observatory.records(Topics.DEFAULT.output()),
          a.identity().sha256(),
          b.identity().sha256(),
          underWay);
      point(link, "b");
      await().atMost(PATIENCE).until(() -> refused(service) == 0);
    }
  }

  /** What an open page is told when another model answers. */
  private static String toldOfAnotherModel(ServiceClient service) throws Exception {
    try (Stream<String> lines = service.lines("/page/events")) {
      return lines.dropWhile(line -> !line.equals("event:model")).skip(1).findFirst().orElseThrow();
    }
  }

  private static void requireOneAfterTheOther(
      List<ConsumerRecord<String, byte[]>> records, String first, String second, Instant underWay)
      throws Exception {
    Map<Integer, List<String>> models = new TreeMap<>();
    List<Instant> times = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      GalaxyMorphology morphology = GalaxyMorphology.fromJson(record.value());
      models
          .computeIfAbsent(record.partition(), _ -> new ArrayList<>())
          .add(morphology.model().sha256());
      times.add(morphology.classifiedAt());
    }
    Set<String> all = new HashSet<>();
    models.forEach(
        (partition, answered) -> {
          all.addAll(answered);
          assertThat(answered.lastIndexOf(first))
              .as("the first model's last answer in partition %d", partition)
              .isLessThan(answered.contains(second) ? answered.indexOf(second) : Integer.MAX_VALUE);
        });
    assertThat(all).containsExactlyInAnyOrder(first, second);

    times.removeIf(time -> time.isBefore(underWay)); // a classifier's start is another matter
    times.sort(null);
    Duration gap = Duration.ZERO;
    for (int i = 1; i < times.size(); i++) {
      Duration between = Duration.between(times.get(i - 1), times.get(i));
      gap = between.compareTo(gap) > 0 ? between : gap;
    }
    System.out.printf(
        "RolloutIT: %,d galaxies at %d a second, the longest gap %d ms.%n",
        records.size(), RATE, gap.toMillis());
    assertThat(gap).isLessThan(LONGEST_GAP);
  }

  private ClassifierSettings settings(Observatory observatory, Path model) {
    return observatory
        .settings()
        .with(ModelChoice.NAME, model.toString())
        .with(ModelChoice.DEVICE, "cpu")
        .with(RolloutSettings.WATCH, true)
        .with(RolloutSettings.POLL, Duration.ofMillis(100))
        .with(RolloutSettings.SHADOW, Optional.of(folder.resolve("shadow").toString()))
        .with(
            ServiceSettings.ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)));
  }

  /** As an operator and Kubernetes do: whoever looks sees the one or the other. */
  private void point(Path link, String bundle) throws Exception {
    Path next = Files.createSymbolicLink(folder.resolve("next"), folder.resolve(bundle));
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String answering(ServiceClient service) throws Exception {
    return service.json("/info").at("/model/sha256").asText();
  }

  private static double refused(ServiceClient service) throws Exception {
    return service.metrics().get("tuning_fork_model_refused{role=\"serving\"}");
  }

  private static double compared(ServiceClient service) throws Exception {
    return service.metrics().get("tuning_fork_shadow_images_total{outcome=\"compared\"}");
  }

  private static ModelBundle first() throws Exception {
    String name = System.getProperty("tuningfork.rollout.model", "");
    return name.isEmpty() ? bundle("tiny", 1) : ModelBundle.named(name);
  }

  private static ModelBundle bundle(String name, long seed) {
    ModelDescription description =
        ModelDescription.of(
            name, "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    return ModelBundle.of(description, Weights.initial(description.network(), seed));
  }
}
