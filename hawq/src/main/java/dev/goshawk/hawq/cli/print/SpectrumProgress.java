package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Block;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Shows how far a spectrum is.
 *
 * @param progress where
 * @param prefix before a block's name, or empty
 * @param done told each block's result
 */
public record SpectrumProgress(Progress progress, String prefix, Consumer<Spectrum.Entry> done)
        implements
            Spectrum.Listener {
    /** Shows it alone. */
    public SpectrumProgress(Progress progress, String prefix) {
        this(progress, prefix, entry -> {
        });
    }

    @Override
    public void solved(Spectrum.Entry entry) {
        done.accept(entry);
    }

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
