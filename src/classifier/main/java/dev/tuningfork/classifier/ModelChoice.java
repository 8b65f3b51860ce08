package dev.tuningfork.classifier;

import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import java.util.Optional;

/** Which model answers which tree, and how it is exchanged while the classifier runs. */
public record ModelChoice(
    String name, Optional<String> tree, String device, int views, RolloutSettings rollout) {

  static final Section SECTION = new Section("model", RolloutSettings.SECTION.title());

  /** The model: {@code fast}, {@code accurate}, or the path of a bundle (a folder or a .zip). */
  public static final Setting<String> NAME = SECTION.text("", ModelBundle.DEFAULT);

  /**
   * The tree whose answers are published, for a model that answers several; it also holds for
   * {@code model.shadow}. If it is not set, the model's first tree.
   */
  public static final Setting<Optional<String>> TREE = SECTION.optional("tree", SettingType.TEXT);

  /**
   * Where the model runs: {@code auto} (a GPU if there is one), {@code cpu}, {@code gpu}, or {@code
   * gpu:1} for the second GPU. With {@code gpu}, the start fails if there is none.
   */
  public static final Setting<String> DEVICE =
      SECTION.setting(
          "device",
          new SettingType<>(
              "`auto`, `cpu`, `gpu` or `gpu:N`",
              DeviceSetting.FORMS,
              ModelChoice::device,
              String::valueOf),
          "auto");

  /**
   * In how many orientations each image is classified; the answers are averaged. 8 costs about
   * eight times as much as 1.
   */
  public static final Setting<Integer> VIEWS =
      SECTION.setting(
          "views",
          new SettingType<>("`1` or `8`", "1 or 8", ModelChoice::views, String::valueOf),
          1);

  static ModelChoice of(SettingValues values) {
    return new ModelChoice(
        values.get(NAME),
        values.get(TREE),
        values.get(DEVICE),
        values.get(VIEWS),
        RolloutSettings.of(values));
  }

  /**
   * A model that is named here, with its head for the tree.
   *
   * @param bundle the name of one that is built in, or the path of a bundle
   * @throws ModelException if the bundle cannot be used, or does not answer the tree
   */
  public ModelBundle bundle(String bundle) throws ModelException {
    return ModelBundle.named(bundle).answering(tree);
  }

  private static String device(String text) {
    DeviceSetting.parse(text);
    return text;
  }

  private static Integer views(String text) {
    return switch (text) {
      case "1" -> 1;
      case "8" -> 8;
      default -> throw new IllegalArgumentException(text);
    };
  }
}
