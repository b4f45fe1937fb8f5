package dev.goshawk.autodiff;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The op test table: what every op is tested on, by derivatives here and by each backend. */
public final class OpSamples {
    private OpSamples() {
    }

    /** Rows small enough for differences in every coordinate. */
    public static List<OpSample> all() {
        List<OpSample> rows = new ArrayList<>();
        rows.add(new OpSample("input [2,3]", new Op.Input("x0", DType.FLOAT64, Shape.of(2, 3)),
                List.of(SampleValues.normal(1, 2, 3)), 2));
        rows.add(new OpSample("constant [3,2]", new Op.Constant(-1.25, DType.FLOAT64, Shape.of(3, 2)), List.of(), 2));
        rows.add(new OpSample("constant scalar", new Op.Constant(0.1, DType.FLOAT64, Shape.scalar()), List.of(), 2));
        rows.addAll(ArithmeticSamples.rows());
        rows.addAll(MovementSamples.rows());
        rows.addAll(PoolingSamples.rows());
        rows.addAll(ProductSamples.rows());
        return rows;
    }

    /** Larger rows of odd sizes, for the edges of tiles, lanes and blocks: for backends to agree on. */
    public static List<OpSample> awkward() {
        return Stream.of(ArithmeticSamples.awkward(), MovementSamples.awkward(), PoolingSamples.awkward(),
                ProductSamples.awkward()).flatMap(List::stream).toList();
    }

    /** Rows with NaN, infinities, both zeros and the ends of the range, for values only: how a backend treats them. */
    public static List<OpSample> special() {
        return Stream.of(ArithmeticSamples.special(), MovementSamples.special(), PoolingSamples.special())
                .flatMap(List::stream).toList();
    }

    /** Every op the sealed hierarchy permits. */
    static List<Class<?>> ops() {
        List<Class<?>> found = new ArrayList<>();
        collect(Op.class, found);
        return found;
    }

    private static void collect(Class<?> type, List<Class<?>> found) {
        if (type.isRecord()) {
            found.add(type);
            return;
        }
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            collect(permitted, found);
        }
    }

    /** What must have a row: each op by name, and each value of each of its enum and boolean attributes. */
    public static Set<String> required() {
        Set<String> keys = new LinkedHashSet<>();
        for (Class<?> op : ops()) {
            keys.add(op.getSimpleName());
            for (RecordComponent c : op.getRecordComponents()) {
                if (c.getType().isEnum() && c.getType() != DType.class) {
                    for (Object value : c.getType().getEnumConstants()) {
                        keys.add(key(op, c, value));
                    }
                } else if (c.getType() == boolean.class) {
                    keys.add(key(op, c, true));
                    keys.add(key(op, c, false));
                }
            }
        }
        return keys;
    }

    /** The keys a row of this op provides. */
    public static Set<String> provided(Op op) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(op.getClass().getSimpleName());
        for (RecordComponent c : op.getClass().getRecordComponents()) {
            try {
                keys.add(key(op.getClass(), c, c.getAccessor().invoke(op)));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError("attribute " + c + " of " + op, e);
            }
        }
        return keys;
    }

    private static String key(Class<?> op, RecordComponent component, Object value) {
        return op.getSimpleName() + " with " + component.getName() + " " + value;
    }
}
