package dev.goshawk.weights;

import dev.goshawk.files.Printable;

/**
 * A pickled reference to a block of numbers kept outside the pickle.
 *
 * @param key the block's name in the file
 * @param length elements of the whole block
 * @param viewOffset first element of the part referred to (0 but for views in old files)
 * @param viewLength elements of that part
 */
record StorageRef(ElementType type, String key, long length, long viewOffset, long viewLength) {

    StorageRef {
        if (length < 0 || length > Long.MAX_VALUE / 8 || viewOffset < 0 || viewLength < 0
                || viewOffset > length - viewLength) {
            throw new IllegalArgumentException(
                    "storage '" + Printable.shown(key) + "' of " + length + " elements has a view of "
                            + viewLength
                            + " at " + viewOffset);
        }
    }

    /** Bytes of the whole block. */
    long bytes() {
        return length * type.bytes();
    }
}
