package dev.goshawk.backend;

import dev.goshawk.backend.IntegerKernels.Convolution;
import dev.goshawk.backend.IntegerKernels.Convolved;
import dev.goshawk.backend.IntegerKernels.Operand;
import dev.goshawk.tensor.ConvGeometry;
import java.util.ArrayList;
import java.util.List;

/** A layer as its definition has it: all sums, then all codes. */
final class PlainLayer implements IntegerKernels.Layer {
    /** A term's image becomes sums. */
    private interface Step {
        WholeNumbers of(WholeNumbers image);
    }

    private final IntegerRescaling rescaling;
    private final List<Step> steps = new ArrayList<>();

    PlainLayer(IntegerKernels kernels, IntegerRescaling rescaling, List<Operand> operands) {
        this.rescaling = rescaling;
        for (Operand operand : operands) {
            steps.add(switch (operand) {
                case IntegerKernels.Image _ -> image -> image;
                case Convolved convolved -> sums(kernels.convolution(convolved), convolved.geometry());
            });
        }
    }

    private static Step sums(Convolution convolution, ConvGeometry g) {
        return image -> {
            int[] sums = new int[g.outHeight() * g.outWidth() * g.outChannels()];
            convolution.run(image, sums);
            return new WholeNumbers.Ints(sums);
        };
    }

    @Override
    public void run(WholeNumbers[] images, WholeNumbers codes) {
        WholeNumbers[] terms = new WholeNumbers[images.length];
        for (int t = 0; t < terms.length; t++) {
            terms[t] = steps.get(t).of(images[t]);
        }
        int channels = rescaling.channels();
        for (int i = 0; i < codes.length(); i++) {
            codes.set(i, rescaling.code(terms, i / channels, i % channels));
        }
    }
}
