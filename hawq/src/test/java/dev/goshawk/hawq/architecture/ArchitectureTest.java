package dev.goshawk.hawq.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The boundaries that a module system would hold: who may know whom, over the classes of all modules hawq is built on. */
class ArchitectureTest {

    private static final String[] TENSOR_CORE = {
            "dev.goshawk.tensor..", "dev.goshawk.graph..", "dev.goshawk.compile..", "dev.goshawk.backend..",
            "dev.goshawk.cpu.."};
    private static final String[] AUTODIFF = {"dev.goshawk.autodiff..", "dev.goshawk.operator..",
            "dev.goshawk.spectral.."};
    // Type annotations of the compiler's null check; nothing of them is needed at run time.
    private static final String[] JDK = {"java..", "jdk.incubator.vector..", "org.jspecify.annotations.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.goshawk");

    private static String[] join(String[] a, String... b) {
        String[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    @Test
    void classesOfEveryModuleAreSeen() {
        assertTrue(CLASSES.contain("dev.goshawk.tensor.Tensor"), "tensor-core");
        assertTrue(CLASSES.contain("dev.goshawk.hawq.cli.Main"), "hawq");
        assertTrue(CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith("dev.goshawk.autodiff")), "autodiff");
        assertTrue(CLASSES.contain("dev.goshawk.cuda.CudaBackendProvider"), "cuda-backend");
    }

    @Test
    void tensorCoreDependsOnTheJdkOnly() {
        classes().that().resideInAnyPackage(TENSOR_CORE)
                .should().onlyDependOnClassesThat().resideInAnyPackage(join(TENSOR_CORE, JDK)).check(CLASSES);
    }

    @Test
    void autodiffDependsOnTensorCoreAndTheJdkOnly() {
        classes().that().resideInAnyPackage(AUTODIFF)
                .should().onlyDependOnClassesThat().resideInAnyPackage(join(join(TENSOR_CORE, JDK), AUTODIFF))
                .check(CLASSES);
    }

    @Test
    void derivativesKnowNoBackend() {
        noClasses().that().resideInAnyPackage(AUTODIFF)
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.cpu..").check(CLASSES);
    }

    @Test
    void graphsKnowNeitherCompilerNorBackend() {
        noClasses().that().resideInAnyPackage("dev.goshawk.tensor..", "dev.goshawk.graph..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.compile..", "dev.goshawk.backend..", "dev.goshawk.cpu..")
                .check(CLASSES);
    }

    @Test
    void kernelsKnowArraysAndGeometriesOnly() {
        noClasses().that().resideInAPackage("dev.goshawk.cpu.kernel..")
                .and().haveSimpleNameNotEndingWith("Kernels").and().haveSimpleNameNotEndingWith("Backend")
                .and().haveSimpleNameNotEndingWith("Lowering").and().haveSimpleNameNotEndingWith("Provider")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.graph..").check(CLASSES);
    }

    @Test
    void kernelsAndTheReferenceKnowNotWhatRunsPlans() {
        noClasses().that().resideInAnyPackage("dev.goshawk.cpu.kernel..", "dev.goshawk.cpu.reference..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.cpu", "dev.goshawk.cpu.exec..")
                .check(CLASSES);
    }

    @Test
    void nothingDependsOnTheGpu() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.cuda..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.goshawk.cuda..", "jcuda..").check(CLASSES);
    }

    @Test
    void theDriversPackageAloneKnowsJCuda() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.cuda.driver..")
                .should().dependOnClassesThat().resideInAPackage("jcuda..").check(CLASSES);
        noClasses().should().dependOnClassesThat().resideInAPackage("jcuda.runtime..").check(CLASSES);
    }

    @Test
    void theGpuBackendDependsOnTensorCoreOnly() {
        classes().that().resideInAPackage("dev.goshawk.cuda..").and().resideOutsideOfPackage("dev.goshawk.cuda.check..")
                .should().onlyDependOnClassesThat()
                .resideInAnyPackage(join(join(TENSOR_CORE, JDK), "dev.goshawk.cuda..", "jcuda..")).check(CLASSES);
    }

    @Test
    void modelsKnowNothingOfHawq() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.hawq..")
                .should().dependOnClassesThat().resideInAPackage("dev.goshawk.hawq..").check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("dev.goshawk.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
