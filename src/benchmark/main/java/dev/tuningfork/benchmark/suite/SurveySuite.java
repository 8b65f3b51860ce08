package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.TilePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A backlog of survey images through the classifier, beside backlogs of references to JPEG files:
 * those of the {@code stream} part, and cutouts of the same galaxies.
 */
final class SurveySuite {

  private static final String UNIT = "galaxies/s";
  private static final int SIDE = 8192;
  private static final int GALAXIES = 2000;
  private static final int SIDE_WHEN_QUICK = 2048;
  private static final int GALAXIES_WHEN_QUICK = 300;

  static final Suite SUITE =
      new Suite(
          "surveys",
          "survey images through the classifier, beside references to JPEG files",
          Suite.Form.FULL,
          SurveySuite::measure);

  private final Pipeline pipeline;
  private final int galaxies;

  /** Of all runs, by the measurement. */
  private final Map<String, List<Double>> work = new LinkedHashMap<>();

  private SurveySuite(Pipeline pipeline, int galaxies) {
    this.pipeline = pipeline;
    this.galaxies = galaxies;
  }

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    TilePlan tile =
        TileMorphologies.plan(
            plan.quick() ? SIDE_WHEN_QUICK : SIDE, plan.quick() ? GALAXIES_WHEN_QUICK : GALAXIES);
    tally.now("rendering a tile of galaxies");
    try (MorphologyModel model = workload.model()) {
      RenderedSurvey survey =
          RenderedSurvey.write(model, tile, workload.folder("surveys"), plan.galaxies());
      new SurveySuite(new Pipeline(workload, model), survey.galaxies())
          .measure(workload, tally, survey, tile.side());
    }
  }

  private void measure(Workload workload, Tally tally, RenderedSurvey survey, int side)
      throws Exception {
    String bands = "from three bands of %,d² pixels, %s".formatted(side, "%s");
    tally.inTurn(
        workload.plan(),
        List.of(
            measurement(
                "JPEG references",
                "the files that the part stream reads",
                Pipeline.references(workload.images(), galaxies)),
            measurement(
                "JPEG cutouts",
                "references to cutouts of the galaxies of the survey images",
                Pipeline.references(survey.jpegs(), galaxies)),
            measurement("survey images", bands.formatted("uncompressed"), survey.backlog(false)),
            measurement(
                "Rice survey images", bands.formatted("in Rice's code"), survey.backlog(true))));
    addWork(tally, workload.plan().runs());
  }

  private Measurement measurement(String name, String description, Pipeline.Backlog backlog) {
    return new Measurement(
        name,
        UNIT,
        description,
        () -> {
          double perSecond = pipeline.imagesPerSecond(galaxies, backlog);
          work.computeIfAbsent(name, _ -> new ArrayList<>()).add(pipeline.processorMillis());
          return perSecond;
        });
  }

  /** Beside other programs on the machine, it says more than the rate does. */
  private void addWork(Tally tally, int runs) {
    work.forEach(
        (name, values) ->
            values
                .subList(values.size() - runs, values.size()) // without those of the warm-up
                .forEach(
                    value ->
                        tally.addQuietly(
                            name + ", work",
                            "ms",
                            "processor time of a galaxy, with its share of broker and reader",
                            value)));
  }
}
