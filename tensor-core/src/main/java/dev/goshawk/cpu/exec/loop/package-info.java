/** Loop nests over elements: how they are cut into chunks, and their kernel. */
@NullMarked
package dev.goshawk.cpu.exec.loop;

import org.jspecify.annotations.NullMarked;
