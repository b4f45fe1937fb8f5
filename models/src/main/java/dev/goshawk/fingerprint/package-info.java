/** Fingerprints of tensors and images, by which a resumed run recognizes the data it started with. */
@NullMarked
package dev.goshawk.fingerprint;

import org.jspecify.annotations.NullMarked;
