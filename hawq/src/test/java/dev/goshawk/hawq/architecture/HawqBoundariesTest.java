package dev.goshawk.hawq.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the classes of hawq may not depend on. */
class HawqBoundariesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.goshawk");

    @Test
    void theLibraryKnowsNothingOfTheCommandLine() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.hawq.cli..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.hawq.cli..", "picocli..")
                .check(CLASSES);
    }

    @Test
    void thePartsKnowNothingOfTheWhole() {
        noClasses().that()
                .resideOutsideOfPackages("dev.goshawk.hawq", "dev.goshawk.hawq.reproduce", "dev.goshawk.hawq.cli..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.hawq").check(CLASSES);
    }

    @Test
    void nothingNamesTheGpu() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.cuda..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.cuda..", "jcuda..").check(CLASSES);
    }

    @Test
    void quantizersKnowNothingOfTrainingAndReports() {
        noClasses().that().resideInAnyPackage("dev.goshawk.hawq.quantize..", "dev.goshawk.hawq.curvature..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.hawq.training..", "dev.goshawk.hawq.report..",
                        "dev.goshawk.hawq.run..")
                .check(CLASSES);
    }

    @Test
    void trainingKnowsNothingOfReportsRunsAndTheCommandLine() {
        noClasses().that().resideInAPackage("dev.goshawk.hawq.training..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.hawq.report..", "dev.goshawk.hawq.run..", "dev.goshawk.hawq.cli..")
                .check(CLASSES);
    }

    @Test
    void noPackagesInACycle() {
        slices().matching("dev.goshawk.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
