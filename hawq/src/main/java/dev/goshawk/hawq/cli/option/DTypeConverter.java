package dev.goshawk.hawq.cli.option;

import dev.goshawk.tensor.DType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code float32} and {@code float64}. */
public final class DTypeConverter implements ITypeConverter<DType> {
    @Override
    public DType convert(String value) {
        for (DType t : DType.values()) {
            if (t.isFloating() && t.label().equals(value)) {
                return t;
            }
        }
        throw new TypeConversionException("expected float32 or float64, got '" + value + "'");
    }
}
