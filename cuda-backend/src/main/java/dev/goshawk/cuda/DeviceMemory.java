package dev.goshawk.cuda;

import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.device.DeviceMemoryException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Locale;
import java.util.WeakHashMap;

/**
 * Device memory that belongs to objects on the heap and returns when they are collected. What is asked for is checked against what
 * is free before anything is taken; where it is short, the heap is collected first.
 */
final class DeviceMemory {
    private static final int COLLECTIONS = 3;
    private static final long PATIENCE_MILLIS = 50;

    /** What an owner has taken; freed by whoever calls next, on the device's own thread. */
    private static final class Holdings extends PhantomReference<Object> {
        private final List<Long> addresses = new ArrayList<>();
        private final List<Device.Recording> recordings = new ArrayList<>();

        Holdings(Object owner, ReferenceQueue<Object> queue) {
            super(owner, queue);
        }
    }

    private final Device device;
    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final Map<Holdings, Boolean> live = new IdentityHashMap<>();
    private final Map<Object, Holdings> byOwner = new WeakHashMap<>();

    DeviceMemory(Device device) {
        this.device = device;
    }

    /**
     * Memory that belongs to the owner.
     *
     * @param what for the error message
     * @throws DeviceMemoryException saying how much is free and what would fit
     */
    long take(Object owner, long bytes, String what) {
        release();
        for (int i = 0; i < COLLECTIONS && device.freeBytes() < bytes; i++) {
            collect();
        }
        long free = device.freeBytes();
        if (free < bytes) {
            throw new DeviceMemoryException(String.format(Locale.ROOT,
                    "GPU memory: %s asks for %s, %s of %s are free: a batch of at most %.0f %% of this one would fit",
                    what, Bytes.text(bytes), Bytes.text(free), Bytes.text(device.totalBytes()),
                    Math.floor(100.0 * free / bytes)));
        }
        long address = device.allocate(Math.max(1, bytes));
        holdings(owner).addresses.add(address);
        return address;
    }

    /** A recording that is closed with the owner. */
    void owns(Object owner, Device.Recording recording) {
        holdings(owner).recordings.add(recording);
    }

    private Holdings holdings(Object owner) {
        return byOwner.computeIfAbsent(owner, o -> {
            Holdings h = new Holdings(o, collected);
            live.put(h, true);
            return h;
        });
    }

    private void collect() {
        System.gc();
        try {
            Reference<?> first = collected.remove(PATIENCE_MILLIS);
            if (first instanceof Holdings h) {
                free(h);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        release();
    }

    private void release() {
        for (Reference<?> r = collected.poll(); r != null; r = collected.poll()) {
            if (r instanceof Holdings h) {
                free(h);
            }
        }
    }

    private void free(Holdings h) {
        live.remove(h);
        h.recordings.forEach(Device.Recording::close);
        h.addresses.forEach(device::free);
    }
}
