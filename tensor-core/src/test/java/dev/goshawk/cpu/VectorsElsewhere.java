package dev.goshawk.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** What a program around Goshawk may do: use the Vector API itself, at all widths, until it is compiled. */
final class VectorsElsewhere {
    private static final int TIMES = 3000;
    private static final int ROOM = 256;

    private VectorsElsewhere() {
    }

    /** Returns a number that depends on all of it. */
    static double use() {
        double sum = 0;
        sum += floats(FloatVector.SPECIES_64);
        sum += floats(FloatVector.SPECIES_128);
        sum += floats(FloatVector.SPECIES_256);
        sum += floats(FloatVector.SPECIES_512);
        sum += doubles(DoubleVector.SPECIES_128);
        sum += doubles(DoubleVector.SPECIES_256);
        sum += doubles(DoubleVector.SPECIES_512);
        sum += ints(IntVector.SPECIES_64);
        sum += ints(IntVector.SPECIES_128);
        sum += ints(IntVector.SPECIES_256);
        sum += ints(IntVector.SPECIES_512);
        sum += shorts(ShortVector.SPECIES_128);
        sum += shorts(ShortVector.SPECIES_256);
        sum += shorts(ShortVector.SPECIES_512);
        sum += bytes(ByteVector.SPECIES_128);
        sum += bytes(ByteVector.SPECIES_256);
        sum += bytes(ByteVector.SPECIES_512);
        return sum;
    }

    private static double floats(VectorSpecies<Float> s) {
        float[] a = new float[ROOM];
        FloatVector v = FloatVector.broadcast(s, 1.5f);
        FloatVector w = FloatVector.fromArray(s, a, 3);
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            FloatVector[] both = {v, w};
            FloatVector x = both[i & 1];
            FloatVector y = both[1 - (i & 1)];
            x.add(y).sub(y).mul(y).div(v).fma(y, x).max(y).min(y).neg().abs().intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD) + x.reduceLanes(VectorOperators.MAX);
            x.blend(y, x.compare(VectorOperators.GT, y)).intoArray(a, 1);
            x.add(1f).mul(2f).lanewise(VectorOperators.MAX, 0f).intoArray(a, 2);
            x.reinterpretAsInts().add(1).and(3).intoArray(new int[ROOM], 0);
            x.sqrt().intoArray(a, 0);
            x.rearrange(VectorShuffle.iota(s, 0, 1, true)).intoArray(a, 0);
        }
        return sum + a[0];
    }

    private static double doubles(VectorSpecies<Double> s) {
        double[] a = new double[ROOM];
        DoubleVector v = DoubleVector.broadcast(s, 1.5);
        DoubleVector w = DoubleVector.fromArray(s, a, 3);
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            DoubleVector[] both = {v, w};
            DoubleVector x = both[i & 1];
            DoubleVector y = both[1 - (i & 1)];
            x.add(y).sub(y).mul(y).div(v).fma(y, x).max(y).min(y).neg().abs().intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
            x.blend(y, x.compare(VectorOperators.GT, y)).intoArray(a, 1);
            x.reinterpretAsLongs().add(1).and(3).intoArray(new long[ROOM], 0);
        }
        return sum + a[0];
    }

    private static double ints(VectorSpecies<Integer> s) {
        int[] a = new int[ROOM];
        IntVector v = IntVector.broadcast(s, 7);
        IntVector w = IntVector.fromArray(s, a, 3);
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            IntVector[] both = {v, w};
            IntVector x = both[i & 1];
            IntVector y = both[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).or(x).lanewise(VectorOperators.ASHR, 1).intoArray(a, 0);
            sum += x.reduceLanes(VectorOperators.ADD);
        }
        return sum + a[0];
    }

    private static double shorts(VectorSpecies<Short> s) {
        short[] a = new short[ROOM];
        ShortVector v = ShortVector.broadcast(s, 7);
        ShortVector w = ShortVector.fromArray(s, a, 3);
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            ShortVector[] both = {v, w};
            ShortVector x = both[i & 1];
            ShortVector y = both[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).or(x).intoArray(a, 0);
        }
        return sum + a[0];
    }

    private static double bytes(VectorSpecies<Byte> s) {
        byte[] a = new byte[ROOM];
        ByteVector v = ByteVector.broadcast(s, 7);
        ByteVector w = ByteVector.fromArray(s, a, 3);
        double sum = 0;
        for (int i = 0; i < TIMES; i++) {
            ByteVector[] both = {v, w};
            ByteVector x = both[i & 1];
            ByteVector y = both[1 - (i & 1)];
            x.add(y).sub(y).mul(y).max(y).min(y).neg().and(y).or(x).intoArray(a, 0);
            x.reinterpretAsInts().intoArray(new int[ROOM], 0);
        }
        return sum + a[0];
    }
}
