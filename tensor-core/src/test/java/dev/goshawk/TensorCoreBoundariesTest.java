package dev.goshawk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the classes of tensor-core may not depend on. */
class TensorCoreBoundariesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.goshawk");

    /** Of JSpecify there are only annotations, which nothing needs at run time. */
    @Test
    void nothingButTheJdk() {
        classes().should().onlyDependOnClassesThat()
                .resideInAnyPackage("dev.goshawk..", "java..", "jdk.incubator.vector..", "org.jspecify.annotations..")
                .check(CLASSES);
    }

    @Test
    void tensorsAndGraphsKnowNeitherCompilerNorBackend() {
        noClasses().that().resideInAnyPackage("dev.goshawk.tensor..", "dev.goshawk.graph..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.compile..", "dev.goshawk.backend..", "dev.goshawk.cpu..")
                .check(CLASSES);
    }

    /** These the JVM may compute with a platform's own instructions, which differ in the last bits: functions are our own or StrictMath's. */
    @Test
    void noFunctionIsThePlatforms() {
        for (String function : List.of("exp", "expm1", "log", "log1p", "log10", "sin", "cos", "tan", "sinh", "cosh",
                "tanh", "cbrt")) {
            noClasses().should().callMethod(Math.class, function, double.class).check(CLASSES);
        }
        noClasses().should().callMethod(Math.class, "pow", double.class, double.class).check(CLASSES);
    }

    @Test
    void tensorsKnowNoGraph() {
        noClasses().that().resideInAPackage("dev.goshawk.tensor..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.graph..").check(CLASSES);
    }

    @Test
    void theCompilerKnowsNoBackend() {
        noClasses().that().resideInAPackage("dev.goshawk.compile..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.backend..", "dev.goshawk.cpu..")
                .check(CLASSES);
    }

    @Test
    void backendsAreNotNamedOutsideTheirPackages() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.cpu..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.cpu..").check(CLASSES);
    }

    /** Kernels see arrays and geometries: no graph, and so no gradient. Tables that choose kernels by op are no kernels. */
    @Test
    void kernelsKnowNothingOfGraphsAndGradients() {
        noClasses().that().resideInAnyPackage("dev.goshawk.cpu.kernel..")
                .and().haveSimpleNameNotEndingWith("Kernels")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.graph..").check(CLASSES);
    }

    @Test
    void kernelsAndTheReferenceKnowNothingOfWhatRunsPlans() {
        noClasses().that().resideInAnyPackage("dev.goshawk.cpu.kernel..", "dev.goshawk.cpu.reference..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.cpu", "dev.goshawk.cpu.exec..")
                .check(CLASSES);
    }

    @Test
    void theReferenceKnowsNoVectorKernel() {
        noClasses().that().resideInAPackage("dev.goshawk.cpu.reference..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.cpu.kernel..", "jdk.incubator.vector..")
                .check(CLASSES);
    }

    @Test
    void noPackagesInACycle() {
        slices().matching("dev.goshawk.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
