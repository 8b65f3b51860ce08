package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SafetensorsTest {

  @Property
  void whatIsWrittenIsReadAgain(
      @ForAll @Size(min = 1, max = 4) List<float[]> vectors, @ForAll List<String> names)
      throws IOException {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    for (int i = 0; i < vectors.size(); i++) {
      String name = i + (i < names.size() ? names.get(i) : "");
      arrays.put(name, new Weights.Array(List.of(vectors.get(i).length, 1), vectors.get(i)));
    }

    Weights read = Safetensors.read(Safetensors.write(new Weights(arrays)));

    assertThat(read.arrays().keySet()).containsExactlyElementsOf(arrays.keySet());
    arrays.forEach(
        (name, array) -> {
          assertThat(read.arrays().get(name).shape()).isEqualTo(array.shape());
          assertThat(read.arrays().get(name).values()).containsExactly(array.values());
        });
  }

  @Property
  void damagedBytesGiveASentenceOrNumbersButNoOtherFailure(
      @ForAll int place, @ForAll byte value, @ForAll @Size(max = 300) byte[] noise) {
    byte[] file = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    file[Math.floorMod(place, file.length)] = value;
    for (byte[] bytes : List.of(file, noise)) {
      try {
        assertThat(Safetensors.read(bytes)).isNotNull();
      } catch (IOException e) {
        assertThat(e).hasMessageEndingWith(e.getMessage().contains("JSON:") ? "" : ".");
      }
    }
  }

  @Test
  void otherToolsReadWhatIsWritten() {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put("conv1.weight", new Weights.Array(List.of(2, 1, 1, 2), new float[] {1, -2, 3, 4}));
    arrays.put("conv1.bias", new Weights.Array(List.of(2), new float[] {0.5f, 0}));
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      NDList read = NDList.decode(manager, Safetensors.write(new Weights(arrays)));
      assertThat(read.get("conv1.weight").getShape().getShape()).containsExactly(2, 1, 1, 2);
      assertThat(read.get("conv1.weight").toFloatArray()).containsExactly(1, -2, 3, 4);
      assertThat(read.get("conv1.bias").toFloatArray()).containsExactly(0.5f, 0);
    }
  }

  @Test
  void halfPrecisionIsRead() throws IOException {
    try (InputStream file = SafetensorsTest.class.getResourceAsStream("half.safetensors")) {
      Weights weights = Safetensors.read(Objects.requireNonNull(file).readAllBytes());
      Weights.Array half = Objects.requireNonNull(weights.arrays().get("half"));
      assertThat(half.shape()).containsExactly(2, 2);
      assertThat(half.values()).containsExactly(0.5f, -2, 65504, 0x1p-24f);
    }
  }

  @Test
  void aFileThatIsCutShortIsRefused() {
    assertRefused(new byte[3], "It is no safetensors file, or it is cut short.");
    assertRefused(
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4),
        "Its array a of shape [2] shall lie at bytes 0 to 8, where it has no place.");
  }

  @Test
  void anArrayThatClaimsMoreThanTheFileHoldsIsRefusedBeforeItIsAllocated() {
    assertRefused(
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999,99999],\"data_offsets\":[0,8]}}", 8),
        "Its array a is larger than the file.");
  }

  @Test
  void anotherTypeOfNumberIsRefused() {
    assertRefused(
        file("{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8),
        "Its array a is of type \"I64\"; F32 and F16 can be read.");
  }

  private static void assertRefused(byte[] file, String sentence) {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(sentence);
  }

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }
}
