package dev.goshawk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the classes of models may not depend on. */
class ModelsBoundariesTest {
    private static final String[] MODELS = {"dev.goshawk.models..", "dev.goshawk.weights..", "dev.goshawk.data..",
            "dev.goshawk.files..", "dev.goshawk.fingerprint..",
            "dev.goshawk.json..", "dev.goshawk.onnx..", "dev.goshawk.packed.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.goshawk");

    @Test
    void networksFilesAndImagesKnowNothingOfHawq() {
        noClasses().that().resideInAnyPackage(MODELS)
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.hawq..", "picocli..").check(CLASSES);
    }

    /** The ONNX reader folds constants on the reference backend, which defines the ops. */
    @Test
    void networksFilesAndImagesKnowNoBackend() {
        noClasses().that().resideInAnyPackage(MODELS).and().resideOutsideOfPackage("dev.goshawk.onnx..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.cpu..").check(CLASSES);
    }

    @Test
    void packedModelsNeedNothingButTheJdk() {
        noClasses().that().resideInAPackage("dev.goshawk.packed..")
                .should().dependOnClassesThat().resideInAnyPackage("tools.jackson..", "net.razorvine..",
                        "com.google.protobuf..", "dev.goshawk.json..", "dev.goshawk.autodiff..",
                        "dev.goshawk.operator..", "dev.goshawk.spectral..")
                .check(CLASSES);
    }

    @Test
    void imagesKnowNothingOfNetworks() {
        noClasses().that().resideInAPackage("dev.goshawk.data..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.models..").check(CLASSES);
    }

    @Test
    void pickleIsKnownToReadersOfWeightsAlone() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.weights..")
                .should().dependOnClassesThat().resideInAPackage("net.razorvine..").check(CLASSES);
    }

    @Test
    void noPackagesInACycle() {
        slices().matching("dev.goshawk.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
