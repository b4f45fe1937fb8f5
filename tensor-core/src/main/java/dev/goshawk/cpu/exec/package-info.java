/** How plans run on heap slabs: each step as a kernel on slots, sections by images. */
@NullMarked
package dev.goshawk.cpu.exec;

import org.jspecify.annotations.NullMarked;
