package dev.goshawk.accuracy;

import dev.goshawk.accuracy.ElementErrors.Worst;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * Measures the errors of every function of one number; docs/accuracy.md has the table and the command. What is done is noted line by line
 * in the folder of the results, and a second start goes on from there.
 *
 * <p>Arguments: the folder, then {@code points N} (values and first and second derivatives in both types at N numbers) or
 * {@code float32 SHARE} (that share, 1 for all, of the 2^32 values of float32, spread evenly over the exponents).
 */
public final class AccuracySweep {
    private static final List<String> MODES = List.of("", "F", "R", "FF", "FR", "RF", "RR");
    /** Part p of the float32 values: those whose last bits are p. */
    private static final int PARTS = 4096;
    private static final int PER_PART = 1 << 20;

    private final Path file;
    private final Map<String, Worst> done = new TreeMap<>();

    private AccuracySweep(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                if (words.length == 4) {
                    done.put(words[0], new Worst(Double.parseDouble(words[1]), Double.parseDouble(words[2]),
                            Double.parseDouble(words[3])));
                }
            }
        }
    }

    /** See above. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        switch (arguments[1]) {
            case "points" -> new AccuracySweep(folder.resolve("points.txt")).points(Integer.parseInt(arguments[2]));
            case "float32" -> new AccuracySweep(folder.resolve("float32.txt")).float32(
                    Double.parseDouble(arguments[2]));
            default -> throw new IllegalArgumentException("expected points or float32, got " + arguments[1]);
        }
    }

    private void note(String key, Worst w) throws IOException {
        done.put(key, w);
        Files.writeString(file, key + " " + w.units() + " " + w.at() + " " + w.got() + "\n", StandardCharsets.UTF_8,
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    private void points(int count) throws IOException {
        int rounds = Math.max(1, count / 100_000);
        for (int round = 0; round < rounds; round++) {
            for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
                double[] x = Points.of(dtype, Math.min(count, 100_000), 1 + round);
                for (Function f : Function.values()) {
                    for (int order = 0; order <= 2; order++) {
                        points(f, order, dtype, x, round);
                    }
                }
            }
        }
        print();
    }

    private void points(Function f, int order, DType dtype, double[] x, int round) throws IOException {
        String last = f + "/" + dtype + "/" + order + "/";
        Map<String, Worst> worst = new TreeMap<>();
        Map<String, ElementFunction> compiled = new TreeMap<>();
        for (Backend backend : backends()) {
            for (String modes : MODES) {
                String key = last + backend.name() + "/" + modes + "#" + round;
                if (modes.length() == order && !done.containsKey(key)) {
                    compiled.put(key, ElementErrors.compile(f, modes, dtype, backend));
                    worst.put(key, Worst.NONE);
                }
            }
        }
        if (compiled.isEmpty()) {
            return;
        }
        for (int from = 0; from < x.length; from += ElementErrors.BATCH) {
            double[] part = Arrays.copyOfRange(x, from, Math.min(x.length, from + ElementErrors.BATCH));
            Exact[] exact = ElementErrors.exact(f, order, part);
            compiled.forEach((key, e) -> worst.merge(key, ElementErrors.worst(e, dtype, part, exact), Worst::or));
        }
        for (Map.Entry<String, Worst> e : worst.entrySet()) {
            note(e.getKey(), e.getValue());
        }
    }

    /** What float64 makes of a float32 is right to some 2^-28 of the last place of the float32 result. */
    private static DoubleUnaryOperator inFloat64(Function f) {
        return switch (f) {
            case EXP -> StrictMath::exp;
            case EXPM1 -> StrictMath::expm1;
            case LOG -> StrictMath::log;
            case LOG1P -> StrictMath::log1p;
            case SQRT -> StrictMath::sqrt;
            case RECIPROCAL -> x -> 1 / x;
            case TANH -> StrictMath::tanh;
            case SIGMOID -> x -> x < -745 ? StrictMath.exp(x) : 1 / (1 + StrictMath.exp(-x));
            case SIGMOID_SLOPE -> x -> {
                double c = StrictMath.cosh(x / 2);
                return 1 / (4 * c * c);
            };
            case SOFTPLUS -> x -> x > 40 ? x + StrictMath.exp(-x) : StrictMath.log1p(StrictMath.exp(x));
            case ERF -> ErrorFunction::erf;
            case ERFC -> ErrorFunction::erfc;
            case ERF_SLOPE -> ErrorFunction::slope;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case RELU -> x -> x > 0 ? x : x != x ? x : 0;
            case ABS -> StrictMath::abs;
        };
    }

    private void float32(double share) throws IOException {
        int parts = (int) Math.ceil(PARTS * share);
        Map<Function, List<ElementFunction>> compiled = new TreeMap<>();
        for (Function f : Function.values()) {
            compiled.put(f,
                    backends().stream().map(b -> new ElementFunction(f, "", DType.FLOAT32, PER_PART, b)).toList());
        }
        for (int part = 0; part < parts; part++) {
            // The same number in another order: each early part has last bits of its own.
            int bits = Integer.reverse(part) >>> 20;
            for (Function f : Function.values()) {
                String key = f + "/float32/0/exhaustive/#" + part;
                if (!done.containsKey(key)) {
                    note(key, part(f, compiled.get(f), bits));
                }
            }
        }
        print();
    }

    private static Worst part(Function f, List<ElementFunction> backends, int bits) {
        DoubleUnaryOperator right = inFloat64(f);
        for (ElementFunction e : backends) {
            float[] x = e.in().floats();
            for (int i = 0; i < PER_PART; i++) {
                x[i] = Float.intBitsToFloat(i << 12 | bits);
            }
        }
        float[] x = backends.get(0).in().floats();
        Tensor reference = backends.get(0).apply();
        Tensor vector = backends.get(1).apply();
        float[] a = reference.floats();
        float[] b = vector.floats();
        int at = vector.offset();
        int ar = reference.offset();
        Worst worst = Worst.NONE;
        for (int i = 0; i < PER_PART; i++) {
            double exact = right.applyAsDouble(x[i]);
            float y = b[at + i];
            double units = unitsOff(y, exact);
            if (Float.floatToIntBits(a[ar + i]) != Float.floatToIntBits(y)) {
                units = Double.POSITIVE_INFINITY;
            }
            if (units > worst.units()) {
                worst = new Worst(units, x[i], y);
            }
        }
        return worst;
    }

    private static double unitsOff(float y, double exact) {
        if (y == exact || y != y && exact != exact) {
            return 0;
        }
        float rounded = (float) exact;
        if (Float.isInfinite(y) || Float.isInfinite(rounded)) {
            return y == rounded ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(y - exact) / Math.ulp(rounded);
    }

    /** The worst of all parts, rounds and sequences of modes so far, as the table of docs/accuracy.md. */
    private void print() {
        Map<String, Worst> all = new TreeMap<>();
        done.forEach((key, w) -> {
            String[] name = key.split("/");
            all.merge(name[0] + "/" + name[3] + "/" + name[1] + "/" + name[2], w, Worst::or);
        });
        System.out.println("| function | backend | float32 value | first | second | float64 value | first | second |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (Function f : Function.values()) {
            for (String backend : List.of("reference", "vector", "exhaustive")) {
                StringBuilder row = new StringBuilder("| " + f.name().toLowerCase(Locale.ROOT) + " | " + backend);
                boolean any = false;
                for (String type : List.of("float32", "float64")) {
                    for (int order = 0; order <= 2; order++) {
                        Worst w = all.get(f + "/" + backend + "/" + type + "/" + order);
                        any |= w != null;
                        row.append(w == null ? " | " : String.format(Locale.ROOT, " | %.2f", w.units()));
                    }
                }
                if (any) {
                    System.out.println(row + " |");
                }
            }
        }
        System.out.println(done.size() + " entries");
    }
}
