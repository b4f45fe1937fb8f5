package dev.goshawk.random;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A property held over a range of seeds. A failure is shrunk and printed as Java with its seed. The range is the caller's, or the system
 * property {@code goshawk.random.seeds}: one seed, or {@code A..B} with both ends.
 */
public final class RandomRun {
    /** The system property. */
    public static final String SEEDS = "goshawk.random.seeds";

    private static final Duration SHRINKING = Duration.ofSeconds(60);
    private static final int MOST_FAILURES = 3;

    /** A property of a program. */
    public interface Property {
        /** Fails with an error or an exception where the program has not the property. */
        void check(Program program);
    }

    private RandomRun() {
    }

    /** Random numbers of a seed for one purpose; those of neighboring seeds have nothing in common. */
    static Random random(long seed, long purpose) {
        long mixed = (seed * 0x9E3779B97F4A7C15L + purpose) * 0xBF58476D1CE4E5B9L;
        return new Random(mixed ^ mixed >>> 29);
    }

    /** First and last seed: what the system property says, else the given ones. */
    static long[] range(long first, long last) {
        String set = System.getProperty(SEEDS, System.getProperty("goshawk.random.seed"));
        if (set == null) {
            return new long[] {first, last};
        }
        String[] ends = set.split("\\.\\.", 2);
        try {
            return new long[] {Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])};
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(SEEDS + ": expected a number or A..B, got '" + set + "'", e);
        }
    }

    /**
     * Holds a property for the programs of a range of seeds, and prints the range.
     *
     * @param name what is tested, as a reader would look for it
     * @throws AssertionError with up to three failures, each with its seed, the command that repeats it, and the shrunken program
     */
    public static void hold(String name, long first, long last, LongFunction<Program> generator, Property property) {
        run(name, first, last, seed -> {
            Program p = generator.apply(seed);
            Throwable failure = failure(property, p);
            return failure == null ? null : report(name, seed, p, property, failure);
        });
    }

    /** Holds a property of a seed that no one program has, and so cannot be shrunk. */
    public static void each(String name, long first, long last, LongConsumer property) {
        run(name, first, last, seed -> {
            try {
                property.accept(seed);
                return null;
            } catch (RuntimeException | AssertionError e) {
                return name + ", seed " + seed + ": " + e + origin(e) + repeat(seed);
            }
        });
    }

    private static void run(String name, long first, long last, LongFunction<@Nullable String> report) {
        long[] range = range(first, last);
        List<String> failures = new ArrayList<>();
        long start = System.nanoTime();
        long seed = range[0];
        for (; seed <= range[1] && failures.size() < MOST_FAILURES; seed++) {
            String failure = report.apply(seed);
            if (failure != null) {
                failures.add(failure);
            }
        }
        System.out.printf("random graphs: %s, seeds %d..%d, %.1f s%n", name, range[0], seed - 1,
                (System.nanoTime() - start) * 1e-9);
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n", failures));
        }
    }

    private static String repeat(long seed) {
        return "\nrepeat: mvn -B -P random-graphs -D" + SEEDS + "=" + seed + " test";
    }

    private static Throwable failure(Property property, Program p) {
        try {
            property.check(p);
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    /** The shrunken program fails in the same way: by the same kind of exception, and for an assertion with the same first word. */
    static String report(String name, long seed, Program p, Property property, Throwable failure) {
        Program small = Shrinker.shrink(p, q -> {
            Throwable f = failure(property, q);
            return f != null && kind(f).equals(kind(failure));
        }, SHRINKING);
        Throwable left = failure(property, small);
        return name + ", seed " + seed + ": " + failure + origin(failure)
                + repeat(seed) + "\nshrunk to (" + left + "):\n" + JavaText.statements(small);
    }

    private static String kind(Throwable t) {
        String message = String.valueOf(t.getMessage());
        return t.getClass() + " " + (t instanceof AssertionError
                ? message.substring(0, Math.max(0,
                        message.indexOf(':')))
                : "");
    }

    private static String origin(Throwable t) {
        return t instanceof AssertionError || t.getStackTrace().length == 0 ? "" : " at " + t.getStackTrace()[0];
    }
}
