/** Fused loops as PTX text: what the driver compiles for whatever GPU it finds, without a compiler of ours on the machine. */
@NullMarked
package dev.goshawk.cuda.ptx;

import org.jspecify.annotations.NullMarked;
