package dev.tuningfork;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The walls between the modules, and between the packages of morphology. */
class ArchitectureTest {

  private static final String[] MORPHOLOGY = {
    "dev.tuningfork.file..",
    "dev.tuningfork.text..",
    "dev.tuningfork.tree..",
    "dev.tuningfork.image..",
    "dev.tuningfork.tile..",
    "dev.tuningfork.catalogue..",
    "dev.tuningfork.torchscript..",
    "dev.tuningfork.network..",
    "dev.tuningfork.model.."
  };

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.tuningfork");

  @Test
  void everyModuleIsSeenHere() {
    assertThat(PRODUCT.stream().map(type -> type.getPackageName().split("\\.")[2]).distinct())
        .contains(
            "tree", "image", "tile", "network", "model", "classifier", "trainer", "standalone");
  }

  @Test
  void morphologyKnowsNeitherKafkaNorHttpNorCommandLines() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(MORPHOLOGY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.apache.kafka..",
                "java.net.http..",
                "com.sun.net.httpserver..",
                "software.amazon..",
                "picocli..",
                "dev.tuningfork.classifier..",
                "dev.tuningfork.trainer..",
                "dev.tuningfork.standalone.."));
  }

  @Test
  void theClassifierDoesNotKnowHowModelsAreTrained() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.tuningfork.classifier..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.tuningfork.trainer..", "dev.tuningfork.standalone..", "ai.djl.training.."));
  }

  @Test
  void theTrainerDoesNotKnowKafka() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.tuningfork.trainer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.apache.kafka..",
                "dev.tuningfork.classifier..",
                "dev.tuningfork.standalone.."));
  }

  @Test
  void treesAndPixelsKnowNothingOfNetworks() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.tuningfork.tree..", "dev.tuningfork.image..", "dev.tuningfork.tile..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tuningfork.network..", "dev.tuningfork.model..", "ai.djl.."));
  }

  @Test
  void onlyTheModelPackagesAndTheTrainerTouchDjl() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage("dev.tuningfork.classifier..", "dev.tuningfork.standalone..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.."));
  }

  /** Kafka moves and changes its internals in minor versions. */
  @Test
  void kafkasInternalsAreLeftAlone() {
    holds(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..internals.."));
  }

  @Test
  void noTwoPackagesNeedEachOther() {
    holds(slices().matching("dev.tuningfork.(**)").should().beFreeOfCycles());
  }

  /** docs/architecture.md says where to change what. */
  @Test
  void theArchitecturePageNamesWhatExists() throws IOException {
    Path page = Path.of("../../docs/architecture.md");
    String text = Files.readString(page);
    Set<String> classes =
        PRODUCT.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());

    assertThat(Pattern.compile("]\\((\\.\\./[^)#]+)").matcher(text).results())
        .hasSizeGreaterThan(20)
        .allSatisfy(link -> assertThat(page.resolveSibling(link.group(1))).exists());
    assertThat(Pattern.compile("`([A-Z]\\w+[a-z])`").matcher(text).results())
        .hasSizeGreaterThan(20)
        .extracting(name -> name.group(1))
        .filteredOn(name -> !name.endsWith("Test"))
        .isSubsetOf(classes);
    assertThat(Pattern.compile("`([a-z]+)`").matcher(text).results().map(name -> name.group(1)))
        .containsAll(
            PRODUCT.stream()
                .map(type -> type.getPackageName().replaceFirst(".*\\.", ""))
                .filter(name -> !name.equals("standalone"))
                .toList());
  }

  private static void holds(ArchRule rule) {
    rule.check(PRODUCT);
  }
}
