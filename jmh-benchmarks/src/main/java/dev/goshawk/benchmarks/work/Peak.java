package dev.goshawk.benchmarks.work;

import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Multiply-adds in registers alone: what the processor can do at most, float32, one thread. */
public final class Peak implements Workload {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    /** Enough independent chains for two units of latency 4, few enough for the registers of AVX2. */
    private static final int CHAINS = 12;
    private static final int STEPS = 2_000_000;

    private float sink;

    /** Runs until the loop is compiled. */
    public Peak() {
        for (int i = 0; i < 20; i++) {
            sink += loop(STEPS / 10, 0.5f);
        }
    }

    @Override
    public Map<String, Double> facts() {
        return Map.of(FLOP, 2.0 * CHAINS * SPECIES.length() * STEPS);
    }

    @Override
    public void run() {
        sink += loop(STEPS, 0.5f);
        if (Float.isNaN(sink)) {
            throw new IllegalStateException("peak: not a number");
        }
    }

    private static float loop(int steps, float start) {
        FloatVector m = FloatVector.broadcast(SPECIES, start);
        FloatVector c = FloatVector.broadcast(SPECIES, 1 + start);
        // Different starts, or the compiler would see one chain.
        FloatVector a0 = m.add(0);
        FloatVector a1 = m.add(1);
        FloatVector a2 = m.add(2);
        FloatVector a3 = m.add(3);
        FloatVector a4 = m.add(4);
        FloatVector a5 = m.add(5);
        FloatVector a6 = m.add(6);
        FloatVector a7 = m.add(7);
        FloatVector a8 = m.add(8);
        FloatVector a9 = m.add(9);
        FloatVector a10 = m.add(10);
        FloatVector a11 = m.add(11);
        for (int i = 0; i < steps; i++) {
            a0 = a0.fma(m, c);
            a1 = a1.fma(m, c);
            a2 = a2.fma(m, c);
            a3 = a3.fma(m, c);
            a4 = a4.fma(m, c);
            a5 = a5.fma(m, c);
            a6 = a6.fma(m, c);
            a7 = a7.fma(m, c);
            a8 = a8.fma(m, c);
            a9 = a9.fma(m, c);
            a10 = a10.fma(m, c);
            a11 = a11.fma(m, c);
        }
        FloatVector sum = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11);
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
