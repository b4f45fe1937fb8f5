package dev.goshawk.cuda;

import dev.goshawk.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A tensor's elements as memory to copy from and to. */
final class HostMemory {
    private HostMemory() {
    }

    static MemorySegment of(Tensor t) {
        MemorySegment all = switch (t.dtype()) {
            case FLOAT32 -> MemorySegment.ofArray(t.floats());
            case FLOAT64 -> MemorySegment.ofArray(t.doubles());
            case INT32 -> MemorySegment.ofArray(t.ints());
        };
        int bytes = t.dtype().bytes();
        return all.asSlice((long) t.offset() * bytes, (long) t.size() * bytes);
    }
}
