package dev.goshawk.cuda.device;

/** The GPU's memory does not hold what was asked of it; the message says how much there is and what would fit. */
public final class DeviceMemoryException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public DeviceMemoryException(String message) {
        super(message);
    }
}
