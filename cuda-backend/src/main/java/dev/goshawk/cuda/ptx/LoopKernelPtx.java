package dev.goshawk.cuda.ptx;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Instruction;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the kernel of a fused loop. Parameters: a pointer for each operand, one for each result, then rows and chunks. A sum's
 * pointer receives one part a chunk ({@code [chunks, columns]}), or one a block where everything is summed.
 */
public final class LoopKernelPtx {
    private final LoopCode code;
    private final LoopTiling tiling;
    private final PtxKernel k = new PtxKernel();
    private final ElementPtx e;
    private final List<String> operandPointers = new ArrayList<>();
    private final List<String> resultPointers = new ArrayList<>();
    /** The register of each value for each element of a thread's vector. */
    private final String[][] values;
    private final String[][] sums;
    private final int[] uses;

    private LoopKernelPtx(LoopCode code, LoopTiling tiling) {
        this.code = code;
        this.tiling = tiling;
        this.e = new ElementPtx(k, code.dtype());
        int registers = leaves() + code.instructions().size();
        this.values = new String[tiling.vector()][registers];
        this.sums = new String[code.results().size()][];
        this.uses = new int[registers];
        code.instructions().forEach(i -> Arrays.stream(i.sources()).forEach(s -> uses[s]++));
        code.results().forEach(r -> uses[r.register()]++);
    }

    /** The kernel's text without its module's header, under a name that stands for the text. */
    public static PtxText write(LoopCode code, LoopTiling tiling) {
        LoopKernelPtx writer = new LoopKernelPtx(code, tiling);
        writer.write();
        String anonymous = writer.k.text("loop", tiling.threads());
        String name = "loop_" + PtxText.digest(anonymous);
        return new PtxText(name, writer.k.text(name, tiling.threads()));
    }

    private int leaves() {
        return code.operands().size() + code.constants().size();
    }

