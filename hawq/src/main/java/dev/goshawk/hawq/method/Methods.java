package dev.goshawk.hawq.method;

import dev.goshawk.hawq.allocate.DirectAtSizePolicy;
import dev.goshawk.hawq.allocate.DirectPolicy;
import dev.goshawk.hawq.allocate.HawqPolicy;
import dev.goshawk.hawq.allocate.ProgramPolicy;
import dev.goshawk.hawq.allocate.QuadraticPolicy;
import dev.goshawk.hawq.allocate.TracePolicy;
import dev.goshawk.hawq.search.dnas.DnasPolicy;
import dev.goshawk.hawq.search.haq.HaqPolicy;
import java.util.ArrayList;
import java.util.List;

/** The methods that can be chosen by name. */
public final class Methods {
    private static final List<NamedMethod> ALL = new ArrayList<>();

    static {
        ALL.add(new NamedMethod("hawq", "HAWQ", HawqPolicy::of, null));
        ALL.add(new NamedMethod("hawq-v2", "HAWQ-V2", TracePolicy::of, null));
        ALL.add(new NamedMethod("hawq-v3", "HAWQ-V3", ProgramPolicy::of, null));
        ALL.add(new NamedMethod("quadratic", "Quadratic", QuadraticPolicy::of, null));
        ALL.add(new NamedMethod("direct", "Direct", DirectPolicy::of, null));
        ALL.add(new NamedMethod("direct-at-size", "Direct at size", DirectAtSizePolicy::of, null));
        ALL.add(new NamedMethod("lsq", "LSQ", DirectPolicy::of, "lsq"));
        ALL.add(new NamedMethod("pact", "PACT", DirectPolicy::of, "pact"));
        ALL.add(new NamedMethod("dorefa", "DoReFa", DirectPolicy::of, "dorefa"));
        ALL.add(new NamedMethod("lq-nets", "LQ-Nets", DirectPolicy::of, "lq-nets"));
        ALL.add(new NamedMethod("dnas", "DNAS", DnasPolicy::of, null));
        ALL.add(new NamedMethod("haq", "HAQ", HaqPolicy::of, null));
        ALL.add(new NamedMethod("rvquant", "RVQuant", DirectPolicy::of, "rvquant"));
    }

    private Methods() {
    }

    /** All of them. */
    public static List<NamedMethod> all() {
        return List.copyOf(ALL);
    }

    /** Their names. */
    public static List<String> names() {
        return ALL.stream().map(NamedMethod::name).toList();
    }

    /**
     * The method of a name.
     *
     * @throws IllegalArgumentException in one line that lists the names, if there is none
     */
    public static NamedMethod byName(String name) {
        return ALL.stream().filter(m -> m.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected " + String.join(", ", names().subList(0,
                        ALL.size() - 1)) + " or " + ALL.getLast() + ", got '" + name + "'"));
    }
}
