package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.HessianBlocks;
import dev.goshawk.autodiff.ForwardMode;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A product says what is wrong instead of giving a wrong number. */
class HessianMisuseTest {
    private final Value a = Value.input("a", DType.FLOAT64, Shape.scalar());
    private final Value b = Value.input("b", DType.FLOAT64, Shape.scalar());
    private final Value f = a.exp().multiply(b.square());
    private final Tensor atA = Tensor.of(Shape.scalar(), 1.0);
    private final Tensor atB = Tensor.of(Shape.scalar(), 2.0);

    static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    private HessianVectorProduct product(Backend backend) {
        return HessianVectorProduct.of(f, List.of(a, b), backend).bind("a", atA).bind("b", atB);
    }

    private HessianVectorProduct product() {
        return product(Backends.select("reference", Workers.SINGLE));
    }

    private static String refused(Executable use) {
        return assertThrows(IllegalStateException.class, use).getMessage();
    }

    private static String rejected(Executable use) {
        return assertThrows(IllegalArgumentException.class, use).getMessage();
    }

    /** f = exp(a) b^2: by a, f'' = f; by b, 2 exp(a); mixed, 2 b exp(a). */
    private static void isRight(HessianVectorProduct h, double a, double b) {
        h.direction("a").set(0, 1);
        h.direction("b").set(0, 1);
        h.apply();
        double e = Math.exp(a);
        assertEquals(e * b * b + 2 * b * e, h.product("a").item(), 1e-9);
        assertEquals(2 * b * e + 2 * e, h.product("b").item(), 1e-9);
        assertEquals(e * b * b, h.value(), 1e-9);
        assertEquals(2 * b * e, h.gradient("b").item(), 1e-9);
    }

