package dev.tuningfork.benchmark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many times as fast one thing has to be as another: the bars that the product sets itself, and
 * lower ones for the short form, whose few runs on a shared machine scatter. A bar is a ratio of
 * two figures of one run, never a time, so it holds on any machine.
 *
 * <p>What a processor can do moves some ratios. Without bfloat16 a network takes about twice as
 * long, and what is beside it does not: the product gains less on programs that compute in float32
 * on any processor (plain blocks, Python's usual form) and on the naive {@code mapValues}, whose
 * time goes mostly into what surrounds the network. Such a bar has a second pair of values.
 *
 * @param name in words
 * @param of the figure, by its key
 * @param to the figure that it is divided by
 * @param least what the ratio has to reach on a processor that multiplies bfloat16
 * @param leastInFloat32 what it has to reach on one that computes in float32
 */
public record Bar(String name, String of, String to, Least least, Least leastInFloat32) {

  private static final double TOLD = Double.NaN;

  /**
   * A bar's values.
   *
   * @param full in the full form; NaN where the ratio is only shown
   * @param quick in the short form; NaN where the ratio is only shown
   */
  public record Least(double full, double quick) {}

  /** The same on every processor. */
  private Bar(String name, String of, String to, double full, double quick) {
    this(name, of, to, new Least(full, quick), new Least(full, quick));
  }

  private Bar inFloat32(double full, double quick) {
    return new Bar(name, of, to, least, new Least(full, quick));
  }

  /** All of them; those whose figures were not measured are skipped. */
  public static final List<Bar> ALL =
      List.of(
          new Bar(
                  "fast: compiled, as served ÷ plain blocks",
                  "predictor/fast served",
                  "predictor/fast blocks",
                  3,
                  1.5)
              .inFloat32(2, 1.2),
          new Bar(
              "fast: compiled (bfloat16), one batch at a time ÷ plain blocks",
              "predictor/fast compiled bfloat16",
              "predictor/fast blocks",
              TOLD,
              1.2),
          new Bar(
              "fast: compiled (float32), one batch at a time ÷ plain blocks",
              "predictor/fast compiled float32",
              "predictor/fast blocks",
              TOLD,
              0.9),
          new Bar(
              "fast: as served ÷ PyTorch's best form",
              "predictor/fast served",
              "predictor/fast PyTorch best",
              0.8,
              TOLD),
          new Bar(
              "accurate: compiled, as served ÷ plain blocks",
              "predictor/accurate served",
              "predictor/accurate blocks",
              3,
              TOLD),
          new Bar(
              "accurate: compiled (bfloat16), one batch at a time ÷ plain blocks",
              "predictor/accurate compiled bfloat16",
              "predictor/accurate blocks",
              TOLD,
              TOLD),
          new Bar(
              "accurate: compiled (float32), one batch at a time ÷ plain blocks",
              "predictor/accurate compiled float32",
              "predictor/accurate blocks",
              TOLD,
              TOLD),
          new Bar(
              "accurate: as served ÷ PyTorch's best form",
              "predictor/accurate served",
              "predictor/accurate PyTorch best",
              0.8,
              TOLD),
          new Bar("file to input ÷ Pillow", "decode/tuning fork", "decode/Pillow", TOLD, TOLD),
          new Bar("file to input ÷ ImageIO", "decode/tuning fork", "decode/ImageIO", TOLD, 1),
          new Bar("tiles ÷ Cutana", "tiles/tuning fork", "tiles/Cutana", 10, TOLD),
          new Bar(
              "tiles ÷ astropy's Cutout2D, which only cuts",
              "tiles/tuning fork",
              "tiles/Cutout2D",
              10,
              TOLD),
          new Bar(
              "morphologies of a tile ÷ of JPEG cutouts of 424²",
              "tiles/morphologies of a tile",
              "tiles/morphologies of large JPEG cutouts",
              1,
              TOLD),
          new Bar(
              "morphologies of a Rice tile ÷ of JPEG cutouts of 424²",
              "tiles/morphologies of a Rice tile",
              "tiles/morphologies of large JPEG cutouts",
              0.85,
              TOLD),
          new Bar(
              "morphologies of a tile ÷ of JPEG cutouts with the tile's pixels",
              "tiles/morphologies of a tile",
              "tiles/morphologies of JPEG cutouts",
              TOLD,
              TOLD),
          new Bar(
              "morphologies of a Rice tile ÷ of JPEG cutouts with the tile's pixels",
              "tiles/morphologies of a Rice tile",
              "tiles/morphologies of JPEG cutouts",
              TOLD,
              TOLD),
          new Bar("pipeline ÷ roofline", "stream/pipeline", "stream/roofline", 0.85, 0.35),
          new Bar(
              "survey images ÷ JPEG references",
              "surveys/survey images",
              "surveys/JPEG references",
              0.8,
              TOLD),
          new Bar(
              "Rice survey images ÷ JPEG references",
              "surveys/Rice survey images",
              "surveys/JPEG references",
              0.8,
              TOLD),
          new Bar(
              "survey images ÷ JPEG cutouts of the same galaxies",
              "surveys/survey images",
              "surveys/JPEG cutouts",
              TOLD,
              TOLD),
          new Bar("pipeline ÷ naive mapValues", "stream/pipeline", "stream/naive", 10, 2.5)
              .inFloat32(6.5, 2),
          new Bar(
                  "pipeline ÷ Python consumer, usual form",
                  "stream/pipeline",
                  "stream/Python usual",
                  3,
                  TOLD)
              .inFloat32(2.2, TOLD),
          new Bar(
              "pipeline ÷ Python consumer, best form",
              "stream/pipeline",
              "stream/Python best",
              1.5,
              TOLD),
          new Bar(
              "two instances on two cores ÷ one on one",
              "instances/two on two cores",
              "instances/one on one core",
              1.8,
              TOLD),
          new Bar(
              "fast: training ÷ its ceiling",
              "training/fast training",
              "training/fast ceiling",
              0.85,
              0.6),
          new Bar(
              "accurate: training ÷ its ceiling",
              "training/accurate training",
              "training/accurate ceiling",
              0.85,
              TOLD),
          new Bar(
              "fast: training steps, channels last ÷ channels first",
              "training/fast ceiling",
              "training/fast channels first",
              TOLD,
              0.9),
          new Bar(
              "accurate: training steps, channels last ÷ channels first",
              "training/accurate ceiling",
              "training/accurate channels first",
              1.4,
              TOLD));

  /**
   * A ratio that was measured.
   *
   * @param bar what it has to reach; absent where it is only told
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Ratio(String name, double value, @Nullable Double bar) {

    public boolean reached() {
      return bar == null || value >= bar;
    }
  }

  Ratio ratio(double value, Machine machine, boolean quick) {
    Least here = machine.prefersBfloat16() ? least : leastInFloat32;
    double bar = quick ? here.quick : here.full;
    return new Ratio(name, value, Double.isNaN(bar) ? null : bar);
  }
}
