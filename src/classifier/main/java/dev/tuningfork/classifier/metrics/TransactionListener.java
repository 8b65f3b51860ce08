package dev.tuningfork.classifier.metrics;

/**
 * Hears of the transactions of a stream thread, on that thread, which waits: so this is quick, and
 * never throws. A transaction that is neither committed before the next begins nor before its
 * thread ends was rolled back.
 */
public interface TransactionListener {

  /** Hears nothing. */
  TransactionListener NOBODY =
      new TransactionListener() {
        @Override
        public void begun() {}

        @Override
        public void committed() {}
      };

  /** This thread's transaction begins. */
  void begun();

  /** This thread's transaction is committed. */
  void committed();
}
