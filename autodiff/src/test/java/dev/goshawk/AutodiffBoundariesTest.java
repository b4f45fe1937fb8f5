package dev.goshawk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the classes of autodiff may not depend on. */
class AutodiffBoundariesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.goshawk");

    @Test
    void nothingButTensorCoreAndTheJdk() {
        classes().that()
                .resideInAnyPackage("dev.goshawk.autodiff..", "dev.goshawk.operator..", "dev.goshawk.spectral..")
                .should().onlyDependOnClassesThat()
                .resideInAnyPackage("dev.goshawk..", "java..", "org.jspecify.annotations..").check(CLASSES);
    }

    @Test
    void derivativesKnowNothingOfKernels() {
        noClasses().that()
                .resideInAnyPackage("dev.goshawk.autodiff..", "dev.goshawk.operator..", "dev.goshawk.spectral..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.cpu..").check(CLASSES);
    }

    @Test
    void theEngineKnowsNothingOfDerivatives() {
        noClasses().that()
                .resideInAnyPackage("dev.goshawk.tensor..", "dev.goshawk.graph..", "dev.goshawk.compile..",
                        "dev.goshawk.backend..", "dev.goshawk.cpu..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.autodiff..", "dev.goshawk.operator..", "dev.goshawk.spectral..")
                .check(CLASSES);
    }

    /** Solvers need products only, whatever they come from. */
    @Test
    void solversKnowNothingOfGraphs() {
        noClasses().that().resideInAPackage("dev.goshawk.spectral..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.graph..", "dev.goshawk.autodiff..", "dev.goshawk.compile..")
                .check(CLASSES);
    }

    @Test
    void noPackagesInACycle() {
        slices().matching("dev.goshawk.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
