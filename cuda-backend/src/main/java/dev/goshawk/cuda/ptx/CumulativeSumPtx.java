package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import dev.goshawk.tensor.DType;

/**
 * Writes the kernel of a cumulative sum along the middle of [outer, extent, inner]: a thread for each line, which adds up in float64 and rounds
 * each sum once. Few long lines leave most of the device idle. Parameters: pointers to the elements and to the sums, then lines, extent and inner.
 */
public final class CumulativeSumPtx {
    /** Threads of a block. */
    public static final int THREADS = 128;

    private CumulativeSumPtx() {
    }

    /** The kernel's text without its module's header. */
    public static PtxText write(DType dtype, boolean reverse) {
        PtxKernel k = new PtxKernel();
        String type = dtype == DType.FLOAT32 ? "f32" : "f64";
        String from = pointer(k, "elements");
        String to = pointer(k, "sums");
        String lines = number(k, "lines");
        String extent = number(k, "extent");
        String inner = number(k, "inner");
        String line = word(k, "mad.lo.u32", word(k, "mov.u32", "%ctaid.x"), Integer.toString(THREADS),
                word(k, "mov.u32", "%tid.x"));
        String done = k.label("done");
        k.line("@" + k.result(Kind.PREDICATE, "setp.ge.u32", line, lines) + " bra", done);
        String outer = word(k, "div.u32", line, inner);
        String first = word(k, "mad.lo.u32", word(k, "mul.lo.u32", outer, extent), inner,
                word(k, "rem.u32", line, inner));
        String step = k.result(Kind.LONG, "mul.wide.u32", inner, Integer.toString(dtype.bytes()));
        if (reverse) {
            first = word(k, "mad.lo.u32", word(k, "add.u32", extent, "-1"), inner, first);
        }
        String offset = k.result(Kind.LONG, "mul.wide.u32", first, Integer.toString(dtype.bytes()));
        String read = k.result(Kind.LONG, "add.s64", from, offset);
        String written = k.result(Kind.LONG, "add.s64", to, offset);
        String sum = k.result(Kind.DOUBLE, "mov.f64", "0d0000000000000000");
        String place = word(k, "mov.u32", "0");
        String next = k.label("next");
        k.place(next);
        k.line("@" + k.result(Kind.PREDICATE, "setp.ge.u32", place, extent) + " bra", done);
        Kind kind = dtype == DType.FLOAT32 ? Kind.FLOAT : Kind.DOUBLE;
        String x = k.result(kind, "ld.global." + type, "[" + read + "]");
        k.line("add.rn.f64", sum, sum, dtype == DType.FLOAT32 ? k.result(Kind.DOUBLE, "cvt.f64.f32", x) : x);
        k.line("st.global." + type, "[" + written + "]",
                dtype == DType.FLOAT32 ? k.result(Kind.FLOAT, "cvt.rn.f32.f64", sum) : sum);
        String move = reverse ? "sub.s64" : "add.s64";
        k.line(move, read, read, step);
        k.line(move, written, written, step);
        k.line("add.u32", place, place, "1");
        k.line("bra", next);
        k.place(done);
        String name = "cumulative_sum_" + type + (reverse ? "_reverse" : "");
        return new PtxText(name, k.text(name, THREADS));
    }

    private static String pointer(PtxKernel k, String name) {
        String generic = k.result(Kind.LONG, "ld.param.u64", "[" + k.parameter("u64", name) + "]");
        return k.result(Kind.LONG, "cvta.to.global.u64", generic);
    }

    private static String number(PtxKernel k, String name) {
        return k.result(Kind.WORD, "ld.param.u32", "[" + k.parameter("u32", name) + "]");
    }

    private static String word(PtxKernel k, String instruction, String... operands) {
        return k.result(Kind.WORD, instruction, operands);
    }
}