    private void write() {
        for (int i = 0; i < code.operands().size(); i++) {
            operandPointers.add(pointer("operand" + i));
        }
        for (int i = 0; i < code.results().size(); i++) {
            resultPointers.add(pointer("result" + i));
        }
        String rows = k.result(PtxKernel.Kind.WORD, "ld.param.u32", "[" + k.parameter("u32", "rows") + "]");
        String chunks = k.result(PtxKernel.Kind.WORD, "ld.param.u32", "[" + k.parameter("u32", "chunks") + "]");
        String thread = k.result(PtxKernel.Kind.WORD, "mov.u32", "%tid.x");
        String block = k.result(PtxKernel.Kind.WORD, "mov.u32", "%ctaid.x");
        String rowThread = quotient(thread, tiling.columnThreads());
        String chunk = quotient(block, tiling.columnBlocks());
        String group = word("mad.lo.u32", remainder(block, tiling.columnBlocks()),
                Integer.toString(tiling.columnThreads()), remainder(thread, tiling.columnThreads()));
        String column = word("mul.lo.u32", group, Integer.toString(tiling.vector()));
        startSums();
        String done = k.label("done");
        String idle = null;
        if (tiling.hasIdleThreads()) {
            idle = k.result(PtxKernel.Kind.PREDICATE, "setp.ge.u32", column, Integer.toString(tiling.columns()));
            k.line("@" + idle + " bra", done);
        }
        loadFixed(column);
        String row = word("mad.lo.u32", chunk, Integer.toString(tiling.rowThreads()), rowThread);
        String step = word("mul.lo.u32", chunks, Integer.toString(tiling.rowThreads()));
        String next = k.label("rows");
        k.place(next);
        k.line("@" + k.result(PtxKernel.Kind.PREDICATE, "setp.ge.u32", row, rows) + " bra", done);
        element(word("mad.lo.u32", row, Integer.toString(tiling.columns()), column));
        k.line("add.u32", row, row, step);
        k.line("bra", next);
        k.place(done);
        BlockSumPtx blockSum = new BlockSumPtx(e, tiling, thread, rowThread);
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] != null && code.results().get(i).kind() == Kind.SUM_ROWS) {
                String at = word("mad.lo.u32", chunk, Integer.toString(tiling.columns()), column);
                blockSum.columns(sums[i], address(resultPointers.get(i), offset(at)), idle);
            } else if (sums[i] != null) {
                blockSum.all(sums[i], address(resultPointers.get(i), offset(block)));
            }
        }
    }

    private String pointer(String name) {
        String generic = k.result(PtxKernel.Kind.LONG, "ld.param.u64", "[" + k.parameter("u64", name) + "]");
        return k.result(PtxKernel.Kind.LONG, "cvta.to.global.u64", generic);
    }

    private String word(String instruction, String... operands) {
        return k.result(PtxKernel.Kind.WORD, instruction, operands);
    }

    private String quotient(String a, int b) {
        return b == 1 ? a : word("div.u32", a, Integer.toString(b));
    }

    private String remainder(String a, int b) {
        return b == 1 ? word("mov.u32", "0") : word("rem.u32", a, Integer.toString(b));
    }

    private String offset(String element) {
        return k.result(PtxKernel.Kind.LONG, "mul.wide.u32", element, Integer.toString(e.bytes()));
    }

    private String address(String pointer, String offset) {
        return k.result(PtxKernel.Kind.LONG, "add.s64", pointer, offset);
    }

    private void startSums() {
        for (int i = 0; i < sums.length; i++) {
            Kind kind = code.results().get(i).kind();
            if (kind != Kind.STORE) {
                int parts = kind == Kind.SUM_ALL ? 1 : tiling.vector();
                sums[i] = IntStream.range(0, parts).mapToObj(_ -> k.result(e.kind(), "mov." + e.type(), e.number(0)))
                        .toArray(String[]::new);
            }
        }
    }

    /** Operands that stay the same from row to row, and constants. */
    private void loadFixed(String column) {
        for (int i = 0; i < code.operands().size(); i++) {
            Access access = code.operands().get(i);
            if (access == Access.COLUMN) {
                load(i, address(operandPointers.get(i), offset(column)));
            } else if (access == Access.SCALAR) {
                String scalar = k.result(e.kind(), "ld.global." + e.type(), "[" + operandPointers.get(i) + "]");
                fill(i, scalar);
            }
        }
        for (int i = 0; i < code.constants().size(); i++) {
            fill(code.operands().size() + i, e.number(code.constants().get(i)));
        }
    }

    private void fill(int register, String value) {
        for (String[] lane : values) {
            lane[register] = value;
        }
    }

    private void load(int register, String address) {
        for (String[] lane : values) {
            lane[register] = k.register(e.kind());
        }
        k.line("ld.global" + width() + "." + e.type(), vector(register), "[" + address + "]");
    }

    private String width() {
        return tiling.vector() == 1 ? "" : ".v" + tiling.vector();
    }

    private String vector(int register) {
        String all = Arrays.stream(values).map(lane -> lane[register]).collect(Collectors.joining(", "));
        return tiling.vector() == 1 ? all : "{" + all + "}";
    }

    private void element(String index) {
        String offset = offset(index);
        for (int i = 0; i < code.operands().size(); i++) {
            if (code.operands().get(i) == Access.FULL) {
                load(i, address(operandPointers.get(i), offset));
            }
        }
        for (int i = 0; i < code.instructions().size(); i++) {
            int register = leaves() + i;
            if (!isAbsorbed(register)) {
                for (String[] lane : values) {
                    lane[register] = compute(code.instructions().get(i), lane);
                }
            }
        }
        for (int i = 0; i < code.results().size(); i++) {
            LoopCode.Output r = code.results().get(i);
            if (r.kind() == Kind.STORE) {
                store(r.register(), address(resultPointers.get(i), offset));
            } else {
                for (int v = 0; v < values.length; v++) {
                    addTo(sums[i][v % sums[i].length], r.register(), values[v]);
                }
            }
        }
    }

    private void store(int register, String address) {
        k.line("st.global" + width() + "." + e.type(), "[" + address + "]", vector(register));
    }

    /** A product that only one addition or sum uses becomes part of it: one rounding less. */
    private boolean isAbsorbed(int register) {
        if (register < leaves() || uses[register] != 1
                || !(code.instructions().get(register - leaves()).op() instanceof Op.Multiply)) {
            return false;
        }
        return code.instructions().stream().anyMatch(i -> i.op() instanceof Op.Add && i.sources()[0] == register)
                || code.instructions().stream().anyMatch(i -> i.op() instanceof Op.Add && i.sources()[1] == register
                        && !isAbsorbed(i.sources()[0]))
                || code.results().stream().anyMatch(r -> r.register() == register && r.kind() != Kind.STORE);
    }

    private String compute(Instruction i, String[] lane) {
        int[] s = i.sources();
        if (i.op() instanceof Op.Add) {
            for (int m = 0; m < 2; m++) {
                if (isAbsorbed(s[m])) {
                    int[] factors = code.instructions().get(s[m] - leaves()).sources();
                    return e.multiplyAdd(lane[factors[0]], lane[factors[1]], lane[s[1 - m]]);
                }
            }
        }
        return e.apply(i.op(), Arrays.stream(s).mapToObj(r -> lane[r]).toList());
    }

    private void addTo(String sum, int register, String[] lane) {
        if (isAbsorbed(register)) {
            int[] factors = code.instructions().get(register - leaves()).sources();
            k.line("fma.rn." + e.type(), sum, lane[factors[0]], lane[factors[1]], sum);
        } else {
            k.line("add.rn." + e.type(), sum, sum, lane[register]);
        }
    }
}
