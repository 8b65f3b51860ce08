package dev.tuningfork.classifier.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class RocksDbLimitsTest {

  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void aStoreKeepsWhatWasWrittenLastAndNoMoreThanItsShareOfTheDisk() throws Exception {
    long disk = 8 * MIB;
    var setter = new RocksDbLimits.Setter();
    byte[] value = new byte[(int) (MIB / 4)];
    Random random = new Random(1); // so that it cannot be compressed
    try (var limits = new RocksDbLimits(8 * MIB, disk);
        Options options =
            new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(new BlockBasedTableConfig())) {
      setter.setConfig("store", options, Map.of(RocksDbLimits.SETTING, limits));
      try (RocksDB store = RocksDB.open(options, folder.toString());
          FlushOptions flush = new FlushOptions()) {
        for (int n = 0; n < 120; n++) { // 30 MiB
          random.nextBytes(value);
          store.put(("galaxy-" + n).getBytes(UTF_8), value);
        }
        store.put("galaxy-110".getBytes(UTF_8), "anew".getBytes(UTF_8));
        store.flush(flush);
        await("files beyond the share to go")
            .untilAsserted(
                () ->
                    assertThat(store.getLongProperty("rocksdb.total-sst-files-size"))
                        .isBetween(disk / 2, disk));
        assertThat(store.get("galaxy-0".getBytes(UTF_8))).isNull();
        assertThat(store.get("galaxy-119".getBytes(UTF_8))).isEqualTo(value);
        assertThat(store.get("galaxy-110".getBytes(UTF_8))).isEqualTo("anew".getBytes(UTF_8));
      }
      setter.close("store", options);
    }
  }
}
