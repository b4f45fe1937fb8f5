package dev.goshawk.cpu.kernel.loop;

import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.cpu.kernel.element.FloatElements;
import dev.goshawk.cpu.kernel.loop.LoopShape.Place;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Calls a generated loop on arrays of its own until it is compiled. Vector code that the JVM still interprets is a thousand times
 * slower than the passes, and nothing tells a program that a method has been compiled but its speed.
 */
final class LoopWarmUp {
    private static final int CHUNK = 8 * GeneratedLoop.LANES;
    private static final int CHUNKS = 3;
    private static final int SIZE = CHUNK * CHUNKS;
    private static final int CALLS = 20;
    /** Of both, before they are compared. */
    private static final int ROUNDS = 10;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    /** Until then the JVM is expected to compile while the calls go on; later it needs the processor more. */
    private static final long EAGER = TimeUnit.SECONDS.toNanos(1);

    private final LoopShape shape;
    private final ElementKernels passes = new FloatElements();
    private final Object[] arrays;
    private final int[] bases;

    LoopWarmUp(LoopShape shape) {
        this.shape = shape;
        int locations = shape.places().size();
        float[] memory = new float[locations * SIZE];
        Arrays.fill(memory, 1);
        this.arrays = new Object[locations];
        Arrays.fill(arrays, memory);
        this.bases = new int[locations];
        Arrays.setAll(bases, k -> k * SIZE);
    }

    /**
     * Whether the loop has become as fast as the passes are on the same arrays, at their best: they may wait for the compiler too, and beside
     * that wait a loop that is interpreted looks fast.
     */
    boolean isFast(GeneratedLoop loop) {
        long start = System.nanoTime();
        long best = Long.MAX_VALUE;
        int faster = 0;
        for (int round = 0; faster < 3; round++) {
            long t0 = System.nanoTime();
            for (int k = 0; k < CALLS; k++) {
                loop.run(arrays, bases, 0, 0, SIZE, CHUNK);
            }
            long t1 = System.nanoTime();
            for (int k = 0; k < CALLS; k++) {
                runPasses();
            }
            long t2 = System.nanoTime();
            best = Math.min(best, t2 - t1);
            faster = round >= ROUNDS && t1 - t0 <= best ? faster + 1 : 0;
            if (t2 - start > PATIENCE || (t2 - start > EAGER && faster == 0 && interrupted())) {
                return false;
            }
        }
        return true;
    }

    private static boolean interrupted() {
        try {
            Thread.sleep(1);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void runPasses() {
        for (int element = 0; element < SIZE; element += CHUNK) {
            for (ElementPass p : shape.passes()) {
                passes.run(p.op(), p.p(), arrays[p.a()], at(p.a(), element), arrays[p.b()], at(p.b(), element),
                        arrays[p.c()], at(p.c(), element), arrays[p.target()], at(p.target(), element), CHUNK);
            }
        }
    }

    private int at(int location, int element) {
        return bases[location] + (shape.places().get(location) == Place.FULL ? element : 0);
    }
}
