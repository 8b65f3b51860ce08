package dev.tuningfork.classifier.stream;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** A ledger without a changelog, for a processor that no topology runs. */
final class MemoryLedger {

  private MemoryLedger() {}

  /** Opens one that the processors of this context find. */
  static KeyValueStore<Long, LedgerEntry> in(MockProcessorContext<?, ?> context) {
    KeyValueStore<Long, LedgerEntry> ledger =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(LedgerProcessor.LEDGER),
                Serdes.Long(),
                LedgerEntry.SERDE)
            .withLoggingDisabled()
            .build();
    ledger.init(context.getStateStoreContext(), ledger);
    context.addStateStore(ledger);
    return ledger;
  }
}
