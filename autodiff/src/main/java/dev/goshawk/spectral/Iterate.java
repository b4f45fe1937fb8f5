package dev.goshawk.spectral;

import dev.goshawk.backend.ResidentProducts.Dots;
import dev.goshawk.operator.LinearOperator.ResidentVector;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Optional;

/** The current unit vector v of a power iteration and its product, on the heap or where the operator computes. */
interface Iterate {
    /** The Rayleigh quotient of v and ||Av - lambda v||. */
    record Estimate(double eigenvalue, double residual) {
    }

    /** Begins with a unit vector, which may be changed. */
    Estimate start(double[] v);

    /** ||(A + shift I) v||. */
    double norm(double shift);

    /** Goes on with (A + shift I) v, normalized; {@link #norm} of the same shift has been asked for and is not 0. */
    Estimate step(double shift);

    /** v, of norm 1. */
    double[] vector();

    /** A v for the v that {@link #vector} gives, where that is on the heap. */
    Optional<double[]> product();

    /** In float64 on the heap. */
    final class OnHeap implements Iterate {
        private final Products products;
        private double[] v = new double[0];
        private double[] w = new double[0];

        OnHeap(Products products) {
            this.products = products;
        }

        @Override
        public Estimate start(double[] unit) {
            v = unit;
            w = products.apply(v);
            double lambda = Vectors.dot(v, w);
            return new Estimate(lambda, Vectors.residual(w, lambda, v));
        }

        @Override
        public double norm(double shift) {
            if (shift == 0) {
                return Vectors.norm(w);
            }
            double[] sum = w.clone();
            Vectors.axpy(shift, v, sum);
            return Vectors.norm(sum);
        }

        @Override
        public Estimate step(double shift) {
            Vectors.axpy(shift, v, w);
            Vectors.scale(w, 1 / Vectors.norm(w));
            return start(w);
        }

        @Override
        public double[] vector() {
            return v;
        }

        @Override
        public Optional<double[]> product() {
            return Optional.of(w);
        }
    }

    /** In the operator's own type and memory; three numbers come back from a step. */
    final class OnDevice implements Iterate {
        private final Products products;
        /** Of the two terms' difference: a residual has but half the digits of the dot products. */
        private static final double ROUNDING = 0x1p-50;

        private final ResidentVector resident;
        private Dots dots = new Dots(1, 0, 0);

        OnDevice(Products products, ResidentVector resident) {
            this.products = products;
            this.resident = resident;
        }

        @Override
        public Estimate start(double[] unit) {
            return estimate(resident.start(unit));
        }

        @Override
        public double norm(double shift) {
            return Math.sqrt(Math.max(0, dots.yy() + shift * (2 * dots.xy() + shift * dots.xx())));
        }

        @Override
        public Estimate step(double shift) {
            return estimate(resident.step(shift));
        }

        /** v is of norm 1 but for rounding to its type: the quotient and the residual are those of v / ||v||. */
        private Estimate estimate(Dots d) {
            products.count(d);
            dots = d;
            double lambda = d.xy() / d.xx();
            double square = (d.yy() - lambda * d.xy()) / d.xx();
            return new Estimate(lambda, Math.sqrt(Math.max(0, square) + ROUNDING * d.yy() / d.xx()));
        }

        @Override
        public double[] vector() {
            double[] v = resident.vector();
            Vectors.scale(v, 1 / Vectors.norm(v));
            return v;
        }

        @Override
        public Optional<double[]> product() {
            return Optional.empty();
        }
    }
}
