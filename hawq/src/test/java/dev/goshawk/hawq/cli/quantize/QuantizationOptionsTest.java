package dev.goshawk.hawq.cli.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.allocate.AllocationTask;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class QuantizationOptionsTest {
    private static final NamedMethod HAWQ = Methods.byName("hawq");
    private static final NamedMethod DIRECT = Methods.byName("direct");
    private static final NamedMethod PACT = Methods.byName("pact");
    private static final List<Sensitivity> BLOCKS = List.of(sensitivity("a", 100, 1), sensitivity("b", 100, 9),
            sensitivity("c", 100, 4));

    private static Sensitivity sensitivity(String name, long weights, double eigenvalue) {
        return new Sensitivity(
                BlockCurvature.of(new Block(name, List.of(name + ".weight"), weights, 1), eigenvalue),
                Map.of(BitWidth.B2, 16.0,
                        BitWidth.B3, 8.0, BitWidth.B4, 4.0, BitWidth.B6, 2.0, BitWidth.B8, 1.0));
    }

    private static QuantizationOptions options(String... arguments) {
        QuantizationOptions options = new QuantizationOptions();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(arguments);
        return options;
    }

    private static List<Block> blocks() {
        return BLOCKS.stream().map(Sensitivity::block).toList();
    }

    private static Method method(NamedMethod method, String... arguments) {
        return options(arguments).method(method, blocks(), SearchSettings.standard());
    }

    private static String bits(NamedMethod method, String... arguments) {
        return method(method, arguments).policy()
                .choose(AllocationTask.by(BLOCKS, options(arguments).target())).list();
    }

    @Test
    void moreBitsWhereTheCurvatureIsUnlessReversed() {
        assertEquals(List.of("2,8,4", "3,4,8", "8,4,2"), List.of(
                bits(HAWQ, "--bits", "2,8,4"), bits(HAWQ, "--bits", "3,4,8"),
                bits(HAWQ, "--bits", "8,4,2")));
        assertEquals(BitAllocation.choose(BLOCKS, SizeTarget.ratio(8)).list(),
                bits(HAWQ, "--target-ratio", "8"));
        assertEquals(BitAllocation.reversed(BLOCKS, SizeTarget.ratio(8)).list(),
                bits(HAWQ, "--target-ratio", "8", "--reverse-precision"));
        assertTrue(method(HAWQ, "--bits", "2,8,4").policy().usesCurvature());
    }

    @Test
    void directTakesOneWidthForAll() {
        assertEquals("2,2,2", bits(DIRECT, "--target-ratio", "13.1"));
        assertEquals("4,4,4", bits(DIRECT, "--target-ratio", "8"));
        assertEquals("2,2,2", bits(DIRECT, "--bits", "8,4,4"));
        assertFalse(method(DIRECT, "--bits", "8,4,4").policy().usesCurvature());
    }

    @Test
    void ordersAndStages() {
        assertTrue(method(DIRECT, "--reverse-order").reverseOrder());
        assertFalse(method(DIRECT).reverseOrder());
        assertTrue(options("--at-once").atOnce());
        assertEquals("direct", method(DIRECT).name());
    }

    @Test
    void methodsAndTheirLabels() {
        assertEquals(List.of(HAWQ), options().methods(false));
        assertEquals(List.of(HAWQ, DIRECT), options().methods(true));
        assertEquals(List.of(DIRECT, HAWQ), options("--method", "direct,hawq").methods(true));
        assertEquals("HAWQ, precision reversed, order reversed",
                options("--reverse-precision", "--reverse-order").label(HAWQ));
        assertEquals("Direct, at once", options("--reverse-precision", "--at-once").label(DIRECT));
    }

    @Test
    void quantizersByName() {
        assertEquals(UniformQuantizer.standard(), options().quantizer(HAWQ));
        assertEquals(new UniformQuantizer(Scheme.ASYMMETRIC_PER_LAYER, ScaleRule.MAX),
                options("--scheme", "asymmetric", "--scale-rule", "max").quantizer(HAWQ));
    }

    @Test
    void wishesThatCannotBeMet() {
        assertEquals("target ratio: expected 1 to 16.0 (every block at 2 bits), got 0.0",
                failure("--target-ratio", "0"));
        assertEquals("target ratio: expected 1 to 16.0 (every block at 2 bits), got 17.0",
                failure("--target-ratio", "17"));
        assertTrue(failure("--target-size", "1e-9").startsWith("target size: expected"));
        assertEquals("--target-ratio, --target-size and --bits: expected at most one of them",
                failure("--target-ratio", "8", "--bits", "2,2,2"));
        assertEquals("--target-ratio, --target-size and --bits: expected at most one of them",
                failure("--target-ratio", "8", "--target-size", "1"));
        assertTrue(failure("--bits", "2,2").startsWith("bits: expected 3 widths"));
        assertEquals("bits: expected 1 to 8 or 32 (float) for block b, got '9'", failure("--bits", "2,9,2"));
        assertEquals("--activation-bits: expected 1 to 8 or 32 (float), got 9",
                failure("--activation-bits", "9"));
    }

    @Test
    void quantizers() {
        assertEquals(Quantizers.byName("pact"), options("--method", "pact").quantizer(PACT));
        assertEquals(Quantizers.byName("lsq"),
                options("--quantizer", "lsq").quantizer(HAWQ));
        assertEquals("HAWQ, lsq", options("--quantizer", "lsq").label(HAWQ));
        assertEquals("PACT", options("--method", "pact").label(PACT));
        assertEquals("--quantizer: expected one of " + String.join(", ", Quantizers.all().keySet()) + ", got 'sawb'",
                failure("--quantizer", "sawb"));
        assertEquals("HAWQ, lsq: expected widths from 2 to 8 bits, which its quantizer has for weights, got 1",
                failure("--quantizer", "lsq", "--bits", "4,1,2"));
        options("--quantizer", "dorefa", "--bits", "4,1,2").check(blocks());
    }

    private static String failure(String... arguments) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> options(arguments).check(blocks())).getMessage());
    }
}
