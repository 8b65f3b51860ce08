package dev.tuningfork.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import uk.ac.starlink.parquet.ParquetTableBuilder;
import uk.ac.starlink.parquet.SequentialParquetStarTable;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StoragePolicy;
import uk.ac.starlink.util.DataSource;
import uk.ac.starlink.util.FileDataSource;

/**
 * Reads Parquet files row by row. STIL's own reader would keep whole columns in memory, and opens a
 * file through Hadoop's file systems, which need a dozen more libraries.
 */
final class ParquetRows extends ParquetTableBuilder {

  @Override
  public StarTable makeStarTable(DataSource source, boolean wantRandom, StoragePolicy storage)
      throws IOException {
    if (!(source instanceof FileDataSource file)) {
      throw new IOException("A Parquet catalogue must be a file on this machine.");
    }
    Path path = file.getFile().toPath();
    return new SequentialParquetStarTable(
        () -> ParquetFileReader.open(new LocalInputFile(path)), () -> false);
  }
}
