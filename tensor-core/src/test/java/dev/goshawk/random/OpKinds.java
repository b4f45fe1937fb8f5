package dev.goshawk.random;

import dev.goshawk.graph.Op;
import java.util.ArrayList;
import java.util.List;

/** The ops there are, from the sealed hierarchy. */
final class OpKinds {
    private OpKinds() {
    }

    static List<Class<?>> all() {
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
}
