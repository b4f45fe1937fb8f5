/** Fingerprints of tensors and images, by which a run knows that what it goes on with is what it began with. */
@NullMarked
package dev.goshawk.fingerprint;

import org.jspecify.annotations.NullMarked;
