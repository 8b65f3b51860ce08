package dev.tuningfork.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.image.Orientation;
import dev.tuningfork.network.Cuda;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a bundle into memory, onto a device. */
public final class ModelLoader {

  private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);

  private ModelLoader() {}

  /** Loads a model as {@link ForwardPasses#DEFAULT} says. */
  public static MorphologyModel load(ModelBundle bundle, DeviceSetting device)
      throws ModelException {
    return load(bundle, device, ForwardPasses.DEFAULT);
  }

  /** The same for batches of up to so many images. */
  public static MorphologyModel load(ModelBundle bundle, DeviceSetting device, int largestBatch)
      throws ModelException {
    return load(bundle, device, ForwardPasses.DEFAULT.ofImages(largestBatch));
  }

  /**
   * Loads a model, sends a batch of every size through it, so that it is as fast at its first
   * galaxy as later, lets it answer a test image, and holds it to the answers that its bundle was
   * published with, where there are some.
   *
   * <p>Those answers decide about forms. With {@link Form#AUTO} a compiled form that gives others,
   * or fails, is not used: the log says so, and the model computes in the next slower form, for a
   * slow answer is better than a wrong one or none. Where the blocks give other answers too, or the
   * form was requested, the model is refused.
   *
   * <p>Compiling takes some hundredths of a second, so it is repeated at each start. Nothing is
   * kept on disk that could be stale or damaged, or that a read-only container could not store.
   *
   * @throws ModelException if the device is missing, or the model fails on a forward pass, gives
   *     something else than one number for each answer, no probabilities (such as NaN), or other
   *     answers than it was published with
   */
  public static MorphologyModel load(ModelBundle bundle, DeviceSetting device, ForwardPasses passes)
      throws ModelException {
    MorphologyModel model = forOneView(bundle, device, passes);
    return passes.views() == 1 ? model : new ViewsModel(model, Orientation.ALL);
  }

  private static MorphologyModel forOneView(
      ModelBundle bundle, DeviceSetting device, ForwardPasses passes) throws ModelException {
    Device place = device(device);
    if (device instanceof DeviceSetting.Auto && !place.isGpu()) {
      Cuda cuda = Cuda.here();
      if (cuda.library()) {
        LOG.warn(
            "The device is auto, and no GPU works here, so the CPU is used. {}",
            cuda.missing().orElse(""));
      }
    }
    Iterator<Form> forms = candidates(bundle, place, passes.form());
    while (true) {
      try {
        return load(bundle, place, passes.in(forms.next()), passes.form() != Form.AUTO);
      } catch (ModelException e) {
        if (!forms.hasNext()) {
          throw e;
        }
        LOG.info("A slower form is tried. {}", e.getMessage());
      }
    }
  }

  /**
   * The forms that may be used, the fastest first.
   *
   * @throws ModelException if the demanded form does not work on the device, or no form does
   */
  private static Iterator<Form> candidates(ModelBundle bundle, Device device, Form demanded)
      throws ModelException {
    if (bundle.isTorchScript()) {
      return List.of(demanded).iterator();
    }
    Forms forms = Forms.on(device);
    if (demanded == Form.AUTO) {
      Iterator<Form> automatic = forms.automatic(servesInBfloat16(bundle.description()));
      if (!automatic.hasNext()) {
        throw refused(bundle, "No form works on %s: %s.".formatted(name(device), forms), null);
      }
      return automatic;
    }
    Optional<String> failure = forms.failure(demanded);
    if (failure.isPresent()) {
      throw refused(
          bundle,
          "The form %s does not work on this machine's %s: %s. Choose another form: auto, %s."
              .formatted(
                  demanded,
                  device.isGpu() ? name(device) : "processor",
                  failure.get().replaceFirst("\\.$", ""),
                  forms.working().stream().map(Form::toString).collect(Collectors.joining(", "))),
          null);
    }
    return List.of(demanded).iterator();
  }

  /** Whether it was tried on many galaxies, and no answer moved far; older bundles do not say. */
  private static boolean servesInBfloat16(ModelDescription description) {
    return description.bfloat16Untried().isEmpty()
        && description.bfloat16Error().orElse(0) <= Form.BFLOAT16.tolerance(false);
  }

  private static MorphologyModel load(
      ModelBundle bundle, Device device, ForwardPasses passes, boolean demanded)
      throws ModelException {
    Model model =
        Model.newInstance(bundle.description().name(), device, PyTorch.engine().getEngineName());
    try {
      DjlModel loaded = inForm(bundle, model, passes);
      loaded.warmUp();
      loaded.selfTest();
      check(bundle, loaded, passes.form().tolerance(demanded));
      LOG.info(
          "The model {} {} computes as {} on {}, {}. The largest batch has {} images.",
          bundle.description().name(),
          bundle.description().version(),
          loaded.form(),
          loaded.device(),
          loaded.passes() == 1 ? "one batch at a time" : loaded.passes() + " batches at once",
          loaded.largestBatch());
      return loaded;
    } catch (PredictionException | DeviceException e) {
      model.close();
      throw refused(bundle, String.valueOf(e.getMessage()), e);
    } catch (ModelException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static DjlModel inForm(ModelBundle bundle, Model model, ForwardPasses passes)
      throws ModelException {
    if (bundle.isTorchScript()) {
      readModule(bundle, model, bundle.file(ModelBundle.MODULE));
      return new PlainModel(bundle, model, passes);
    }
    Optional<Arithmetic> arithmetic = passes.form().arithmetic();
    if (arithmetic.isEmpty()) {
      buildBlocks(bundle, model);
      return new PlainModel(bundle, model, passes);
    }
    Operators operators = Forms.on(model.getNDManager().getDevice()).operators();
    readModule(bundle, model, bundle.compile(arithmetic.get(), operators));
    return new CompiledModel(bundle, model, arithmetic.get(), passes);
  }

  private static void check(ModelBundle bundle, DjlModel loaded, double tolerance)
      throws ModelException {
    try {
      Optional<ReferenceAnswers> published = ReferenceAnswers.of(bundle);
      if (published.isPresent()) {
        double distance = published.get().distance(loaded);
        if (!(distance <= tolerance)) {
          throw refused(
              bundle,
              "Computed as %s on %s, its probabilities of the galaxies in %s differ by up to %.4f from those in its bundle; %s is allowed."
                  .formatted(
                      loaded.form(), loaded.device(), ReferenceAnswers.IMAGES, distance, tolerance),
              null);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw refused(bundle, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The device that a setting means here.
   *
   * @throws ModelException if there is none, or PyTorch cannot be loaded
   */
  static Device device(DeviceSetting setting) throws ModelException {
    Engine engine;
    try {
      engine = PyTorch.engine();
    } catch (EngineException e) {
      throw new ModelException(String.valueOf(e.getMessage()), e);
    }
    int gpus = engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
    return switch (setting) {
      case DeviceSetting.Auto _ -> gpus > 0 ? Device.gpu(0) : Device.cpu();
      case DeviceSetting.Cpu _ -> Device.cpu();
      case DeviceSetting.Gpu(int index) when index < gpus -> Device.gpu(index);
      case DeviceSetting.Gpu(int index) ->
          throw new ModelException(
              "The device gpu:%d was requested, but PyTorch finds %s"
                  .formatted(
                      index,
                      gpus == 0
                          ? "no GPU here. %s To compute on the CPU, set the device to auto or cpu."
                              .formatted(Cuda.here().missing().orElse(""))
                          : "%d GPU(s) here, counted from 0. Name another one, or set the device to auto or cpu."
                              .formatted(gpus)));
    };
  }

  /** {@code cpu}, {@code gpu:0}, … */
  static String name(Device device) {
    return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
  }

  private static void buildBlocks(ModelBundle bundle, Model model) {
    Network network = bundle.description().network();
    NetworkBlock block = new NetworkBlock(network, bundle.weights());
    block.freezeParameters(true);
    Volume input = network.input();
    block.initialize(
        model.getNDManager(),
        DataType.FLOAT32,
        new Shape(1, input.channels(), input.height(), input.width()));
    model.setBlock(block);
  }

  private static void readModule(ModelBundle bundle, Model model, byte[] module)
      throws ModelException {
    try {
      PyTorch.readModule(model, module, Map.of("mapLocation", "true"));
    } catch (IOException | MalformedModelException | EngineException e) {
      throw refused(
          bundle,
          "Its file %s is not a TorchScript module that PyTorch can read: %s"
              .formatted(ModelBundle.MODULE, PyTorch.reason(e)),
          e);
    }
  }

  private static ModelException refused(ModelBundle bundle, String why, @Nullable Exception cause) {
    String sentences =
        "The model %s %s cannot be used. %s"
            .formatted(bundle.description().name(), bundle.description().version(), why);
    return cause == null ? new ModelException(sentences) : new ModelException(sentences, cause);
  }
}
