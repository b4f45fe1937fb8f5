package dev.goshawk.cuda.driver;

import dev.goshawk.cuda.device.Device;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Page-locked memory between the heap and the device: two halves, one filled while the other is on its way. Small pieces share a
 * half.
 */
final class Staging {
    private static final long HALF = 16L << 20;
    private static final long ALIGNMENT = 64;

    private final CUstream stream;
    private final Pointer pinned = new Pointer();
    private final MemorySegment memory;
    private final CUevent[] used = {new CUevent(), new CUevent()};
    private int half;
    private long at;

    Staging(CUstream stream) {
        this.stream = stream;
        JCudaDriver.cuMemAllocHost(pinned, 2 * HALF);
        this.memory = MemorySegment.ofBuffer(pinned.getByteBuffer(0, 2 * HALF));
        for (CUevent e : used) {
            JCudaDriver.cuEventCreate(e, CUevent_flags.CU_EVENT_DISABLE_TIMING);
        }
    }

    /** Starts the other half once what was queued from it has been copied. */
    private void turn() {
        JCudaDriver.cuEventRecord(used[half], stream);
        half = 1 - half;
        at = 0;
        JCudaDriver.cuEventSynchronize(used[half]);
    }

    private long room() {
        return HALF - at;
    }

    private long take(long bytes) {
        long place = half * HALF + at;
        at = Math.min(HALF, Math.ceilDiv(at + bytes, ALIGNMENT) * ALIGNMENT);
        return place;
    }

    void upload(List<Device.Copy> copies) {
        for (Device.Copy c : copies) {
            long size = c.host().byteSize();
            for (long done = 0; done < size;) {
                if (room() == 0) {
                    turn();
                }
                long n = Math.min(room(), size - done);
                long place = take(n);
                MemorySegment.copy(c.host(), done, memory, place, n);
                JCudaDriver.cuMemcpyHtoDAsync(new Handles.Place(c.device() + done), pinned.withByteOffset(place), n,
                        stream);
                done += n;
            }
        }
    }

    /** A piece on its way from the device. */
    private record Arriving(MemorySegment host, long from, long place, long bytes) {
    }

    void download(List<Device.Copy> copies) {
        List<Arriving> arriving = new ArrayList<>();
        turn();
        for (Device.Copy c : copies) {
            long size = c.host().byteSize();
            for (long done = 0; done < size;) {
                if (room() == 0) {
                    arrive(arriving);
                    turn();
                }
                long n = Math.min(room(), size - done);
                long place = take(n);
                JCudaDriver.cuMemcpyDtoHAsync(pinned.withByteOffset(place), new Handles.Place(c.device() + done), n,
                        stream);
                arriving.add(new Arriving(c.host(), done, place, n));
                done += n;
            }
        }
        arrive(arriving);
    }

    private void arrive(List<Arriving> pieces) {
        JCudaDriver.cuStreamSynchronize(stream);
        pieces.forEach(p -> MemorySegment.copy(memory, p.place(), p.host(), p.from(), p.bytes()));
        pieces.clear();
    }
}
