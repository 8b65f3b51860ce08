package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    Weights read = Safetensors.read(Safetensors.write(new Weights(arrays), Precision.SINGLE));

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

  @ParameterizedTest
  @EnumSource(Precision.class)
  void otherToolsReadWhatIsWritten(Precision precision) {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put("conv1.weight", new Weights.Array(List.of(1, 1, 1, 3), new float[] {1, -2, 3}));
    arrays.put("conv1.bias", new Weights.Array(List.of(2), new float[] {0.1f, 0}));
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      NDList read = NDList.decode(manager, Safetensors.write(new Weights(arrays), precision));
      NDArray kernel = read.get("conv1.weight");
      assertThat(kernel.getShape().getShape()).containsExactly(1, 1, 1, 3);
      assertThat(kernel.getDataType())
          .isEqualTo(precision == Precision.HALF ? DataType.FLOAT16 : DataType.FLOAT32);
      assertThat(kernel.toType(DataType.FLOAT32, false).toFloatArray()).containsExactly(1, -2, 3);
      assertThat(read.get("conv1.bias").toFloatArray()).containsExactly(0.1f, 0);
    }
  }

  @Property
  void halfPrecisionKeepsEveryWeightOfAKernelToElevenBits(
      @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = -60, max = 11) @Scale(6) Double> logs)
      throws IOException {
    float[] kernel = new float[logs.size()];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) (Math.exp(logs.get(i)) * (i % 2 == 0 ? 1 : -1));
    }
    float[] read = halved(List.of(1, kernel.length), kernel);

    for (int i = 0; i < kernel.length; i++) {
      double allowed = Math.max(0x1p-11 * Math.abs(kernel[i]), 0x1p-25);
      assertThat((double) read[i]).isCloseTo(kernel[i], within(allowed));
    }
  }

  @Test
  void halvesAreRoundedToTheNearestEvenOne() throws IOException {
    assertThat(
            halved(
                List.of(1, 5),
                new float[] {1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 0x1p-24f, 0x1p-26f, 65519}))
        .containsExactly(1, 1 + 0x1p-9f, 0x1p-24f, 0, 65504);
  }

  /** A running variance may be far below what float16 tells from 0. */
  @Test
  void arraysOfOneDimensionKeepTheirPrecision() throws IOException {
    float[] variances = {1e-12f, 3.1415927f, 1e9f};
    assertThat(halved(List.of(3), variances)).containsExactly(variances);
  }

  @ParameterizedTest
  @ValueSource(floats = {65520, -70000, Float.NaN, Float.POSITIVE_INFINITY})
  void whatHalfPrecisionCannotHoldIsRefused(float value) {
    assertThatThrownBy(() -> halved(List.of(1, 2), new float[] {1, value}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The array a contains %s, which is too large for half precision (at most 65504).",
            value);
  }

  private static float[] halved(List<Integer> shape, float[] values) throws IOException {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put("a", new Weights.Array(shape, values));
    byte[] file = Safetensors.write(new Weights(arrays), Precision.HALF);
    return Objects.requireNonNull(Safetensors.read(file).arrays().get("a")).values();
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
    assertRefused(new byte[3], "It is not a safetensors file, or it is truncated.");
    assertRefused(
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4),
        "Its array a of shape [2] is declared at bytes 0 to 8, where it does not fit.");
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
