package dev.tuningfork.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
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

  @Property(tries = 200)
  void whatIsCutOffIsRefused(@ForAll("entries") LedgerEntry entry, @ForAll int cut) {
    byte[] bytes = entry.toBytes();
    byte[] part = Arrays.copyOf(bytes, Math.floorMod(cut, bytes.length));
    assertThatThrownBy(() -> LedgerEntry.fromBytes(part))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut off");
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
