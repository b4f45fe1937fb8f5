package dev.goshawk.cpu.kernel.loop;

import dev.goshawk.cpu.kernel.element.ElementOp;

/**
 * One op of a loop's straight-line code, from numbered locations to one; sources the op does not have repeat the first.
 *
 * @param p fixed number of the op, 0 where it has none
 */
public record ElementPass(ElementOp op, double p, int a, int b, int c, int target) {
}
