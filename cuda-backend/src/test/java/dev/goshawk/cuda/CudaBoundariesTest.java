package dev.goshawk.cuda;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the classes of the GPU backend may not depend on. */
class CudaBoundariesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.goshawk.cuda");

    @Test
    void nothingButTensorCoreJCudaAndTheJdk() {
        classes().should().onlyDependOnClassesThat()
                .resideInAnyPackage("dev.goshawk.tensor..", "dev.goshawk.graph..", "dev.goshawk.compile..",
                        "dev.goshawk.backend..", "dev.goshawk.cuda..", "java..", "jcuda..",
                        "org.jspecify.annotations..")
                .check(CLASSES);
    }

    @Test
    void jcudaIsKnownToTheDriversPackageAlone() {
        noClasses().that().resideOutsideOfPackage("dev.goshawk.cuda.driver..")
                .should().dependOnClassesThat().resideInAPackage("jcuda..").check(CLASSES);
    }

    /** The runtime library is not part of a driver. */
    @Test
    void nothingOfTheCudaRuntime() {
        noClasses().should().dependOnClassesThat().resideInAPackage("jcuda.runtime..").check(CLASSES);
    }
}
