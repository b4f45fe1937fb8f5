package dev.goshawk.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** What a program around Goshawk may do: use the Vector API itself, at all widths, until it is compiled. */
final class VectorsElsewhere {
    private static final int TIMES = 3000;
    private static final int ROOM = 64;

    private VectorsElsewhere() {
    }

    /** Returns a number that depends on all of it. */
    static double use() {
        double sum = 0;
        for (var s : new VectorSpecies<?>[] {FloatVector.SPECIES_64, FloatVector.SPECIES_128, FloatVector.SPECIES_256,
                FloatVector.SPECIES_512}) {
            sum += floats(s.check(float.class));
        }
        for (var s : new VectorSpecies<?>[] {DoubleVector.SPECIES_128, DoubleVector.SPECIES_256,
                DoubleVector.SPECIES_512}) {
            sum += doubles(s.check(double.class));
        }
        for (var s : new VectorSpecies<?>[] {IntVector.SPECIES_64, IntVector.SPECIES_128, IntVector.SPECIES_256,
                IntVector.SPECIES_512}) {
            sum += ints(s.check(int.class));
        }
        for (var s : new VectorSpecies<?>[] {ShortVector.SPECIES_128, ShortVector.SPECIES_256,
                ShortVector.SPECIES_512}) {
            sum += shorts(s.check(short.class));
        }
        for (var s : new VectorSpecies<?>[] {LongVector.SPECIES_128, LongVector.SPECIES_256, LongVector.SPECIES_512}) {
            sum += longs(s.check(long.class));
        }
        return sum;
    }

    private static double floats(VectorSpecies<Float> s) {
        float[] a = new float[ROOM];
        FloatVector[] v = {FloatVector.broadcast(s, 1.5f), FloatVector.fromArray(s, a, 3)};
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            FloatVector x = v[i & 1];
            FloatVector y = v[1 - (i & 1)];
            x.add(y).sub(y).mul(y).div(v[0]).fma(y, x).max(y).min(y).neg().abs().intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD) + x.reduceLanes(VectorOperators.MAX);
            x.blend(y, x.compare(VectorOperators.GT, y)).intoArray(a, 1);
            x.add(1f).mul(2f).lanewise(VectorOperators.MAX, 0f).sqrt().intoArray(a, 2);
            x.rearrange(VectorShuffle.iota(s, 0, 1, true)).intoArray(a, 0);
        }
        return sum + a[0];
    }

    private static double doubles(VectorSpecies<Double> s) {
        double[] a = new double[ROOM];
        DoubleVector[] v = {DoubleVector.broadcast(s, 1.5), DoubleVector.fromArray(s, a, 3)};
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            DoubleVector x = v[i & 1];
            DoubleVector y = v[1 - (i & 1)];
            x.add(y).sub(y).mul(y).div(v[0]).fma(y, x).max(y).min(y).neg().abs().intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
            x.blend(y, x.compare(VectorOperators.GT, y)).intoArray(a, 1);
        }
        return sum + a[0];
    }

    private static double ints(VectorSpecies<Integer> s) {
        int[] a = new int[ROOM];
        IntVector[] v = {IntVector.broadcast(s, 7), IntVector.fromArray(s, a, 3)};
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            IntVector x = v[i & 1];
            IntVector y = v[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).lanewise(VectorOperators.ASHR, 1).intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
        }
        return sum + a[0];
    }

    private static double shorts(VectorSpecies<Short> s) {
        short[] a = new short[ROOM];
        ShortVector[] v = {ShortVector.broadcast(s, 7), ShortVector.fromArray(s, a, 3)};
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            ShortVector x = v[i & 1];
            ShortVector y = v[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).or(x).intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
        }
        return sum + a[0];
    }

    private static double longs(VectorSpecies<Long> s) {
        long[] a = new long[ROOM];
        LongVector[] v = {LongVector.broadcast(s, 7), LongVector.fromArray(s, a, 3)};
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            LongVector x = v[i & 1];
            LongVector y = v[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).lanewise(VectorOperators.LSHR, y).intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
        }
        return sum + a[0];
    }
}
