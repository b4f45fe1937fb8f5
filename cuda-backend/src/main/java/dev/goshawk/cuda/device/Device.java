package dev.goshawk.cuda.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * One GPU with one queue: launches and copies run in the order they were given, and the caller goes on meanwhile unless a method says
 * that it waits. Not for use by two threads at once.
 */
public interface Device {
    /** One line for a person: the GPU's name, its memory, what computes its matrix products. */
    String description();

    /** The compute capability times ten: 80 for 8.0. */
    int architecture();

    /** Bytes that can still be allocated, about. */
    long freeBytes();

    /** Bytes of the whole memory. */
    long totalBytes();

    /**
     * Takes memory, aligned to 256 bytes; its contents are arbitrary.
     *
     * @throws DeviceMemoryException if there is not enough
     */
    long allocate(long bytes);

    /** Gives memory back once what was queued before has run. */
    void free(long address);

    /** Host memory and the place on the device that it is copied to or from. */
    record Copy(MemorySegment host, long device) {
    }

    /** Copies to the device; returns when the host's memory may be changed. */
    void upload(List<Copy> copies);

    /** Copies from the device once what was queued before has run, and waits for it. */
    void download(List<Copy> copies);

    /**
     * Loads a module of kernels.
     *
     * @param ptx its text
     * @param kernels names of those wanted
     * @return them by name
     */
    Map<String, Kernel> load(String ptx, List<String> kernels);

    /** Queues a kernel. */
    void launch(Launch launch);

    /** Queues {@code c = op(a) op(b) (+ c)} on a library's kernels; false if there is no such library, and nothing is queued. */
    boolean product(MatrixProduct product);

    /** Keeps what {@code work} queues, instead of running it, to be run as one. */
    Recording record(Runnable work);

    /** Waits for everything queued; throws what went wrong on the way. */
    void synchronize();

    /** A kernel that is loaded. */
    interface Kernel {
        /** Its name in the module. */
        String name();
    }

    /** Recorded work. */
    interface Recording extends AutoCloseable {
        /** Queues all of it. */
        void replay();

        @Override
        void close();
    }
}
