package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.accuracy.ElementErrors.Worst;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** x^y and its derivatives through the table, against decimals: the terms of a derivative's factor are added up by themselves. */
public final class PowerDerivatives {
    /** The least unit of a float64 result is 2^-1074, and beyond this exp has it or infinity. */
    private static final double FAR = 800;

    private final DType dtype;
    private final double[][] points;
    private final Map<List<Integer>, Exact[]> known = new HashMap<>();

    /** So many pairs of a base and an exponent; the same ones for the same seed. */
    public PowerDerivatives(DType dtype, int count, long seed) {
        this.dtype = dtype;
        this.points = points(dtype, count, seed);
    }

    /** What docs/accuracy.md states, in units, of the power (order 0), a first or a second derivative. */
    public static double bound(int order, DType dtype) {
        // Values are half a unit off; a subnormal one is rounded twice.
        return dtype == DType.FLOAT32 ? 0.5001 : order == 0 ? 1.01 : order == 1 ? 2 : 3.5;
    }

    /** Pairs with bases of every size, exponents that make results of every size, and whole or very small ones. */
    private static double[][] points(DType dtype, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean single = dtype == DType.FLOAT32;
        double[][] points = new double[2][count];
        for (int i = 0; i < count; i++) {
            double x = random.nextDouble(1, 2)
                    * Math.scalb(1.0, random.nextInt(single ? -149 : -1074, single ? 128 : 1024));
            x = i % 7 == 0 ? 1 + random.nextDouble(-0.3, 0.4) * Math.scalb(1.0, -random.nextInt(40)) : x;
            // Every other one among the smallest numbers.
            x = i % 2 == 0 ? (single ? Float.MIN_NORMAL : Double.MIN_NORMAL) * random.nextDouble(1e-6, 2) : x;
            x = single ? (float) x : x;
            double size = StrictMath.abs(StrictMath.log(x));
            double y = switch (i % 5) {
                case 0 -> random.nextInt(-2, 5);
                case 1 -> random.nextDouble(-1, 1) * Math.scalb(1.0, -random.nextInt(single ? 140 : 1060));
                case 2 -> random.nextInt(3) + random.nextDouble(-1, 1) * Math.scalb(1.0, -random.nextInt(20));
                case 3 -> -1 / (size + 1e-3) * (1 + random.nextDouble(-1, 1) * 1e-3);
                default -> random.nextDouble(single ? -100 : -740, single ? 88 : 709) / (size + 1e-3);
            };
            points[0][i] = x;
            points[1][i] = single ? (float) y : y;
        }
        return points;
    }

    /** The derivative by x and by y so many times, with the sum of its terms' magnitudes. */
    static Exact exact(double x, double y, int byX, int byY) {
        BigDecimal log = Decimal.log(x);
        BigDecimal at = new BigDecimal(y);
        // falling[i]: the i-th derivative of y (y - 1) ... (y - byX + 1)
        BigDecimal[] falling = new BigDecimal[byY + 1];
        Arrays.fill(falling, BigDecimal.ZERO);
        falling[0] = BigDecimal.ONE;
        for (int k = 0; k < byX; k++) {
            for (int i = byY; i >= 0; i--) {
                BigDecimal more = i == 0 ? BigDecimal.ZERO : falling[i - 1].multiply(BigDecimal.valueOf(i));
                falling[i] = falling[i].multiply(at.subtract(BigDecimal.valueOf(k))).add(more).round(Decimal.DIGITS);
            }
        }
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal size = BigDecimal.ZERO;
        BigDecimal binomial = BigDecimal.ONE;
        for (int i = 0; i <= byY; i++) {
            BigDecimal term = falling[i].multiply(log.pow(byY - i, Decimal.DIGITS), Decimal.DIGITS).multiply(binomial);
            sum = sum.add(term, Decimal.DIGITS);
            size = size.add(term.abs(), Decimal.DIGITS);
            binomial = binomial.multiply(BigDecimal.valueOf(byY - i)).divide(BigDecimal.valueOf(i + 1),
                    Decimal.DIGITS);
        }
        if (size.signum() == 0) {
            return new Exact(BigDecimal.ZERO, BigDecimal.ZERO, 0);
        }
        BigDecimal exponent = at.subtract(BigDecimal.valueOf(byX)).multiply(log, Decimal.DIGITS);
        // What is beyond both ends stays there when its factor is left out.
        BigDecimal rest = exponent.abs().compareTo(BigDecimal.valueOf(FAR)) < 0
                ? BigDecimal.ZERO
                : exponent.subtract(BigDecimal.valueOf(Math.copySign(FAR, exponent.signum())));
        BigDecimal power = Decimal.exp(exponent.subtract(rest));
        while (rest.signum() != 0) {
            BigDecimal step = rest.abs().compareTo(BigDecimal.valueOf(FAR)) < 0
                    ? rest
                    : BigDecimal.valueOf(Math.copySign(FAR, rest.signum()));
            power = power.multiply(Decimal.exp(step), Decimal.DIGITS);
            rest = rest.abs().compareTo(BigDecimal.valueOf(3 * FAR)) > 0 ? BigDecimal.ZERO : rest.subtract(step);
        }
        return new Exact(power.multiply(sum, Decimal.DIGITS), power.multiply(size, Decimal.DIGITS), 0);
    }

    private Exact[] exact(int byX, int byY) {
        return known.computeIfAbsent(List.of(byX, byY), _ -> {
            Exact[] exact = new Exact[points[0].length];
            Arrays.setAll(exact, i -> exact(points[0][i], points[1][i], byX, byY));
            return exact;
        });
    }

    /**
     * The worst error of a derivative, in units in the last place of the sum of its terms' magnitudes.
     *
     * @param sequence of {@code x} and {@code y}, which it is differentiated by, each in one mode: {@code "xF yR"}
     */
    public Worst worst(String sequence, Backend backend) {
        int n = points[0].length;
        Value x = Value.input("x", dtype, Shape.of(n));
        Value y = Value.input("y", dtype, Shape.of(n));
        Value d = x.pow(y);
        int byX = 0;
        int byY = 0;
        for (String step : sequence.isEmpty() ? new String[0] : sequence.split(" ")) {
            boolean base = step.charAt(0) == 'x';
            byX += base ? 1 : 0;
            byY += base ? 0 : 1;
            d = ElementFunction.derivative(d, base ? x : y, step.substring(1));
        }
        Executable e = backend.compile(Graph.of("d", d));
        e.bind("x", Tensor.of(Shape.of(n), points[0]).to(dtype));
        e.bind("y", Tensor.of(Shape.of(n), points[1]).to(dtype));
        e.run();
        Worst worst = Worst.NONE;
        for (int i = 0; i < n; i++) {
            double got = e.output("d").get(i);
            double units = exact(byX, byY)[i].unitsOff(got, dtype);
            if (units > worst.units()) {
                worst = new Worst(units, points[0][i], got);
            }
        }
        return worst;
    }

    /** {@link #worst} is within {@link #bound}. */
    public void hold(String sequence, Backend backend) {
        Worst worst = worst(sequence, backend);
        assertTrue(worst.units() <= bound((sequence.length() + 1) / 3, dtype),
                dtype + " " + backend.name() + " '" + sequence + "': " + worst);
    }
}
