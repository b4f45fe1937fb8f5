/** The file format of packed models, without any library: what it holds, and how it is read and written. See {@code docs/packed-format.md}. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.packed.format;
