package dev.goshawk.cuda.lower;

import dev.goshawk.cuda.device.Device;

/** Something a step queues on the device, the same at each run. */
@FunctionalInterface
public interface Work {
    /** Queues it, with the addresses as they are now. */
    void queue(Device device);
}
