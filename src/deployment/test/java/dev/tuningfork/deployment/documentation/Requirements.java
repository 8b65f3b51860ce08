package dev.tuningfork.deployment.documentation;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What a command needs that not every machine has; without it, the command's test is skipped. */
final class Requirements {

  private Requirements() {}

  static void check(Observatory observatory, String command) throws Exception {
    switch (command.split(" ", 2)[0]) {
      case "./mvnw" ->
          assumeTrue(false, "Skipped: this test is part of a Maven run; .ci/run builds the image.");
      case "docker" -> {
        assumeFalse(
            command.startsWith("docker push"), "Skipped: registry.example.org does not exist.");
        assumeTrue(
            System.getProperty("tuningfork.image") != null,
            "Skipped: needs a Docker engine with base images; .ci/image builds the image and ImageContainerIT runs it.");
      }
      case "python3" -> observatory.requirePython();
      default ->
          // otherwise bash, Java and this project are enough
          assumeTrue(
              !observatory.isOnCluster() || Boolean.getBoolean("tuningfork.cluster"),
              "Skipped: needs a cluster with the image and Kafka (helm/try --only-kafka, -Dtuningfork.cluster=true); the values are rendered and checked in any case.");
    }
  }
}
