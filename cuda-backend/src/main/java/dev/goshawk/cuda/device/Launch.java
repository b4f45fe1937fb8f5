package dev.goshawk.cuda.device;

import java.util.List;

/**
 * A kernel with its grid, its block and its arguments.
 *
 * @param arguments in the kernel's order: {@code Long} for a pointer, {@code Integer}, {@code Double}, {@code int[]} for a structure
 */
public record Launch(Device.Kernel kernel, int gridX, int gridY, int gridZ, int blockX, int blockY,
        List<Object> arguments) {
}
