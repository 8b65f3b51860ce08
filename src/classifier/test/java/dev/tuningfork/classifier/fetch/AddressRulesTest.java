package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {

  private final AddressRules nothingListed = new AddressRules(List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1"
      })
  void specialAddressesAreRefused(String address) {
    assertThat(nothingListed.refusal(InetAddress.ofLiteral(address))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.17",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450::1"
      })
  void publicAddressesMayBeReached(String address) {
    assertThat(nothingListed.refusal(InetAddress.ofLiteral(address))).isEmpty();
  }

  @Test
  void aListedNetworkMayBeReachedAndItsNeighboursMayNot() {
    AddressRules rules = new AddressRules(List.of("10.20.0.0/15", "127.0.0.1", "fd00:1::/32"));

    assertThat(rules.refusal(InetAddress.ofLiteral("10.21.255.255"))).isEmpty();
    assertThat(rules.refusal(InetAddress.ofLiteral("10.22.0.0"))).isPresent();
    assertThat(rules.refusal(InetAddress.ofLiteral("127.0.0.1"))).isEmpty();
    assertThat(rules.refusal(InetAddress.ofLiteral("127.0.0.2"))).isPresent();
    assertThat(rules.refusal(InetAddress.ofLiteral("64:ff9b::10.20.0.1"))).isEmpty();
    assertThat(rules.refusal(InetAddress.ofLiteral("fd00:1:ffff::1"))).isEmpty();
    assertThat(rules.refusal(InetAddress.ofLiteral("fd00:2::1"))).isPresent();
  }

  @Test
  void aRefusalSaysWhatTheAddressIs() {
    assertThat(nothingListed.refusal(InetAddress.ofLiteral("169.254.169.254")))
        .hasValueSatisfying(what -> assertThat(what).contains("link-local"));
  }

  /** Held against the JDK's own idea of these classes, which is narrower. */
  @Property
  void whatTheJdkCallsLocalOrMulticastIsRefused(@ForAll @Size(4) byte[] ipv4) throws Exception {
    assertThatLocalIsRefused(InetAddress.getByAddress(ipv4));
  }

  @Property
  void whatTheJdkCallsLocalOrMulticastIsRefusedInIpv6Too(@ForAll @Size(16) byte[] ipv6)
      throws Exception {
    assertThatLocalIsRefused(InetAddress.getByAddress(ipv6));
  }

  private void assertThatLocalIsRefused(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      assertThat(nothingListed.refusal(address)).isPresent();
    }
  }

  @Property
  void aBlockHoldsAnAddressExactlyWhenTheirLeadingBitsAgree(
      @ForAll int network, @ForAll int address, @ForAll @IntRange(max = 32) int prefix)
      throws Exception {
    AddressBlock block = new AddressBlock(ipv4(network), prefix);
    long mask = prefix == 0 ? 0 : -1 << (32 - prefix);

    assertThat(block.contains(ipv4(address))).isEqualTo((network & mask) == (address & mask));
    assertThat(block.contains(ipv4(network))).isTrue();
  }

  private static InetAddress ipv4(int bits) throws UnknownHostException {
    return InetAddress.getByAddress(
        new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.org",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10/8",
        "127.1",
        "0x7f.0.0.1",
        "::1/129",
        "::1/",
        "010.0.0.1"
      })
  void whatIsNoNetworkIsRefusedByName(String text) {
    assertThatThrownBy(() -> new AddressRules(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\" is not a network");
  }
}
