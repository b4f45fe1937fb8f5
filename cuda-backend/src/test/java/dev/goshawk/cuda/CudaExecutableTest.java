package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Executable;
import dev.goshawk.cuda.device.DeviceMemoryException;
import dev.goshawk.cuda.emulated.EmulatedDevice;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Binding, holding, connecting, outputs and memory: what an executable promises whatever it computes. */
class CudaExecutableTest {
    private final EmulatedDevice device = new EmulatedDevice(1 << 20, false, l -> {
        throw new AssertionError("only loops here, not " + l.kernel().name());
    });
    private final CudaBackend backend = EmulatedBackend.on(device);

    private static Graph doubled() {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        Value x = Value.input("x", DType.FLOAT32, Shape.of(3));
        outputs.put("twice", x.scale(2));
        outputs.put("same", x);
        return Graph.of(outputs);
    }

    @Test
    void readsWhatATensorHoldsAtEachRunUnlessHeld() {
        Executable e = backend.compile(doubled());
        Tensor x = Tensor.of(Shape.of(3), 1f, 2f, 3f);
        e.bind("x", x);
        e.run();
        Tensor y = e.output("twice");
        assertEquals(6, y.get(2));
        x.set(2, 5);
        e.run();
        assertEquals(10, y.get(2));
        e.hold("x");
        x.set(2, 7);
        e.run();
        assertEquals(10, y.get(2));
        e.hold("x");
        e.run();
        assertEquals(14, y.get(2));
        x.set(2, 8);
        e.bind("x", x);
        e.run();
        assertEquals(16, y.get(2));
        assertSame(y, e.output("twice"));
        assertSame(x, e.output("same"));
        assertEquals(5, device.launched().size());
    }

    @Test
    void connectedExecutablesStayOnTheDevice() {
        Executable first = backend.compile(doubled());
        Executable second = backend.compile(doubled());
        second.connect("x", first, "twice");
        Tensor x = Tensor.of(Shape.of(3), 1f, 2f, 3f);
        first.bind("x", x);
        for (int run = 1; run <= 3; run++) {
            x.set(0, run);
            first.run();
            second.run();
            assertEquals(4 * run, second.output("twice").get(0));
            assertEquals(2 * run, second.output("same").get(0));
        }
        // Bound to a tensor again, its place on the device is another and what was recorded is void.
        second.bind("x", x);
        second.run();
        assertEquals(6, second.output("twice").get(0));
    }

    @Test
    void refusesWhatDoesNotFit() {
        Executable e = backend.compile(doubled());
        assertEquals("run: inputs not bound: [x]", assertThrows(IllegalStateException.class, e::run).getMessage());
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> e.bind("y", Tensor.of(Shape.of(1), 1f))).getMessage()
                        .startsWith("bind: no input 'y'"));
        assertEquals("bind: input 'x' is float32[3], got float64[3]", assertThrows(IllegalArgumentException.class,
                () -> e.bind("x", Tensor.of(Shape.of(3), 1.0, 2.0, 3.0))).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> e.output("z")).getMessage()
                .startsWith("output: no output 'z'"));
    }

    private static Graph large(int elements) {
        return Graph.of("y", Value.input("x", DType.FLOAT32, Shape.of(elements)).exp());
    }

    @Test
    void checksThePlanAgainstFreeMemoryBeforeItTakesAny() {
        int before = device.allocations();
        String said = assertThrows(DeviceMemoryException.class, () -> backend.compile(large(1 << 19))).getMessage();
        assertEquals(
                "GPU memory: a plan of 2.0 MiB for values and 0.0 MiB to work in asks for 2.0 MiB, 1.0 MiB of 1.0 MiB"
                        + " are free: a batch of at most 50 % of this one would fit",
                said);
        assertEquals(before, device.allocations());
    }

    @Test
    void memoryReturnsWithTheExecutables() {
        // Ten times the device's memory, one executable after another.
        for (int i = 0; i < 20; i++) {
            Executable e = backend.compile(large(1 << 17));
            assertTrue(e.plannedBytes() >= 4 << 17);
            assertEquals(e.plannedBytes(), backend.plannedBytes(large(1 << 17)));
        }
    }
}
