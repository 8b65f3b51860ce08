package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class LedgerEntryTest {

  @Property
  void whatIsReadIsWhatWasWritten(@ForAll("entries") LedgerEntry entry) {
    byte[] bytes = entry.toBytes();
    assertThat(bytes.length).isLessThanOrEqualTo(entry.size());
    assertThat(LedgerEntry.fromBytes(bytes))
        .usingRecursiveComparison()
        .ignoringFields("headers")
        .isEqualTo(entry);
    assertThat(LedgerEntry.fromBytes(bytes).headers().toArray())
        .containsExactly(entry.headers().toArray());
  }

  /** A ledger outlives the program that wrote it: its changelog is read by every later version. */
  @Test
  void entriesOfEarlierVersionsAreReadAndWrittenByteForByte() throws IOException {
    List<LedgerEntry> entries =
        List.of(
            entry("galaxy-images", 0, 0, null, "{}"),
            entry("galaxy-images", 3, 63, "587722952767439450", "x".repeat(200)),
            entry("t", 127, 64, "", "\u00ff\u00d8\u00ff"),
            entry("images-Å", 128, 8191, "\u0000\u0001", ""),
            entry("t", 300, 8192, null, "\0".repeat(127)),
            entry("t", Integer.MAX_VALUE, 1L << 31, null, "\0".repeat(126)),
            entry("t", 1, 1L << 40, null, "\0"),
            entry("t", 1, Long.MAX_VALUE, null, "\0"));
    List<String> golden = golden();
    assertThat(golden).hasSameSizeAs(entries);
    for (int i = 0; i < entries.size(); i++) {
      byte[] bytes = HexFormat.of().parseHex(golden.get(i));
      LedgerEntry read = LedgerEntry.fromBytes(bytes);
      assertThat(read)
          .as("entry %d", i)
          .usingRecursiveComparison()
          .ignoringFields("headers", "timestamp", "acceptedAt")
          .isEqualTo(entries.get(i));
      assertThat(read.toBytes()).as("entry %d", i).isEqualTo(bytes);
    }
    LedgerEntry first = LedgerEntry.fromBytes(HexFormat.of().parseHex(golden.getFirst()));
    assertThat(first.timestamp()).isEqualTo(1_700_000_000_000L);
    assertThat(first.acceptedAt()).isEqualTo(1_700_000_000_123L);
    assertThat(LedgerEntry.fromBytes(HexFormat.of().parseHex(golden.get(1))).headers().toArray())
        .containsExactly(
            new RecordHeader("traceparent", "00-0af7".getBytes(UTF_8)),
            new RecordHeader("none", null),
            new RecordHeader("empty", new byte[0]));
  }

  private static LedgerEntry entry(
      String topic, int partition, long offset, String key, String value) {
    return new LedgerEntry(
        topic,
        partition,
        offset,
        0,
        0,
        key == null ? null : key.getBytes(ISO_8859_1),
        value.getBytes(ISO_8859_1),
        new RecordHeaders());
  }

  private static List<String> golden() throws IOException {
    try (var golden = LedgerEntryTest.class.getResourceAsStream("ledger-entries.txt")) {
      return new String(golden.readAllBytes(), UTF_8).lines().skip(1).toList();
    }
  }

  @Property(tries = 200)
  void whatIsCutOffIsRefused(@ForAll("entries") LedgerEntry entry, @ForAll int cut) {
    byte[] bytes = entry.toBytes();
    byte[] part = Arrays.copyOf(bytes, Math.floorMod(cut, bytes.length));
    assertThatThrownBy(() -> LedgerEntry.fromBytes(part))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("truncated");
  }

  @Property(tries = 50)
  void anotherVersionIsRefused(@ForAll("entries") LedgerEntry entry) {
    byte[] bytes = entry.toBytes();
    bytes[0] = 2;
    assertThatThrownBy(() -> LedgerEntry.fromBytes(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 2");
  }

  @Provide
  Arbitrary<LedgerEntry> entries() {
    Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    Arbitrary<Headers> headers =
        Combinators.combine(Arbitraries.strings().ofMaxLength(20), bytes.injectNull(0.2))
            .as(Tuple::of)
            .list()
            .ofMaxSize(5)
            .map(
                list ->
                    new RecordHeaders(
                        list.stream()
                            .map(pair -> new RecordHeader(pair.get1(), pair.get2()))
                            .toArray(RecordHeader[]::new)));
    return Combinators.combine(
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(249),
            Arbitraries.integers().greaterOrEqual(0),
            Arbitraries.longs().greaterOrEqual(0),
            Arbitraries.longs(),
            Arbitraries.longs(),
            bytes.injectNull(0.2),
            bytes,
            headers)
        .as(LedgerEntry::new);
  }
}
