package dev.goshawk.random;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The ops there are, from the sealed hierarchy. */
public final class OpKinds {
    private OpKinds() {
    }

    /** Every op's record. */
    public static List<Class<?>> all() {
        List<Class<?>> found = new ArrayList<>();
        collect(Op.class, found);
        return List.copyOf(found);
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

    /** Each op by name, and each value of each of its enum and boolean attributes. */
    static Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (Class<?> op : all()) {
            keys.add(op.getSimpleName());
            for (RecordComponent c : op.getRecordComponents()) {
                if (isChoice(c)) {
                    for (Object constant : c.getType().getEnumConstants()) {
                        keys.add(key(op, c, constant));
                    }
                } else if (c.getType() == boolean.class) {
                    keys.add(key(op, c, true));
                    keys.add(key(op, c, false));
                }
            }
        }
        return keys;
    }

    /** The keys of one op. */
    static Set<String> keys(Op op) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(op.getClass().getSimpleName());
        for (RecordComponent c : op.getClass().getRecordComponents()) {
            if (isChoice(c) || c.getType() == boolean.class) {
                keys.add(key(op.getClass(), c, Records.get(op, c)));
            }
        }
        return keys;
    }

    /** The element type is chosen when a program is traced. */
    private static boolean isChoice(RecordComponent c) {
        return c.getType().isEnum() && c.getType() != DType.class;
    }

    private static String key(Class<?> op, RecordComponent c, Object value) {
        return op.getSimpleName() + "." + c.getName() + "=" + value;
    }
}
