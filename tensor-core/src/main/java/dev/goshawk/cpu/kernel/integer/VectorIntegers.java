package dev.goshawk.cpu.kernel.integer;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import java.util.List;

/** Whole numbers in vectors. */
public final class VectorIntegers implements IntegerKernels {
    @Override
    public Convolution convolution(Convolved operand) {
        if (operand.geometry().groups() > 1) {
            return PLAIN.convolution(operand);
        }
        Convolution narrow = FloatConvolution.of(operand);
        return narrow != null ? narrow : new IntConvolution(operand.geometry(), operand.filter());
    }

    @Override
    public Layer layer(IntegerRescaling rescaling, List<Operand> operands) {
        return new VectorLayer(this, rescaling, operands);
    }
}
