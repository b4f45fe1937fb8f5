package dev.goshawk.cuda.emulated;

import dev.goshawk.cuda.emulated.PtxProgram.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Runs a parsed kernel: block by block, and in a block thread by thread from barrier to barrier, forwards or backwards. A load or
 * store outside what was allocated, or a thread that leaves while others wait at a barrier, is an error.
 */
final class PtxInterpreter {
    private final DeviceHeap heap;
    private final boolean backwards;

    PtxInterpreter(DeviceHeap heap, boolean backwards) {
        this.heap = heap;
        this.backwards = backwards;
    }

    void run(PtxProgram program, int blocks, int threads, List<Object> arguments) {
        if (threads > program.maxThreads || arguments.size() != program.parameters.size()) {
            throw new IllegalArgumentException(program.name + ": " + threads + " threads, " + arguments.size()
                    + " arguments; it takes " + program.maxThreads + " and " + program.parameters);
        }
        long[] parameters = arguments.stream().mapToLong(a -> ((Number) a).longValue()).toArray();
        long[][] state = new long[threads][program.slots.length];
        MemorySegment shared = MemorySegment.ofArray(new long[(program.sharedBytes + 7) / 8]);
        int[] at = new int[threads];
        for (int b = 0; b < blocks; b++) {
            int block = backwards ? blocks - 1 - b : b;
            for (int t = 0; t < threads; t++) {
                System.arraycopy(program.slots, 0, state[t], 0, program.slots.length);
                state[t][PtxProgram.TID] = t;
                state[t][PtxProgram.CTAID] = block;
                at[t] = 0;
            }
            int running = threads;
            while (running > 0) {
                int left = 0;
                for (int i = 0; i < threads; i++) {
                    int t = backwards ? threads - 1 - i : i;
                    at[t] = runToBarrier(program, state[t], at[t], parameters, shared);
                    left += at[t] < 0 ? 1 : 0;
                }
                if (left != 0 && left != running) {
                    throw new IllegalStateException(program.name + ": " + left + " threads left at a barrier");
                }
                running -= left;
            }
        }
    }

    /** Returns where to go on after a barrier, or -1 at the end. */
    private int runToBarrier(PtxProgram program, long[] s, int from, long[] parameters, MemorySegment shared) {
        Code[] code = program.code;
        for (int pc = from; pc < code.length; pc++) {
            Code c = code[pc];
            if (c.predicate() >= 0 && (s[c.predicate()] != 0) == c.negated()) {
                continue;
            }
            switch (c.op()) {
                case "bra" -> pc = c.target() - 1;
                case "bar.sync" -> {
                    return pc + 1;
                }
                case "ret" -> {
                    return -1;
                }
                case "ld.param.u32", "ld.param.u64" -> s[c.to()] = parameters[c.target()];
                case "ld.global.f32", "ld.global.v2.f32", "ld.global.v4.f32" -> load(c, s, Float.BYTES, null);
                case "ld.global.f64", "ld.global.v2.f64" -> load(c, s, Double.BYTES, null);
                case "st.global.f32", "st.global.v2.f32", "st.global.v4.f32" -> store(c, s, Float.BYTES, null);
                case "st.global.f64", "st.global.v2.f64" -> store(c, s, Double.BYTES, null);
                case "ld.const.u64" -> s[c.vector()[0]] = program.table[(int) (s[c.in()[0]] + c.offset()) / Long.BYTES];
                case "ld.shared.f32" -> load(c, s, Float.BYTES, shared);
                case "ld.shared.f64" -> load(c, s, Double.BYTES, shared);
                case "st.shared.f32" -> store(c, s, Float.BYTES, shared);
                case "st.shared.f64" -> store(c, s, Double.BYTES, shared);
                default -> s[c.to()] = PtxArithmetic.compute(c.op(), s, c.in());
            }
        }
        throw new IllegalStateException(program.name + ": ran past its end");
    }

    private void load(Code c, long[] s, int bytes, MemorySegment shared) {
        long address = s[c.in()[0]] + c.offset();
        MemorySegment memory = shared == null ? heap.at(address, bytes * c.vector().length) : shared;
        long start = shared == null ? heap.offset(address) : address;
        for (int v = 0; v < c.vector().length; v++) {
            s[c.vector()[v]] = bytes == Float.BYTES
                    ? memory.get(ValueLayout.JAVA_INT, start + (long) v * bytes)
                    : memory.get(ValueLayout.JAVA_LONG, start + (long) v * bytes);
        }
    }

    private void store(Code c, long[] s, int bytes, MemorySegment shared) {
        long address = s[c.in()[0]] + c.offset();
        MemorySegment memory = shared == null ? heap.at(address, bytes * c.vector().length) : shared;
        long start = shared == null ? heap.offset(address) : address;
        for (int v = 0; v < c.vector().length; v++) {
            if (bytes == Float.BYTES) {
                memory.set(ValueLayout.JAVA_INT, start + (long) v * bytes, (int) s[c.vector()[v]]);
            } else {
                memory.set(ValueLayout.JAVA_LONG, start + (long) v * bytes, s[c.vector()[v]]);
            }
        }
    }
}
