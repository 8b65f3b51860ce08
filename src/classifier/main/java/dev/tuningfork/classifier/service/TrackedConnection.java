package dev.tuningfork.classifier.service;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * One connection: it passes on all that is read and written, and knows what it waits for and since
 * when.
 *
 * <p>One thread reads, answers and writes. Others may look at it and cut it off. The phase is
 * guarded by this object, so a connection is never cut off for idling once its request has arrived.
 */
final class TrackedConnection implements ConnectionContext {

  private enum Phase {
    /** A part of a request is missing. */
    REQUEST,
    /** The last answer is complete, and no byte of another request has arrived. */
    IDLE,
    /** The request is being answered here; the client is waited for by nobody. */
    ANSWER,
    /** The client has to take what is written. */
    WRITE,
    CUT_OFF
  }

  private static final int NETWORK_BYTES = 8;

  private final ConnectionContext connection;
  private final String client;
  private final DataReader reader = DataReader.create(this::read);
  private final DataWriter writer = new Writer();

  // guarded by this
  private Phase phase = Phase.REQUEST;
  private long since = System.nanoTime();

  TrackedConnection(ConnectionContext connection) {
    this.connection = connection;
    this.client = client(connection.remotePeer());
  }

  /** Whose share of the connections it counts in. */
  String client() {
    return client;
  }

  /**
   * How long it has waited for its client's next request, in nanoseconds; negative: it does not.
   */
  synchronized long waited(long now) {
    return phase == Phase.REQUEST || phase == Phase.IDLE ? now - since : -1;
  }

  synchronized boolean isOverdue(ConnectionLimits limits, long now) {
    return switch (phase) {
      case REQUEST -> now - since > limits.requestTime().toNanos();
      case IDLE -> now - since > limits.idleTime().toNanos();
      case WRITE -> now - since > limits.answerTime().toNanos();
      case ANSWER, CUT_OFF -> false;
    };
  }

  /** Whether it writes, or failed to. */
  synchronized boolean isWriting() {
    return phase == Phase.WRITE;
  }

  /** All headers of a request have arrived. */
  synchronized void requestArrived() {
    enter(Phase.ANSWER);
  }

  /**
   * Closes the connection where it waits for a request.
   *
   * @return whether it did
   */
  synchronized boolean cutOffIfWaiting() {
    boolean waits = phase == Phase.REQUEST || phase == Phase.IDLE;
    if (waits) {
      cutOff();
    }
    return waits;
  }

  synchronized void cutOff() {
    phase = Phase.CUT_OFF;
    try {
      connection.serverSocket().close();
    } catch (UncheckedIOException closedAlready) {
      // what was to be reached
    }
  }

  private byte[] read() {
    synchronized (this) {
      if (phase != Phase.REQUEST && phase != Phase.IDLE) {
        enter(Phase.IDLE);
      }
    }
    byte[] bytes;
    try {
      bytes = connection.serverSocket().get();
    } catch (UncheckedIOException e) {
      throw new ServerConnectionException("The client has gone.", e);
    }
    synchronized (this) {
      if (phase == Phase.IDLE) {
        enter(Phase.REQUEST);
      }
    }
    return bytes;
  }

  private synchronized void enter(Phase next) {
    if (phase == Phase.CUT_OFF) {
      throw new CloseConnectionException("The connection was closed by its limits.");
    }
    phase = next;
    since = System.nanoTime();
  }

  private static String client(PeerInfo peer) {
    if (peer.address() instanceof InetSocketAddress socket) {
      InetAddress address = socket.getAddress();
      return address instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
          : address.getHostAddress();
    }
    return peer.host();
  }

  private final class Writer implements DataWriter {

    @Override
    public void write(BufferData... buffers) {
      writeNow(BufferData.create(buffers));
    }

    @Override
    public void write(BufferData buffer) {
      writeNow(buffer);
    }

    @Override
    public void writeNow(BufferData... buffers) {
      writeNow(BufferData.create(buffers));
    }

    @Override
    public void writeNow(BufferData buffer) {
      enter(Phase.WRITE);
      try {
        connection.dataWriter().writeNow(buffer);
      } catch (UncheckedIOException e) {
        throw new ServerConnectionException("The client has gone.", e);
      }
      enter(Phase.ANSWER);
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
