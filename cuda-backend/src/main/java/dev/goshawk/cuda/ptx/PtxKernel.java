package dev.goshawk.cuda.ptx;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes one kernel in PTX, line by line: hands out virtual registers (each written once, except where a loop carries it), labels
 * and immediates. Every arithmetic instruction states its rounding, so that the driver's compiler contracts nothing on its own.
 */
final class PtxKernel {
    /** What stands before the kernels of a module: the lowest version and target that everything here needs. */
    static final String HEADER = ".version 7.0\n.target sm_70\n.address_size 64\n\n";

    /** Kinds of registers. */
    enum Kind {
        PREDICATE("pred", "%p"), WORD("b32", "%r"), LONG("b64", "%rd"), FLOAT("f32", "%f"), DOUBLE("f64", "%d");

        private final String type;
        private final String prefix;

        Kind(String type, String prefix) {
            this.type = type;
            this.prefix = prefix;
        }
    }

    private final StringBuilder parameters = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private int labels;
    private int sharedBytes;

    /** Declares the next parameter and returns its name. */
    String parameter(String type, String name) {
        parameters.append(parameters.isEmpty() ? "" : ",\n").append("    .param .").append(type).append(' ')
                .append(name);
        return name;
    }

    /** A fresh register. */
    String register(Kind kind) {
        return kind.prefix + (counts.merge(kind, 1, Integer::sum) - 1);
    }

    /** A fresh label. */
    String label(String name) {
        return "$" + name + "_" + labels++;
    }

    /** Places the label here. */
    void place(String label) {
        body.append(label).append(":\n");
    }

    /** Room in shared memory that the whole kernel uses, named {@code shared}. */
    void shared(int bytes) {
        sharedBytes = Math.max(sharedBytes, bytes);
    }

    /** An instruction with its operands. */
    void line(String instruction, String... operands) {
        body.append("    ").append(instruction);
        if (operands.length > 0) {
            body.append(' ').append(String.join(", ", operands));
        }
        body.append(";\n");
    }

    /** An instruction whose result goes to a fresh register, which is returned. */
    String result(Kind kind, String instruction, String... operands) {
        String target = register(kind);
        String[] all = new String[operands.length + 1];
        all[0] = target;
        System.arraycopy(operands, 0, all, 1, operands.length);
        line(instruction, all);
        return target;
    }

    /** The kernel's text, to stand behind {@link #HEADER}. */
    String text(String name, int threads) {
        StringBuilder sb = new StringBuilder();
        // One block a multiprocessor is enough: the compiler then never spills to make room for more.
        sb.append(".visible .entry ").append(name).append("(\n").append(parameters).append(")\n.maxntid ")
                .append(threads)
                .append(", 1, 1\n.minnctapersm 1\n{\n");
        counts.forEach((kind, n) -> sb.append(
                String.format(Locale.ROOT, "    .reg .%s %s<%d>;\n", kind.type, kind.prefix, n)));
        if (sharedBytes > 0) {
            sb.append("    .shared .align 16 .b8 shared[").append(sharedBytes).append("];\n");
        }
        return sb.append(body).append("    ret;\n}\n\n").toString();
    }
}
