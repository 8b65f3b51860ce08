package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShownSettingsTest {

  @TempDir Path folder;

  @Test
  void secretsAreNeverShown() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("secrets.properties"),
            """
            fetch.s3.access-key-id=HUNTER-1
            fetch.s3.secret-access-key=HUNTER-2
            fetch.s3.endpoint=https://user:HUNTER-3@s3.example.org/?X-Amz-Signature=HUNTER-4&a=b
            kafka.bootstrap.servers=a:1,b:2
            kafka.sasl.jaas.config=org.example.Login required username="u" password="HUNTER-5";
            kafka.ssl.keystore.password=HUNTER-6
            kafka.consumer.ssl.key.password=HUNTER-7
            kafka.admin.ssl.truststore.password=HUNTER-8
            kafka.producer.ssl.keystore.key=HUNTER-9
            kafka.sasl.oauthbearer.jwks.endpoint.url=https://user:HUNTER-10@example.org/?sig=HUNTER-11
            kafka.sasl.oauthbearer.client.credentials.client.secret=HUNTER-12
            kafka.topic.retention.ms=100
            kafka.commit.interval.ms=200
            """);
    Map<String, Object> shown = ShownSettings.of(ClassifierSettings.read(file, Map.of()));
    assertThat(shown.toString()).doesNotContain("HUNTER");
    assertThat(shown)
        .containsEntry("fetch.s3.credentials", "KeyPair")
        .containsEntry("fetch.s3.endpoint", "https://***@s3.example.org/?X-Amz-Signature=***&a=b")
        .containsEntry("kafka.bootstrap.servers", "a:1,b:2")
        .containsEntry("kafka.sasl.jaas.config", "***")
        .containsEntry("kafka.commit.interval.ms", "200")
        .containsEntry("kafka.topic.retention.ms", "100");
  }

  @Test
  void everySettingIsShownByTheNameItIsSetBy() throws IOException {
    Map<String, Object> shown = ShownSettings.of(ClassifierSettings.DEFAULT);
    StringBuilder again = new StringBuilder();
    shown.forEach(
        (name, value) -> {
          if (!name.equals("fetch.s3.credentials")) {
            again.append(name).append("=\n");
          }
        });
    Path file = Files.writeString(folder.resolve("again.properties"), again);
    assertThat(ClassifierSettings.read(file, Map.of()))
        .isEqualTo(ClassifierSettings.read(null, Map.of()));
  }
}
