/** Whether the JSON library can be loaded. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.json;
