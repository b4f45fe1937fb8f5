package dev.goshawk.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The instruction set that both sides are held to. */
enum Isa {
    /** What the processor has, as each side uses it by itself. */
    ANY(null, List.of(), Map.of()),
    /** Vectors of 256 bits. */
    AVX2(" avx2", List.of("-XX:UseAVX=2"),
            Map.of("ONEDNN_MAX_CPU_ISA", "AVX2", "ATEN_CPU_CAPABILITY", "avx2", "OPENBLAS_CORETYPE", "HASWELL")),
    /** Vectors of 512 bits. */
    AVX512(" avx512vl", List.of("-XX:UseAVX=3"), Map.of("ONEDNN_MAX_CPU_ISA", "", "ATEN_CPU_CAPABILITY", ""));

    private final @Nullable String flag;
    private final List<String> options;
    private final Map<String, String> environment;

    Isa(@Nullable String flag, List<String> options, Map<String, String> environment) {
        this.flag = flag;
        this.options = options;
        this.environment = environment;
    }

    /**
     * The one of a name.
     *
     * @throws CompareException if it has another name, or the processor lacks it
     */
    static Isa of(String name) {
        Isa isa = Arrays.stream(values()).filter(i -> i != ANY && i.label().equals(name)).findFirst()
                .orElseThrow(() -> new CompareException("--isa: expected avx2 or avx512, got '" + name + "'"));
        if (isa.flag != null && !Processes.cpu("flags").contains(isa.flag)) {
            throw new CompareException("--isa " + name + ": this processor does not have it");
        }
        return isa;
    }

    /** As the option takes it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The JVM's options for the engine. */
    List<String> options() {
        return options;
    }

    /** Variables of the peers' environment; an empty value takes one away. */
    SortedMap<String, String> environment() {
        return new TreeMap<>(environment);
    }
}