    private static void allSay(HessianVectorProduct h, String said) {
        for (Executable use : List.<Executable>of(h::apply, h::value, () -> h.gradient("a"))) {
            String message = refused(use);
            assertTrue(message.contains(said) && message.contains("linearize()"), message);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void beforeLinearize(Backend backend) {
        HessianVectorProduct h = product(backend);
        allSay(h, "call linearize() first");
        h.linearize();
        assertTrue(refused(() -> h.product("a")).contains("apply() first"));
        isRight(h, 1, 2);
        h.linearize();
        refused(() -> h.product("a"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aStalePoint(Backend backend) {
        HessianVectorProduct h = product(backend).linearize();
        isRight(h, 1, 2);
        h.bind("a", Tensor.of(Shape.scalar(), 0.5));
        allSay(h, "was bound after");
        isRight(h.linearize(), 0.5, 2);
        atB.set(0, 3);
        allSay(h, "input 'b' has changed");
        isRight(h.linearize(), 0.5, 3);
        atB.fill(4);
        allSay(h, "input 'b' has changed");
        isRight(h.linearize(), 0.5, 4);
        atB.reshape(Shape.of(1)).copyFrom(Tensor.of(Shape.of(1), 5.0));
        allSay(h, "input 'b' has changed");
        isRight(h.linearize(), 0.5, 5);
        atB.doubles()[0] = 6;
        allSay(h, "input 'b' has changed");
        isRight(h.linearize(), 0.5, 6);
    }

    @Test
    void anArrayOfManyElementsIsWrittenThroughAnotherWindow() {
        Value w = Value.input("w", DType.FLOAT32, Shape.of(1000));
        float[] array = new float[2000];
        HessianVectorProduct h = HessianVectorProduct
                .of(w.square().square().sum(), List.of(w), Backends.defaultBackend())
                .bind("w", Tensor.view(Shape.of(1000), array, 500)).linearize();
        h.apply();
        Tensor.of(Shape.of(2000), array).fill(1);
        assertTrue(refused(h::apply).contains("input 'w' has changed"));
    }

    @Test
    void whatIsNotBound() {
        HessianVectorProduct h = HessianVectorProduct.of(f, List.of(a), Backends.defaultBackend()).bind("a", atA);
        assertEquals("linearize: inputs not bound: [b]", refused(h::linearize));
        refused(h::value);
        isFirst(h.bind("b", atB).linearize());
    }

    private static void isFirst(HessianVectorProduct h) {
        h.direction("a").set(0, 1);
        assertEquals(4 * Math.E, h.apply().product("a").item(), 1e-9);
    }

    @Test
    void theFunctionsOwnInputs() {
        Backend backend = Backends.defaultBackend();
        Value other = Value.input("a", DType.FLOAT64, Shape.scalar());
        assertTrue(rejected(() -> HessianVectorProduct.of(f, List.of(other), backend))
                .contains("input 'a' is another Value"));
        assertTrue(rejected(() -> ReverseMode.gradient(f, List.of(other))).contains("input 'a' is another Value"));
        assertTrue(rejected(() -> ForwardMode.jvp(List.of(f), List.of(other), List.of(a)))
                .contains("input 'a' is another Value"));
        assertTrue(rejected(() -> HessianVectorProduct.of(f.multiply(other), List.of(a), backend))
                .contains("two inputs are named 'a'"));
        Value stranger = Value.input("c", DType.FLOAT64, Shape.scalar());
        assertEquals("hessian: the function does not depend on input 'c'; inputs are [a, b]",
                rejected(() -> HessianVectorProduct.of(f, List.of(a, stranger), backend)));
        assertTrue(rejected(() -> HessianVectorProduct.of(f, List.of(a, a), backend)).contains("given twice"));
        assertTrue(rejected(() -> HessianVectorProduct.of(f, List.of(), backend)).contains("at least one input"));
        assertTrue(rejected(() -> HessianVectorProduct.of(f, List.of(a.exp()), backend)).contains("expected an input"));
        assertTrue(
                rejected(() -> HessianBlocks.of(f, List.of(List.of(a), List.of(a)), backend)).contains("given twice"));
        assertTrue(rejected(() -> HessianBlocks.of(f, List.of(List.of(other)), backend)).contains("another Value"));
    }

    @Test
    void functionsWithoutAHessian() {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(3));
        assertTrue(rejected(() -> HessianVectorProduct.of(w.square(), List.of(w), Backends.defaultBackend()))
                .contains("expected a scalar"));
        Value n = Value.input("n", DType.INT32, Shape.scalar());
        assertTrue(rejected(() -> HessianVectorProduct.of(n, List.of(n), Backends.defaultBackend()))
                .contains("expected a function of a floating type"));
    }

    @Test
    void names() {
        HessianVectorProduct h = product().linearize();
        assertEquals(Set.of("a", "b"), h.inputs());
        assertEquals(List.of("a", "b"), h.names());
        Value weight = Value.input("layer1.weight", DType.FLOAT64, Shape.scalar());
        HessianVectorProduct w = HessianVectorProduct.of(weight.exp(), List.of(weight), Backends.defaultBackend());
        assertEquals("bind: no input 'layer1.wieght' (did you mean 'layer1.weight'?); inputs are [layer1.weight]",
                rejected(() -> w.bind("layer1.wieght", atA)));
        for (Executable use : List.<Executable>of(() -> h.direction("A"), () -> h.gradient("A"),
                () -> h.product("A"))) {
            assertTrue(rejected(use).endsWith("the Hessian is not by 'A' (did you mean 'a'?); it is by [a, b]"));
        }
        assertTrue(rejected(() -> h.bind("kept/0", atA)).contains("inputs are [a, b]"));
        assertTrue(rejected(() -> h.bind("direction/a", atA)).contains("inputs are [a, b]"));
        assertTrue(rejected(() -> h.bind("a", Tensor.of(Shape.scalar(), 1f))).contains("is float64[], got float32[]"));
        assertTrue(rejected(() -> h.bind("a", Tensor.of(Shape.of(1), 1.0))).contains("got float64[1]"));
        assertThrows(NullPointerException.class, () -> h.bind("a", null));
    }

    /** An input that simplification drops can be bound like any other. */
    @Test
    void anInputThatCountsForNothing() {
        Value zero = b.scale(0);
        HessianVectorProduct h = HessianVectorProduct.of(a.exp().add(zero), List.of(a), Backends.defaultBackend());
        assertEquals(Set.of("a", "b"), h.inputs());
        h.bind("a", atA).bind("b", atB).linearize();
        h.direction("a").set(0, 1);
        assertEquals(Math.E, h.apply().product("a").item(), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kept/0", "kept/1", "_kept/0", "direction/a", "_direction/a", "gradient/a", "product/a",
            "function",
            "nothing", "y0", "", " ", "kept/", "direction/"})
    void anyNameWillDo(String name) {
        for (Mode mode : Mode.values()) {
            for (Backend backend : backends()) {
                Value x = Value.input(name, DType.FLOAT64, Shape.scalar());
                HessianVectorProduct h = HessianVectorProduct.of(a.exp().multiply(x.square()), List.of(a, x), mode,
                        backend);
                assertEquals(Set.of("a", name), h.inputs());
                h.bind("a", atA).bind(name, atB).linearize();
                h.direction("a").set(0, 1);
                h.direction(name).set(0, 1);
                h.apply();
                assertEquals(8 * Math.E, h.product("a").item(), 1e-9);
                assertEquals(6 * Math.E, h.product(name).item(), 1e-9);
                HessianBlocks blocks = HessianBlocks
                        .of(a.exp().multiply(x.square()), List.of(List.of(a), List.of(x)), backend)
                        .bind("a", atA).bind(name, atB).linearize();
                HessianVectorProduct second = blocks.product(1);
                second.direction(name).set(0, 1);
                assertEquals(2 * Math.E, second.apply().product(name).item(), 1e-9);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereItIsNotFiniteFirst(Mode mode) {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(3));
        Tensor at = Tensor.of(Shape.of(3), 1.0, -1.0, 2.0);
        for (Backend backend : backends()) {
            HessianVectorProduct h = HessianVectorProduct.of(w.log().sum(), List.of(w), mode, backend)
                    .checkFinite(true).bind("w", at);
            at.set(1, -1);
            assertEquals("linearize: log float64[3] gives NaN at [1] of -1.0",
                    assertThrows(ArithmeticException.class, h::linearize).getMessage());
            refused(h::value);
            at.set(1, Double.NaN);
            assertEquals("linearize: input 'w' float64[3] holds NaN at [1]",
                    assertThrows(ArithmeticException.class, h::linearize).getMessage());
            at.set(1, 4);
            h.linearize().direction("w").set(2, Double.POSITIVE_INFINITY);
            assertTrue(assertThrows(ArithmeticException.class, h::apply).getMessage()
                    .contains("input 'direction/w' float64[3] holds Infinity at [2]"));
            h.direction("w").fill(1);
            assertArrayEquals(new double[] {-1, -1 / 16.0, -1 / 4.0}, h.apply().product("w").toDoubles(), 1e-12);
        }
    }

    @Test
    void blocksMoveWithTheirPoint() {
        HessianBlocks blocks = HessianBlocks.of(f, List.of(List.of(a), List.of(b)), Backends.defaultBackend());
        assertTrue(refused(() -> blocks.product(0)).contains("linearize()"));
        blocks.bind("a", atA);
        assertEquals("linearize: inputs not bound: [b]", refused(blocks::linearize));
        List<HessianVectorProduct> products = IntStream.range(0, 2).mapToObj(blocks.bind("b", atB).linearize()::product)
                .toList();
        assertThrows(IndexOutOfBoundsException.class, () -> blocks.product(2));
        atA.set(0, 0);
        products.forEach(h -> refused(h::apply));
        refused(() -> blocks.product(0));
        blocks.bind("b", Tensor.of(Shape.scalar(), 7.0)).linearize();
        products.get(0).direction("a").set(0, 1);
        products.get(1).direction("b").set(0, 1);
        assertEquals(49, products.get(0).apply().product("a").item(), 1e-12);
        assertEquals(2, products.get(1).apply().product("b").item(), 1e-12);
    }
}
