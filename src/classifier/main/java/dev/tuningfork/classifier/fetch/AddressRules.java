package dev.tuningfork.classifier.fetch;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses may be connected to: the public ones, and the special ones that a policy lists.
 *
 * <p>What is special is taken from IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC
 * 6890) and the multicast registries. Of IPv6 only the global unicast space 2000::/3 is public to
 * begin with.
 */
final class AddressRules {

  private record Special(AddressBlock block, String what) {
    Special(String block, String what) {
      this(AddressBlock.parse(block), what);
    }
  }

  private static final List<Special> SPECIAL =
      List.of(
          new Special("0.0.0.0/8", "an address of this host (RFC 791)"),
          new Special("10.0.0.0/8", "a private address (RFC 1918)"),
          new Special("100.64.0.0/10", "a carrier's shared address (RFC 6598)"),
          new Special("127.0.0.0/8", "a loopback address"),
          new Special("169.254.0.0/16", "a link-local address (RFC 3927)"),
          new Special("172.16.0.0/12", "a private address (RFC 1918)"),
          new Special("192.0.0.0/24", "an address for protocol assignments (RFC 6890)"),
          new Special("192.0.2.0/24", "an address for documentation (RFC 5737)"),
          new Special("192.88.99.0/24", "a 6to4 relay's address (RFC 7526)"),
          new Special("192.168.0.0/16", "a private address (RFC 1918)"),
          new Special("198.18.0.0/15", "an address for benchmarking (RFC 2544)"),
          new Special("198.51.100.0/24", "an address for documentation (RFC 5737)"),
          new Special("203.0.113.0/24", "an address for documentation (RFC 5737)"),
          new Special("224.0.0.0/4", "a multicast address"),
          new Special("240.0.0.0/4", "a reserved or broadcast address"),
          // public by number, but on Azure it is the machine's own host, with its secrets
          new Special("168.63.129.16/32", "the address of Azure's host agent"),
          new Special("::/128", "the unspecified address"),
          new Special("::1/128", "a loopback address"),
          new Special("64:ff9b:1::/48", "a local NAT64 address (RFC 8215)"),
          new Special("fc00::/7", "a unique local address (RFC 4193)"),
          new Special("fe80::/10", "a link-local address"),
          new Special("ff00::/8", "a multicast address"),
          new Special(
              "2001::/23", "an address for protocol assignments, Teredo's included (RFC 2928)"),
          new Special("2001:db8::/32", "an address for documentation (RFC 3849)"),
          new Special("2002::/16", "a 6to4 address (RFC 7526)"),
          new Special("3fff::/20", "an address for documentation (RFC 9637)"));

  private static final AddressBlock GLOBAL_UNICAST = AddressBlock.parse("2000::/3");

  private static final AddressBlock NAT64 = AddressBlock.parse("64:ff9b::/96");

  private final List<AddressBlock> listed;

  AddressRules(List<String> networks) {
    this.listed = networks.stream().map(AddressBlock::parse).toList();
  }

  /** What forbids an address, as in "a loopback address"; empty where it may be connected to. */
  Optional<String> refusal(InetAddress address) {
    InetAddress meant = meant(address);
    if (listed.stream().anyMatch(block -> block.contains(meant) || block.contains(address))) {
      return Optional.empty();
    }
    Optional<String> special =
        SPECIAL.stream().filter(s -> s.block.contains(meant)).map(Special::what).findFirst();
    return special.isEmpty() && meant instanceof Inet6Address && !GLOBAL_UNICAST.contains(meant)
        ? Optional.of("an IPv6 address outside the public ones")
        : special;
  }

  /**
   * The IPv4 address that a translator would send to in the end, where the address is one of
   * NAT64's (RFC 6052): a network with DNS64 reaches all of IPv4 that way, the metadata service of
   * its cloud included. IPv4-mapped addresses are IPv4 ones for {@link InetAddress} already.
   */
  private static InetAddress meant(InetAddress address) {
    if (!NAT64.contains(address)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), 12, 16));
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an IPv4 address", e);
    }
  }
}
