package dev.tuningfork.classifier.batch;

/** How much there is of something, in items and in bytes. Guarded by the lock of its owner. */
final class QueueLoad {

  int items;
  long bytes;

  void add(int moreItems, long moreBytes) {
    items += moreItems;
    bytes += moreBytes;
  }

  /** Whether one more item has room. Alone it may be as large as it likes. */
  boolean hasRoom(long forBytes, int mostItems, long mostBytes) {
    return items < mostItems && (items == 0 || bytes + forBytes <= mostBytes);
  }
}
