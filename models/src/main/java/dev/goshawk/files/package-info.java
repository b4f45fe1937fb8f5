/** Files that appear whole or not at all: {@link dev.goshawk.files.AtomicFile} writes everything that is kept. */
@NullMarked
package dev.goshawk.files;

import org.jspecify.annotations.NullMarked;
