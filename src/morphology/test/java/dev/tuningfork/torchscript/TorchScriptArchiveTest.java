package dev.tuningfork.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.tree.DecisionTree;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class TorchScriptArchiveTest {

  @Test
  void everyEntryIsStoredAndItsNumbersBeginAtAMultipleOf64Bytes() {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    Network network = Architectures.named("baseline").describe(1, 32, Head.of(tree.questions()));
    SequencedMap<String, byte[]> extra = new LinkedHashMap<>();
    extra.put("model.json", "{}".getBytes(StandardCharsets.US_ASCII));
    byte[] archive =
        NetworkModule.write(
            network,
            Weights.initial(network, 1),
            InputSpec.article().withSize(32),
            tree,
            0,
            Arithmetic.BFLOAT16,
            Operators.PORTABLE,
            extra);

    ByteBuffer zip = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    int entries = 0;
    while (zip.getInt(at) == 0x04034b50) { // a local header
      assertThat(zip.getShort(at + 8)).as("the method, of which 0 is stored").isZero();
      int size = zip.getInt(at + 22);
      int data = at + 30 + zip.getShort(at + 26) + zip.getShort(at + 28);
      assertThat(data % 64).isZero();
      at = data + size;
      entries++;
    }
    assertThat(entries).isGreaterThan(10);
    assertThat(new String(archive, StandardCharsets.ISO_8859_1))
        .contains("GalaxyMorphology/extra/model.json");
  }

  @Property
  void float16IsTheNearest(@ForAll @FloatRange(min = -65_504, max = 65_504) float value) {
    float rounded = Arithmetic.FLOAT16.rounded(value);
    assertThat(Arithmetic.FLOAT16.rounded(rounded)).isEqualTo(rounded);
    double spacing = Math.max(Math.ulp(rounded) * 0x1p13, 0x1p-24);
    assertThat(Math.abs((double) value - rounded)).isLessThanOrEqualTo(spacing / 2);
  }

  @Property
  void bfloat16IsTheNearestOnesTiesToEven(@ForAll float value) {
    float rounded = Arithmetic.BFLOAT16.rounded(value);
    int bits = Float.floatToRawIntBits(rounded);
    assertThat(bits & 0xffff).isZero();
    if (Float.isInfinite(rounded)) {
      assertThat(Math.abs(value)).isGreaterThan(3.38e38f);
      return;
    }
    double distance = Math.abs((double) value - rounded);
    for (int step : List.of(-0x10000, 0x10000)) {
      float neighbour = Float.intBitsToFloat(bits + step);
      double other = Math.abs((double) value - neighbour);
      if (Float.isFinite(neighbour) && Math.signum(neighbour) == Math.signum(rounded)) {
        assertThat(distance).isLessThanOrEqualTo(other);
        if (distance == other) {
          assertThat(bits & 0x10000).as("the last digit of %s", rounded).isZero();
        }
      }
    }
  }
}
