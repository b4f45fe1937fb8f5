package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Block;
import java.util.Locale;

/**
 * Shows how far a spectrum is.
 *
 * @param progress where
 * @param prefix before a block's name, or empty
 */
public record SpectrumProgress(Progress progress, String prefix) implements Spectrum.Listener {
    @Override
    public void update(Block block, double fraction, int products, double eigenvalue, double residual) {
        progress.update(String.format(Locale.ROOT, "%s%s: product %d, lambda %.4g, residual %.1e", prefix, block.name(),
                products, eigenvalue, residual / Math.abs(eigenvalue)), fraction);
    }

    @Override
    public void subsampled(Block block, double fraction, int products) {
        progress.update(String.format(Locale.ROOT, "%s%s: product %d by the subsample", prefix, block.name(), products),
                fraction);
    }
}
