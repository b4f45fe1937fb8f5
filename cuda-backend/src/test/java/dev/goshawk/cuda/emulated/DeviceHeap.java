package dev.goshawk.cuda.emulated;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** Native memory that stands for a GPU's: aligned, filled with NaN when taken, and every access checked against what is taken. */
final class DeviceHeap {
    private static final int ALIGNMENT = 256;
    private static final byte NAN = (byte) 0xFF;

    private record Allocation(Arena arena, MemorySegment memory) {
    }

    private final TreeMap<Long, Allocation> allocations = new TreeMap<>();
    private final long limit;
    private long used;
    private MemorySegment last = MemorySegment.NULL;

    DeviceHeap(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    long free() {
        return limit - used;
    }

    int allocations() {
        return allocations.size();
    }

    long allocate(long bytes) {
        Arena arena = Arena.ofConfined();
        MemorySegment m = arena.allocate(bytes, ALIGNMENT).fill(NAN);
        allocations.put(m.address(), new Allocation(arena, m));
        used += bytes;
        return m.address();
    }

    void free(long address) {
        Allocation a = allocations.remove(address);
        if (a == null) {
            throw new IllegalStateException("free: nothing was allocated at " + address);
        }
        used -= a.memory().byteSize();
        last = MemorySegment.NULL;
        a.arena().close();
    }

    /** The allocation that holds so many bytes at the address. */
    MemorySegment at(long address, long bytes) {
        if (address >= last.address() && address + bytes <= last.address() + last.byteSize()) {
            return last;
        }
        Map.Entry<Long, Allocation> e = allocations.floorEntry(address);
        if (e == null || address + bytes > e.getKey() + e.getValue().memory().byteSize()) {
            throw new IllegalStateException("access outside the device's memory: " + bytes + " bytes at " + address);
        }
        last = e.getValue().memory();
        return last;
    }

    /** Where the address lies in the allocation that {@link #at} returned last. */
    long offset(long address) {
        return address - last.address();
    }
}
