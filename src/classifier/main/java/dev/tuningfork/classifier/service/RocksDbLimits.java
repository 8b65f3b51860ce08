package dev.tuningfork.classifier.service;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactionOptionsFIFO;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBufferManager;

/**
 * How much memory all stores together, and how much disk each, may take.
 *
 * <p>Memory: one cache, in which the stores' blocks, indexes, filters and write buffers all count.
 * Disk: files are never merged, and the oldest is deleted when their sum exceeds the limit (FIFO
 * compaction), so that a store holds what was published last, like a topic with a retention by
 * size. A newer answer about an object is in a newer file, which is searched first.
 */
final class RocksDbLimits implements AutoCloseable {

  /** The name under which {@link Setter} finds its limits among the settings of Kafka Streams. */
  static final String SETTING = "tuning-fork.rocksdb.limits";

  private static final double BLOOM_BITS_PER_KEY = 10;
  private static final long LARGEST_WRITE_BUFFER = 16L << 20;

  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final long memory;
  private final long disk;

  /**
   * @param memory bytes, of all stores
   * @param disk bytes, of each store
   */
  RocksDbLimits(long memory, long disk) {
    this.memory = memory;
    this.disk = disk;
    RocksDB.loadLibrary(); // whatever is made below is the library's
    cache = new LRUCache(memory);
    writeBuffers = new WriteBufferManager(memory / 2, cache);
  }

  /** Each becomes a file, of which the disk's share must hold some. */
  private long writeBuffer() {
    return Math.min(LARGEST_WRITE_BUFFER, Math.min(memory / 4, disk / 8));
  }

  /** Only after every store is closed. */
  @Override
  public void close() {
    writeBuffers.close();
    cache.close();
  }

  /** Made by Kafka Streams, one for each store. */
  public static final class Setter implements RocksDBConfigSetter {

    private @Nullable BloomFilter filter;
    private @Nullable CompactionOptionsFIFO fifo;

    @Override
    public void setConfig(String store, Options options, Map<String, Object> settings) {
      if (!(settings.get(SETTING) instanceof RocksDbLimits limits)) {
        throw new IllegalStateException("The setting " + SETTING + " is missing.");
      }
      filter = new BloomFilter(BLOOM_BITS_PER_KEY);
      fifo =
          new CompactionOptionsFIFO().setMaxTableFilesSize(limits.disk).setAllowCompaction(false);
      if (options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
        options.setTableFormatConfig(
            table
                .setBlockCache(limits.cache)
                .setCacheIndexAndFilterBlocks(true)
                .setFilterPolicy(filter));
      }
      options
          .setWriteBufferManager(limits.writeBuffers)
          .setWriteBufferSize(limits.writeBuffer())
          .setCompressionType(CompressionType.LZ4_COMPRESSION)
          .setCompactionStyle(CompactionStyle.FIFO)
          .setCompactionOptionsFIFO(fifo);
    }

    @Override
    public void close(String store, Options options) {
      Stream.of(filter, fifo).filter(Objects::nonNull).forEach(RocksObject::close);
    }
  }
}
