/** Makes packed files of quantized networks: {@link dev.goshawk.hawq.packing.Packer}. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.hawq.packing;
