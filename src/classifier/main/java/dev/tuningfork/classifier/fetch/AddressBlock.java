package dev.tuningfork.classifier.fetch;

import java.net.InetAddress;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291).
 *
 * @param network the block's first address
 * @param prefix how many leading bits all its addresses share
 */
record AddressBlock(InetAddress network, int prefix) {

  static AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    try {
      if (!address.contains(":") && !HttpTarget.CANONICAL_IPV4.matcher(address).matches()) {
        throw new IllegalArgumentException("neither IPv4 nor IPv6");
      }
      InetAddress network = InetAddress.ofLiteral(address);
      int bits = network.getAddress().length * Byte.SIZE;
      int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix < 0 || prefix > bits) {
        throw new IllegalArgumentException("prefix out of range");
      }
      return new AddressBlock(network, prefix);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"%s\" is not a network; write it as 10.20.0.0/16, 127.0.0.1 or fd00::/8."
              .formatted(text),
          e);
    }
  }

  boolean contains(InetAddress address) {
    byte[] ours = network.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((ours[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
