package dev.goshawk.cuda.driver;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;

/** JCuda's handles with their numbers, which it keeps to itself. */
final class Handles {
    private Handles() {
    }

    /** A place in device memory. */
    static final class Place extends CUdeviceptr {
        /** A place for the driver to fill in. */
        Place() {
        }

        /** A known address. */
        Place(long address) {
            super(new CUdeviceptr(), address);
        }

        long address() {
            return getNativePointer() + getByteOffset();
        }
    }

    /** A queue. */
    static final class Stream extends CUstream {
        long handle() {
            return getNativePointer();
        }
    }
}
