/**
 * Image files to pixels: decoding, color and resampling, equal to libjpeg-turbo and Pillow to the last bit.
 */
@NullMarked
package dev.goshawk.data.image;

import org.jspecify.annotations.NullMarked;
