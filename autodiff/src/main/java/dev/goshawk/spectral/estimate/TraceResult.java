package dev.goshawk.spectral.estimate;

/**
 * An estimated trace with its error.
 *
 * @param trace mean of z'Az over the draws
 * @param standardError standard deviation of the draws over the square root of their number; NaN for a single draw
 * @param draws number of random vectors, one operator product each
 * @param converged whether {@code standardError <= tolerance * |trace|}
 * @param seed of the random vectors
 */
public record TraceResult(double trace, double standardError, int draws, boolean converged, long seed) {
}
